"""Equity, peak and day of a bot after a poll."""

from dataclasses import dataclass

from freqtrade_riskguard.rest_api.bot_status import BotStatus, OpenTrade
from freqtrade_riskguard.risk import (
    lasting_transfer,
    start_equity,
    transfer_equity,
    update_equity,
)
from freqtrade_riskguard.watch.state import BotState

_LOOKS = 3  # in a row that a difference has to last to be a transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdate:
    """A bot's account after a look.

    Attributes
    ----------
    moved_quote : float
        Money that came or went without being profit or loss, quote units.
    anew : bool
        Whether the bot has another database than before, so that its account begins anew.
    """

    state: BotState
    moved_quote: float = 0.0
    anew: bool = False


def update_account(state: BotState | None, status: BotStatus, time_seconds: float) -> AccountUpdate:
    """Take a look into a bot's account.

    Equity is counted: base + profit of closed trades + profit of open trades. The wallet is not
    read: where several bots share an account it holds the positions of all of them, and a live
    wallet has paid entry fees and funding already that the profits count too.

    Parameters
    ----------
    state : BotState or None
        None for a bot that was never seen.
    status : BotStatus
        What it showed now.
    time_seconds : float
        Epoch seconds.
    """
    if state is None:
        return AccountUpdate(state=_begin(status, time_seconds))
    if status.database_start is not None and status.database_start != state.database_start:
        if state.database_start is not None:
            return _begin_anew(state, status, time_seconds)
        # It had not started when it was first seen.
        state = state.model_copy(update={"database_start": status.database_start})
    return _go_on(state, status, time_seconds)


def notional_by_coin(trades: tuple[OpenTrade, ...]) -> dict[str, float]:
    """Return the value of the positions in each coin, longs and shorts added up, quote units."""
    held: dict[str, float] = {}
    for trade in trades:
        held[trade.base_currency] = held.get(trade.base_currency, 0.0) + trade.notional_quote
    return held


def _identifiers(trades: tuple[OpenTrade, ...]) -> tuple[int, ...]:
    return tuple(trade.trade_id for trade in trades)


def _begin(status: BotStatus, time_seconds: float) -> BotState:
    base_quote = status.starting_capital_quote
    return BotState(
        currency=status.currency,
        base_quote=base_quote,
        track=start_equity(time_seconds, status.equity_quote(base_quote)),
        notional_quote=notional_by_coin(status.trades),
        open_trades=_identifiers(status.trades),
        database_start=status.database_start,
        startup=status.startup,
    )


def _begin_anew(state: BotState, status: BotStatus, time_seconds: float) -> AccountUpdate:
    fresh = _begin(status, time_seconds)
    # Whatever held it was not lifted by that.
    kept = state.model_dump(include={"startup", "polls_closing"}) | {
        "holds": state.holds,
        "phase": state.phase,
        "daily": state.daily,
        "closing": state.closing,
    }
    moved_quote = fresh.track.equity_quote - state.track.equity_quote
    return AccountUpdate(state=fresh.model_copy(update=kept), moved_quote=moved_quote, anew=True)


def _go_on(state: BotState, status: BotStatus, time_seconds: float) -> AccountUpdate:
    difference_quote = status.starting_capital_quote - state.base_quote
    differences_quote = (*state.differences_quote, difference_quote)[-_LOOKS:]
    equity_quote = status.equity_quote(state.base_quote)
    moved_quote = lasting_transfer(differences_quote, equity_quote, looks=_LOOKS)
    track = state.track
    if moved_quote:
        track = transfer_equity(track, moved_quote)
        differences_quote = ()
    changes = {
        "currency": status.currency,
        "base_quote": state.base_quote + moved_quote,
        "differences_quote": differences_quote,
        "track": update_equity(track, time_seconds, equity_quote + moved_quote),
        "notional_quote": notional_by_coin(status.trades),
        "open_trades": _identifiers(status.trades),
    }
    return AccountUpdate(state=state.model_copy(update=changes), moved_quote=moved_quote)
