"""All bots together: one equity, one set of limits."""

from collections.abc import Mapping

from freqtrade_riskguard.risk import start_equity, transfer_equity, update_equity
from freqtrade_riskguard.watch.limit_checks import AccountFigures
from freqtrade_riskguard.watch.state import BotState, FleetState


def book_fleet(
    fleet: FleetState | None,
    bots: Mapping[str, BotState],
    *,
    gone_quote: float,
    moved_quote: float,
    time_seconds: float,
) -> FleetState:
    """Take the bots' accounts into that of the fleet.

    Parameters
    ----------
    fleet : FleetState or None
        None before the first time.
    bots : mapping
        Every bot that is watched and has been seen; one that is silent now as it was last seen.
    gone_quote : float
        Last equity of the members that are not watched any more, quote units.
    moved_quote : float
        Transfers to (positive) and from members, quote units.
    time_seconds : float
        Epoch seconds.

    Returns
    -------
    FleetState
        A bot that joins or leaves is a deposit or a withdrawal: no profit and no loss.
    """
    total_quote = sum(bot.track.equity_quote for bot in bots.values())
    members = tuple(sorted(bots))
    if fleet is None:
        return FleetState(track=start_equity(time_seconds, total_quote), members=members)
    joined_quote = sum(
        bot.track.equity_quote for name, bot in bots.items() if name not in fleet.members
    )
    track = transfer_equity(fleet.track, joined_quote + moved_quote - gone_quote)
    track = update_equity(track, time_seconds, total_quote)
    return fleet.model_copy(update={"track": track, "members": members})


def fleet_figures(fleet: FleetState, bots: Mapping[str, BotState]) -> AccountFigures:
    """Return the figures that the fleet's limits are held against."""
    held: dict[str, float] = {}
    for bot in bots.values():
        for coin, notional_quote in bot.notional_quote.items():
            held[coin] = held.get(coin, 0.0) + notional_quote
    currency = next(bot.currency for bot in bots.values())
    return AccountFigures(track=fleet.track, notional_quote=held, currency=currency)
