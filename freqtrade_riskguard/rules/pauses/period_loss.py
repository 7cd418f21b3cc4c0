"""The lock of a day or week that has lost too much, or whose loss is not known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isfinite, nan

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import loss_left_quote
from freqtrade_riskguard.rules.account_messages import open_trades_text
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until, window_end
from freqtrade_riskguard.snapshot import Account

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


def loss_equity_floor(account: Account, start_equity_quote: float, limit_ratio: float) -> float:
    """Return the equity at which a period's limit is reached; NaN where it is, or unknown.

    Past the limit there is no such equity: the lock closes what is open, once, and who lifts it has
    decided to go on.

    Formula: ``start * (1 - limit)``
    """
    floor_quote = start_equity_quote * (1 - limit_ratio)
    is_known = is_within(account.equity_quote, start_equity_quote, limit_ratio)
    return floor_quote if is_known else nan


def is_within(equity_quote: float, start_equity_quote: float, limit_ratio: float) -> bool:
    """Whether a period has certainly not lost its limit; False where anything is unknown."""
    return inf > equity_quote > start_equity_quote * (1 - limit_ratio) > 0


def loss_lock(
    account: Account,
    period: Period,
    limit_ratio: float,
    *,
    close_all: bool,
    is_reached: bool = False,
) -> Lock | None:
    """Return the lock until the period ends once it has lost its limit; None before.

    Where equity or its start is unknown (NaN), entries pause by the hour and nothing is closed: a
    hole in the data must neither pass for a good day nor sell.

    Parameters
    ----------
    is_reached : bool
        Whether the limit was reached since the last look, whatever the equity is now.
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
    if left_quote > 0 and not is_reached:
        return None
    change_ratio = account.equity_quote / start_quote - 1 if start_quote > 0 else -1.0
    fate = open_trades_text(account, keep_ratio=0 if close_all else 1)
    why = (
        f"Entries paused until {period.end_words}: {percent(change_ratio)} {period.words} "
        f"(limit {percent(limit_ratio)}, {account.basis}). {fate} Lift: /unlock"
    )
    return Lock(lock_until(period.end), why, close_all=close_all)
