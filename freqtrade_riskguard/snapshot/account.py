"""The account as of the start of the bot's loop."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf, isfinite, isnan, nan

from freqtrade_riskguard.risk import (
    CrossPosition,
    JointLiquidation,
    cross_liquidation_price,
    gross_exposure,
    joint_liquidation,
)
from freqtrade_riskguard.snapshot.derived import derived
from freqtrade_riskguard.snapshot.position import MarginMode, Position


@dataclass(frozen=True)
class Account:
    """The account as of the start of the bot's loop; its positions as of the question.

    Attributes
    ----------
    equity_quote : float
        Marked to market: base + realised profit + profit of open trades (fees and funding in).
    wallet_quote : float
        What freqtrade's wallet holds, without the profit of open trades.
    free_quote : float
        What of it is not bound in positions and orders.
    day_start_equity_quote, week_start_equity_quote : float
        Equity at the start of the current UTC day and week (from Monday), or at the bot's first
        loop in it.
    peak_equity_quote : float
        The highest equity so far, moved with deposits and withdrawals.
    open_trades : int
        Number of open trades.
    slots : float
        How many trades the bot may have open; infinite for no limit.
    funding_paid_quote : float
        Paid by all trades within the funding breaker's lookback; what was received is not counted.
    basis : str
        What the marks are: ``"candle close"``, ``"live"`` or ``"closed trades"``.
    positions : tuple of Position
        The open ones.
    candle : timedelta
        Length of the strategy's candles.
    out_of_reach : str
        Why no entry can be made as long as the drawdown lasts; empty where one can.
    floors_reached : frozenset of str
        The rules that have closed positions since the last look, at the equity they had named.
    margin_mode : "isolated" or "cross"
        Whether each position has its own margin, or all of them share the account's.
    hedge_correlation : float
        In cross margin: how far what wins by a move of the market is trusted to follow it.
    beside : tuple of Position
        What the exchange holds beyond the trades: part of the account's margin and liquidation,
        and nothing that a rule can cut. What it has won or lost is in the equity.
    other_collateral_quote : float
        In cross margin: what coins other than the stake currency stand behind it with, haircut and
        a fall of the market taken off. Not in the equity: only liquidation is further away.
    """

    time: datetime
    equity_quote: float
    wallet_quote: float
    day_start_equity_quote: float
    open_trades: int
    funding_paid_quote: float
    basis: str
    week_start_equity_quote: float = nan
    peak_equity_quote: float = nan
    free_quote: float = nan
    slots: float = inf
    positions: tuple[Position, ...] = ()
    candle: timedelta = timedelta(0)
    out_of_reach: str = ""
    floors_reached: frozenset[str] = frozenset()
    margin_mode: MarginMode = "isolated"
    hedge_correlation: float = 1.0
    other_collateral_quote: float = 0.0
    beside: tuple[Position, ...] = ()

    @derived
    def sizing_equity_quote(self) -> float:
        """The equity that stakes are sized on: open profit is not yet money to bet.

        NaN where either is unknown, which sizes nothing.
        """
        if isnan(self.equity_quote) or isnan(self.wallet_quote):
            return nan
        return min(self.equity_quote, self.wallet_quote)

    @derived
    def drawdown_ratio(self) -> float:
        """Fall from the peak as a fraction of it; NaN where unknown, 1 without a positive peak."""
        peak, equity = self.peak_equity_quote, self.equity_quote
        if not (isfinite(equity) and isfinite(peak)):
            return nan
        return max(0.0, (peak - equity) / peak) if peak > 0 else 1.0

    @derived
    def maintenance_quote(self) -> float:
        """Maintenance margin of all positions."""
        return sum([position.maintenance_quote for position in self._all])

    @derived
    def effective_leverage(self) -> float:
        """Notional of all positions over equity; infinite where either is unknown."""
        return gross_exposure([p.notional_quote for p in self._all], self.equity_quote)

    @derived
    def joint_liquidation(self) -> JointLiquidation:
        """The moves of the market at which the account is liquidated in cross margin."""
        return joint_liquidation(
            self._collateral_quote,
            [position.exposure for position in self._all],
            hedge_correlation=self.hedge_correlation,
        )

    @property
    def _all(self) -> tuple[Position, ...]:
        return (*self.positions, *self.beside) if self.beside else self.positions

    @derived
    def _collateral_quote(self) -> float:
        """What stands behind positions, exit fees not deducted: a liquidation takes them anew."""
        fees = sum(p.market.taker_fee * p.notional_quote for p in self._all)
        return self.equity_quote + self.other_collateral_quote + fees

    def single_liquidation_price(self, place: int) -> float:
        """Return where one position alone liquidates the account; 0 for none, NaN for unknown.

        Parameters
        ----------
        place : int
            Of the position among ``positions``; all others stay where they are.
        """
        rows = [
            CrossPosition(p.side, p.rate, p.rate, p.amount, p.tiers, p.market.taker_fee)
            for p in self._all
        ]
        own = rows[place]
        return cross_liquidation_price(
            side=own.side,
            entry_price=own.entry_price,
            amount=own.amount,
            # All are counted from their marks: what they have won or lost is in the equity.
            collateral_quote=self._collateral_quote,
            tiers=own.tiers,
            others=[*rows[:place], *rows[place + 1 :]],
            taker_fee=own.taker_fee,
        )

    def with_liquidation(self) -> "Account":
        """Return the account with its joint liquidation as a price of each of its positions.

        In isolated margin it is the account itself.
        """
        if self.margin_mode == "isolated":
            return self
        joint = self.joint_liquidation
        priced = replace(
            self,
            positions=tuple(
                replace(
                    p,
                    margin_mode=self.margin_mode,
                    account_liquidation_price=joint.price_of(p.side, p.rate, p.beta),
                )
                for p in self.positions
            ),
        )
        # It does not depend on what is derived from it.
        priced.__dict__["joint_liquidation"] = joint
        return priced
