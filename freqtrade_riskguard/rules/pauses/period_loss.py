"""The lock of a day or week that has lost too much, or whose loss is not known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isfinite, nan

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import loss_left_quote
from freqtrade_riskguard.rules.account_messages import open_trades_text
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until, window_end
from freqtrade_riskguard.snapshot import Account, Position

_UNKNOWN_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a week that is under way.

    Attributes
    ----------
    start_equity_quote : float
        Equity when it began.
    end : datetime
        When the next one begins.
    words, end_words : str
        What messages call it and its end.
    """

    start_equity_quote: float
    end: datetime
    words: str
    end_words: str


def loss_exit_price(
    position: Position, account: Account, start_equity_quote: float, limit_ratio: float
) -> float:
    """Return the price of a position at which a period's limit is reached; NaN where unknown.

    Past the limit there is no such price: the lock closes what is open, once, and who lifts it has
    decided to go on. All positions of its side are taken to move alike, as they do in a crash, and
    those of the other side to stand still. What closing costs is part of the loss.

    Formula: ``mark * (1 - side * max(0, left / sum(notional) - fee))``, with what may still be lost
    (``left``) and the notionals of the positions of this side
    """
    if not (isfinite(account.equity_quote) and isfinite(start_equity_quote)):
        return nan
    left_quote = loss_left_quote(
        start_equity_quote=start_equity_quote,
        equity_quote=account.equity_quote,
        limit_ratio=limit_ratio,
    )
    moving_quote = sum(p.notional_quote for p in account.positions if p.side == position.side)
    if not (moving_quote > 0 and left_quote > 0):
        return nan
    move_ratio = max(0.0, left_quote / moving_quote - position.market.taker_fee)
    price = position.rate * (1 - position.side * move_ratio)
    return price if price > 0 else nan


def is_within(equity_quote: float, start_equity_quote: float, limit_ratio: float) -> bool:
    """Whether a period has certainly not lost its limit; False where anything is unknown."""
    return inf > equity_quote > start_equity_quote * (1 - limit_ratio) > 0


def loss_lock(
    account: Account, period: Period, limit_ratio: float, *, close_all: bool
) -> Lock | None:
    """Return the lock until the period ends once it has lost its limit; None before.

    Where equity or its start is unknown (NaN), entries pause by the hour and nothing is closed: a
    hole in the data must neither pass for a good day nor sell.
    """
    start_quote = period.start_equity_quote
    if not (isfinite(account.equity_quote) and isfinite(start_quote)):
        end = window_end(account.time, _UNKNOWN_PAUSE)
        why = (
            f"Entries paused until {end_text(end, account.time)}: the loss {period.words} is "
            f"unknown ({account.basis}). {open_trades_text(account, keep_ratio=1)} Lift: /unlock"
        )
        return Lock(lock_until(end), why)
    left_quote = loss_left_quote(
        start_equity_quote=start_quote,
        equity_quote=account.equity_quote,
        limit_ratio=limit_ratio,
    )
    if left_quote > 0:
        return None
    change_ratio = account.equity_quote / start_quote - 1 if start_quote > 0 else -1.0
    fate = open_trades_text(account, keep_ratio=0 if close_all else 1)
    why = (
        f"Entries paused until {period.end_words}: {percent(change_ratio)} {period.words} "
        f"(limit {percent(limit_ratio)}, {account.basis}). {fate} Lift: /unlock"
    )
    return Lock(lock_until(period.end), why, close_all=close_all)
