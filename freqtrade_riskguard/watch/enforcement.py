"""Accounts against limits: who is stopped now, and what is said of it."""

import logging
from collections.abc import Mapping

from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.fleet_account import fleet_figures
from freqtrade_riskguard.watch.limit_checks import AccountFigures, Breach, find_breaches
from freqtrade_riskguard.watch.messages import counted, trades_text
from freqtrade_riskguard.watch.settings import FLEET, Limits
from freqtrade_riskguard.watch.state import BotState, FleetState
from freqtrade_riskguard.watch.stop_state import (
    hold,
    hold_for,
    is_new_breach,
    next_daily_trigger,
    stop,
    with_holds,
)


def enforce_limits(name: str, bot: BotState, limits: Limits) -> tuple[BotState, tuple[Event, ...]]:
    """Hold a bot's account against its own limits.

    Returns
    -------
    tuple
        The bot, being stopped where a limit is newly reached, and what to tell.
    """
    figures = AccountFigures(
        track=bot.track, notional_quote=bot.notional_quote, currency=bot.currency
    )
    events = []
    for breach in find_breaches(figures, limits):
        if is_new_breach(breach, bot.daily, bot.track, [bot], "own"):
            daily = next_daily_trigger(breach, bot.track, bot.daily)
            bot = hold(bot, breach, "own", bot.track.day_index).model_copy(update={"daily": daily})
            doing = f"stopping entries and closing {trades_text(len(bot.open_trades))}"
            events.append(_breach_event(name, doing, breach))
    return bot, tuple(events)


def join_fleet(
    fleet: FleetState | None, bots: Mapping[str, BotState]
) -> tuple[dict[str, BotState], tuple[Event, ...]]:
    """Hold who is not yet counted in the fleet as the others are: by its halts, and of today.

    Returns
    -------
    tuple
        The bots, and what to tell.
    """
    joined, events = dict(bots), []
    if fleet is None:
        return joined, ()
    today = fleet.track.day_index
    holds = tuple(one for one in fleet.holds if one.halts or one.day >= today)
    for name, bot in bots.items():
        if holds and name not in fleet.members:
            joined[name] = stop(bot, holds)
            doing = f"stopping entries and closing {trades_text(len(bot.open_trades))}"
            said = "; ".join(f"{FLEET}: {one.text}" for one in holds)
            text = f"joins a fleet that is held: {doing}: {said}"
            events.append(Event(bot=name, what="breach", level=logging.ERROR, text=text))
    return joined, tuple(events)


def judge_fleet(
    fleet: FleetState, bots: Mapping[str, BotState], limits: Limits
) -> tuple[FleetState, dict[str, BotState], tuple[Event, ...]]:
    """Hold the account of all bots together against its limits.

    Parameters
    ----------
    bots : mapping
        Every bot that is counted in it; all of them trade in one currency.

    Returns
    -------
    tuple
        The fleet, the bots, all of them being stopped where a limit is newly reached, and what to
        tell.
    """
    held, events = dict(bots), []
    open_trades = sum(len(bot.open_trades) for bot in bots.values())
    for breach in find_breaches(fleet_figures(fleet, bots), limits):
        if is_new_breach(breach, fleet.daily, fleet.track, list(held.values()), "fleet"):
            daily = next_daily_trigger(breach, fleet.track, fleet.daily)
            new = hold_for(breach, "fleet", fleet.track.day_index)
            holds = with_holds(fleet.holds, (new,))
            fleet = fleet.model_copy(update={"daily": daily, "holds": holds})
            held = {name: stop(bot, (new,)) for name, bot in held.items()}
            doing = f"stopping {counted(len(held), 'bot')} and closing {trades_text(open_trades)}"
            events.append(_breach_event(FLEET, doing, breach))
    return fleet, held, tuple(events)


def _breach_event(bot: str, doing: str, breach: Breach) -> Event:
    return Event(bot=bot, what="breach", level=logging.ERROR, text=f"{doing}: {breach.text}")
