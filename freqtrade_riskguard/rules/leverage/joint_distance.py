"""Cross margin: whether the account as it would be after an entry is far from liquidation."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isnan

import numpy as np

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import (
    FALL,
    MarketMove,
    covariance_matrix,
    effective_liquidation_price,
    liquidation_distance,
    portfolio_volatility,
)
from freqtrade_riskguard.rules.correlations import correlations_of
from freqtrade_riskguard.snapshot import Account, Entry


@dataclass(frozen=True, slots=True)
class JointDistance:
    """What must lie between an account in cross margin and its liquidation.

    Attributes
    ----------
    min_distance_ratio : float
        Of the market's move that liquidates it, and of the entry's own price alone.
    sigmas : float
        Of the whole book: what it loses until then, in daily standard deviations.
    slippage_ratio : float
        How much nearer liquidation counts.
    stress_correlations : mapping of str to float
        Of known pairs, when everything falls together.
    """

    min_distance_ratio: float
    sigmas: float
    slippage_ratio: float
    stress_correlations: Mapping[str, float]

    def shortfall(self, entry: Entry) -> str | None:
        """Return what of it the account would lack after the entry; None where it has all."""
        after = entry.account_after
        joint = after.joint_liquidation
        if isnan(joint.nearest.ratio):
            return "liquidation of the account unknown"
        if after.equity_quote <= 0.0:
            # Other coins may keep it alive, and nothing can be measured in shares of it.
            return "the account has no equity of its own"
        for move in (joint.fall, joint.rise):
            away = self._distance(move)
            if away < self.min_distance_ratio:
                kind = "fall" if move.direction == FALL else "rise"
                return (
                    f"liquidation of the account by a {kind} of the market of {percent(away)}; "
                    f"required: {percent(self.min_distance_ratio)}"
                )
        alone = self._single_distance(after)
        if alone < self.min_distance_ratio:
            return (
                f"liquidation of the account by a move of {entry.market.pair} alone of "
                f"{percent(alone)}; required: {percent(self.min_distance_ratio)}"
            )
        return self._within_sigmas(entry, after)

    def _distance(self, move: MarketMove) -> float:
        """Return how far the market is from the move's end, with slippage."""
        if move.ratio == inf:
            return inf
        side = -move.direction
        there = 1.0 + move.direction * move.ratio
        return side * (1.0 - effective_liquidation_price(there, side, self.slippage_ratio))

    def _single_distance(self, after: Account) -> float:
        own = after.positions[-1]
        price = after.single_liquidation_price(len(after.positions) - 1)
        nearer = effective_liquidation_price(price, own.side, self.slippage_ratio)
        return liquidation_distance(own.rate, nearer, own.side)

    def _within_sigmas(self, entry: Entry, after: Account) -> str | None:
        move, equity_quote = after.joint_liquidation.nearest, after.equity_quote
        # An unknown volatility is answered by 1x.
        if move.ratio == inf or self.sigmas == 0 or not knows_volatility(entry):
            return None
        sigma = _daily_volatility(entry, after, self.stress_correlations)
        room = move.loss_quote / equity_quote * self._distance(move) / move.ratio
        if room >= self.sigmas * sigma:
            return None
        return (
            f"liquidation of the account by a loss of {percent(room)} of its equity; required: "
            f"{percent(self.sigmas * sigma)}, {self.sigmas:g} daily sigmas of {percent(sigma)}"
        )


def knows_volatility(entry: Entry) -> bool:
    """Whether the volatility of the entry's pair and of all that is held is known."""
    known = [entry.market.daily_volatility]
    if entry.portfolio is not None:
        known += entry.portfolio.daily_volatility.tolist()
    return not any(map(isnan, known))


def _daily_volatility(
    entry: Entry, after: Account, stress_correlations: Mapping[str, float]
) -> float:
    """Return the book's, of its equity: the worse of normal times and of everything falling."""
    weights = np.array([p.side * p.notional_quote / after.equity_quote for p in after.positions])
    portfolio = entry.portfolio
    if portfolio is None:
        # Nothing is known of how they move together: as if all lost at once.
        sizes = np.array([position.market.daily_volatility for position in after.positions])
        return float(np.abs(weights) @ sizes)
    return max(
        portfolio_volatility(weights, covariance_matrix(portfolio.daily_volatility, correlation))
        for _, correlation in correlations_of(entry, portfolio, stress_correlations)
    )
