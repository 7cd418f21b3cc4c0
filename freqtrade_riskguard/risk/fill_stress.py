"""The results of trades whose stops are filled badly."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from freqtrade_riskguard.risk._types import check_ratio, check_side
from freqtrade_riskguard.risk.liquidation import NO_LIQUIDATION, bankruptcy_price

DEFAULT_SLIPPAGES = (0.01, 0.02, 0.03)


@dataclass(frozen=True, slots=True)
class FilledTrade:
    """One closed trade of a backtest.

    Attributes
    ----------
    side : int
        +1 long, -1 short.
    entry_price, exit_price : float
        As the backtest filled them, quote units.
    amount : float
        Size in base units, unsigned.
    margin_quote : float
        Initial margin, quote units.
    liquidation_price : float
        Quote units, 0.0 for none.
    close_day : int
        Which day it closed on, any count of days.
    stop_candle_worst_price : float, default NaN
        Where the exit was a stop, the lowest (long) or highest (short) price of its candle; NaN for
        any other exit, which keeps its price.
    taker_fee : float, default 0.0
        Ratio, charged at entry and exit.
    funding_quote : float, default 0.0
        Funding received (negative when paid), quote units.

    Raises
    ------
    ValueError
        For a bad side, a NaN or infinite number (but NaN for no stop), or an entry price or amount
        that is not positive.
    """

    side: int
    entry_price: float
    exit_price: float
    amount: float
    margin_quote: float
    liquidation_price: float
    close_day: int
    stop_candle_worst_price: float = math.nan
    taker_fee: float = 0.0
    funding_quote: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be a closed trade: a report must not leave out losses silently."""
        check_side(self.side)
        known = (self.entry_price, self.exit_price, self.amount, self.margin_quote)
        others = (self.liquidation_price, self.taker_fee, self.funding_quote)
        finite = all(map(math.isfinite, known + others))
        finite = finite and not math.isinf(self.stop_candle_worst_price)
        if not (finite and self.entry_price > 0.0 and self.amount > 0.0):
            raise ValueError(
                f"a closed trade needs finite numbers and an amount above 0, got {self}"
            )

    def stressed_exit_price(self, slippage_ratio: float) -> float:
        """Return the exit price under stress, before liquidation; see :func:`fill_stress`."""
        if math.isnan(self.stop_candle_worst_price):
            return self.exit_price
        worst = self.side * min(
            self.side * self.exit_price, self.side * self.stop_candle_worst_price
        )
        return worst * (1.0 - self.side * slippage_ratio)

    def is_liquidated_at(self, price: float) -> bool:
        """Say whether a price has reached or passed liquidation."""
        reached = self.side * (price - self.liquidation_price) <= 0.0
        return self.liquidation_price != NO_LIQUIDATION and reached

    def profit_at(self, price: float) -> float:
        """Return the profit of an exit at a price, quote units, bounded by bankruptcy."""
        ruin_price = bankruptcy_price(
            side=self.side,
            entry_price=self.entry_price,
            amount=self.amount,
            margin_quote=self.margin_quote,
            taker_fee=self.taker_fee,
            funding_quote=self.funding_quote,
        )
        filled = self.side * max(self.side * price, self.side * ruin_price)
        entry_fee_quote = self.taker_fee * self.amount * self.entry_price
        exit_fee_quote = self.taker_fee * self.amount * filled
        moved_quote = self.side * self.amount * (filled - self.entry_price)
        return moved_quote - entry_fee_quote - exit_fee_quote + self.funding_quote


@dataclass(frozen=True, slots=True)
class FillStress:
    """All trades under one slippage.

    Attributes
    ----------
    slippage_ratio : float
        Beyond the worst of the stop's candle.
    liquidations : int
        Trades whose stressed exit passes their liquidation price.
    worst_trade_quote, worst_day_quote : float
        Smallest profit of a trade, and of all trades that closed on a day; 0.0 without trades.
    final_balance_quote : float
        Start plus all profits, quote units; may be negative, then the account did not survive.
    """

    slippage_ratio: float
    liquidations: int
    worst_trade_quote: float
    worst_day_quote: float
    final_balance_quote: float


def fill_stress(
    trades: Iterable[FilledTrade], *, start_balance_quote: float, slippage_ratio: float
) -> FillStress:
    """Fill every stop at the worst of its candle and beyond.

    Parameters
    ----------
    trades : iterable of FilledTrade
        Closed trades.
    start_balance_quote : float
        Quote units.
    slippage_ratio : float
        In [0, 1); 0.01, 0.02 and 0.03 are usual.

    Returns
    -------
    FillStress

    Raises
    ------
    ValueError
        For a slippage outside [0, 1).

    Notes
    -----
    Formula: exit at ``worst(stop, candle) * (1 - side*slippage)``, at bankruptcy where that passes
    the liquidation price, and never beyond bankruptcy. Stakes stay what they were.
    """
    check_ratio("slippage_ratio", slippage_ratio)
    profits: list[float] = []
    days: dict[int, float] = {}
    liquidations = 0
    for trade in trades:
        price = trade.stressed_exit_price(slippage_ratio)
        if trade.is_liquidated_at(price):
            liquidations += 1
            price = 0.0 if trade.side > 0 else math.inf  # the margin is gone: bankruptcy bounds it
        profit = trade.profit_at(price)
        profits.append(profit)
        days[trade.close_day] = days.get(trade.close_day, 0.0) + profit
    return FillStress(
        slippage_ratio=slippage_ratio,
        liquidations=liquidations,
        worst_trade_quote=min(profits, default=0.0),
        worst_day_quote=min(days.values(), default=0.0),
        final_balance_quote=start_balance_quote + math.fsum(profits),
    )
