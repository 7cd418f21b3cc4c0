"""What a record of the account's own trades borrows from backtests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Borrowed:
    """What trades of backtests add to a record of the account's own.

    They count for less than own trades, and only until there are enough of those: a backtest costs
    nothing when it is wrong.

    Attributes
    ----------
    trades : int
        That count now.
    weight, win_weight : float
        How many own trades, and own wins, they count as.
    overruled : bool
        Whether the account's own trades speak so much against them that none counts.
    """

    trades: int = 0
    weight: float = 0.0
    win_weight: float = 0.0
    overruled: bool = False


NOTHING_BORROWED = Borrowed()
