"""The latches: when a bot is stopped, what it is told to do meanwhile, and what lets it go.

A bot that reached a limit is *closing* until its entries are stopped and no trade is open, and then
*held*. Starting it again is left to a person:

- the bot's own ``/start`` lifts every hold but a halt. The loss of the day holds it again only when
  it grows by another full limit on that day, the other limits as soon as they are reached again;
- a halt (``max_drawdown``) ends with ``riskguard watch --reset NAME``, which takes the present
  equity as the new peak. A bot that is started before that is stopped again;
- a bot that starts by itself, after a crash or with ``/reload_config``, is stopped again. Starting
  from ``stopped`` looks the same, and is a person's where the poll before saw it stopped.

The loss of a day holds nothing any more on the next day; the bot then waits for ``/start`` only
where its entries are still stopped, because the guardian stops bots and never starts one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from freqtrade_riskguard.rest_api.bot_status import BotStatus
from freqtrade_riskguard.risk import EquityTrack
from freqtrade_riskguard.watch.events import Event, What
from freqtrade_riskguard.watch.limit_checks import Breach
from freqtrade_riskguard.watch.messages import next_stop, still_open_text, stopped_text, why
from freqtrade_riskguard.watch.state import BotState, Fired, Hold, Phase, Scope, WatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders that a bot is to be given now."""

    stop_entries: bool
    close_all: bool


def is_new_breach(
    breach: Breach, daily: Fired | None, track: EquityTrack, held: Sequence[BotState], scope: Scope
) -> bool:
    """Return whether a breach is news: it was not acted on yet, or has grown by a full limit.

    Parameters
    ----------
    daily : Fired or None
        When the daily limit of that account was reached last.
    track : EquityTrack
        Of the account that the limit is held against.
    held : sequence of BotState
        The bots that it would stop.
    """
    if breach.kind == "daily_loss_limit" and daily is not None and daily.day == track.day_index:
        return breach.reading >= daily.next_ratio
    return not all(
        any(hold.kind == breach.kind and hold.scope == scope for hold in bot.holds) for bot in held
    )


def next_daily_trigger(breach: Breach, track: EquityTrack, daily: Fired | None) -> Fired | None:
    """Return from which loss on the daily limit is reached again, once ``breach`` has fired."""
    if breach.kind != "daily_loss_limit":
        return daily
    return Fired(day=track.day_index, next_ratio=breach.reading + breach.limit)


def hold_for(breach: Breach, scope: Scope, day: int) -> Hold:
    """Return what a breach on a day holds a bot with."""
    return Hold(kind=breach.kind, scope=scope, day=day, text=breach.text)


def with_holds(holds: Sequence[Hold], new: Sequence[Hold]) -> tuple[Hold, ...]:
    """Return holds and new ones, the latest of each kind and scope."""
    latest = {(one.kind, one.scope) for one in new}
    return (*(old for old in holds if (old.kind, old.scope) not in latest), *new)


def stop(state: BotState, holds: Sequence[Hold]) -> BotState:
    """Return a bot that is being stopped because of holds."""
    return _closing(state, with_holds(state.holds, holds))


def hold(state: BotState, breach: Breach, scope: Scope, day: int) -> BotState:
    """Return a bot that is being stopped because of a breach on a day."""
    return stop(state, (hold_for(breach, scope, day),))


def required_orders(state: BotState, status: BotStatus | None) -> Orders:
    """Return what a bot has to be told; nothing while it is free, or held as it should be.

    Parameters
    ----------
    status : BotStatus or None
        None where the look failed. What does not need its numbers is told all the same.
    """
    if state.phase != "closing":
        return Orders(stop_entries=False, close_all=False)
    if status is None:
        return Orders(stop_entries=True, close_all=True)
    trades = bool(status.trades)
    # freqtrade closes nothing while it is stopped; stopping entries takes it to paused, where it
    # does.
    deaf = trades and not status.handles_trades
    return Orders(stop_entries=deaf or not status.entries_stopped, close_all=trades)


def advance(
    name: str, state: BotState, status: BotStatus, patience_polls: int, before: BotStatus | None
) -> tuple[BotState, tuple[Event, ...]]:
    """Return a held bot after a look at it, and what changed.

    Parameters
    ----------
    patience_polls : int
        After how many polls a trade that is still open is an alarm.
    before : BotStatus or None
        What the poll before saw; None where it could not look.
    """
    if state.phase == "closing":
        return _follow_closing(name, state, status, patience_polls)
    if state.phase == "held":
        return _follow_held(name, state, status, before)
    return state.model_copy(update={"startup": status.startup}), ()


def reset(state: BotState, scope: Scope) -> BotState:
    """Return a bot without the holds of one scope; of its own, with its peak at its equity."""
    kept = tuple(one for one in state.holds if one.scope != scope)
    changes: dict[str, object] = {"holds": kept, "phase": state.phase if kept else "free"}
    if scope == "own":
        changes["track"] = _at_its_peak(state.track)
    return state.model_copy(update=changes)


def reset_fleet(state: WatchState) -> WatchState:
    """Return all bots without the fleet's holds, with its peak at its equity."""
    bots = {name: reset(bot, "fleet") for name, bot in state.bots.items()}
    fleet = state.fleet
    if fleet is not None:
        fleet = fleet.model_copy(update={"track": _at_its_peak(fleet.track), "holds": ()})
    return state.model_copy(update={"bots": bots, "fleet": fleet})


def _at_its_peak(track: EquityTrack) -> EquityTrack:
    return replace(track, peak_quote=track.equity_quote)


def _follow_closing(
    name: str, state: BotState, status: BotStatus, patience_polls: int
) -> tuple[BotState, tuple[Event, ...]]:
    seen = {trade.trade_id for trade in status.trades}
    changes: dict[str, object] = {
        "closing": tuple(sorted(seen.union(state.closing))),
        "startup": status.startup,
        "polls_closing": state.polls_closing + 1,
    }
    if status.entries_stopped and not seen:
        event = _event(name, "stopped", logging.ERROR, stopped_text(name, state))
        return state.model_copy(update={**changes, "phase": "held"}), (event,)
    state = state.model_copy(update=changes)
    if state.polls_closing % patience_polls:
        return state, ()
    text = still_open_text(state.polls_closing, [trade.pair for trade in status.trades])
    return state, (_event(name, "still_open", logging.ERROR, text),)


def _follow_held(
    name: str, state: BotState, status: BotStatus, before: BotStatus | None
) -> tuple[BotState, tuple[Event, ...]]:
    if status.entries_stopped and not status.trades:
        # One that was stopped starts when it becomes paused: whoever starts it from here on is a
        # person.
        return _day_over(name, state.model_copy(update={"startup": status.startup}))
    by_person = (status.started and status.startup == state.startup) or status.follows_stop(before)
    if not by_person:
        text = f"trades again without a person's /start: stopped again. {why(name, state)}"
        event = _event(name, "restarted", logging.ERROR, text)
        return _closing(state, state.holds), (event,)
    halts = tuple(one for one in state.holds if one.halts)
    if halts:
        state = _closing(state, halts)
        text = f"was started while it is halted: stopped again. {why(name, state)}"
        return state, (_event(name, "restarted", logging.ERROR, text),)
    event = _event(name, "lifted", logging.WARNING, f"started by a person. {next_stop(state)}")
    return state.model_copy(update={"holds": (), "phase": "free"}), (event,)


def _day_over(name: str, state: BotState) -> tuple[BotState, tuple[Event, ...]]:
    today = state.track.day_index
    kept = tuple(one for one in state.holds if one.kind != "daily_loss_limit" or one.day >= today)
    if len(kept) == len(state.holds):
        return state, ()
    text = "a new day: its loss of yesterday holds it no more. "
    text += why(name, state.model_copy(update={"holds": kept})) if kept else "Lift: /start"
    phase: Phase = "held" if kept else "free"
    event = _event(name, "lifted", logging.WARNING, text)
    return state.model_copy(update={"holds": kept, "phase": phase}), (event,)


def _closing(state: BotState, holds: tuple[Hold, ...]) -> BotState:
    before = state.closing if state.phase == "closing" else ()
    closing = tuple(sorted({*before, *state.open_trades}))
    return state.model_copy(
        update={"holds": holds, "phase": "closing", "polls_closing": 0, "closing": closing}
    )


def _event(name: str, what: What, level: int, text: str) -> Event:
    return Event(bot=name, what=what, level=level, text=text)
