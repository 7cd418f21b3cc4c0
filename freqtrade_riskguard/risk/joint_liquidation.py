"""The move of the market at which an account in cross margin is liquidated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from freqtrade_riskguard.risk._types import check_side
from freqtrade_riskguard.risk.betas import UNKNOWN_BETA
from freqtrade_riskguard.risk.liquidation import NO_LIQUIDATION
from freqtrade_riskguard.risk.scenarios import Exposure

FALL, RISE = -1, 1


@dataclass(frozen=True, slots=True)
class MarketMove:
    """The move of the market in one direction that liquidates the account.

    Attributes
    ----------
    direction : int
        -1 a fall, +1 a rise.
    ratio : float
        How far, unsigned; infinite where no such move does, NaN where that is unknown.
    loss_quote : float
        What the positions have lost by then, fees not counted; infinite or NaN as `ratio`.
    beta : float
        Mean of the betas of the positions that lose, by notional, unsigned; 1 where none does.
    """

    direction: int
    ratio: float
    loss_quote: float
    beta: float


@dataclass(frozen=True, slots=True)
class JointLiquidation:
    """Where all positions together liquidate the account, each moving by its beta.

    Attributes
    ----------
    fall, rise : MarketMove
        The first of each direction.
    """

    fall: MarketMove
    rise: MarketMove

    @property
    def nearest(self) -> MarketMove:
        """The smaller of both moves; an unknown one is the smallest."""
        return min(self.fall, self.rise, key=lambda move: _known(move.ratio))

    @property
    def distance_ratio(self) -> float:
        """The smaller of both moves, unsigned; infinite for none. *Unknown* is 0.0."""
        return _known(self.nearest.ratio)

    def against(self, side: int, beta: float) -> MarketMove:
        """Return the move in which a position of this side and beta loses."""
        return self.fall if side * _beta(beta) >= 0.0 else self.rise

    def price_of(self, side: int, price: float, beta: float) -> float:
        """Return the joint liquidation as a price of one position.

        Parameters
        ----------
        side : int
            +1 long, -1 short.
        price : float
            Its present price, quote units.
        beta : float
            To the market; NaN and infinity count as 1.

        Returns
        -------
        float
            Quote units; 0.0 is *none*, NaN *unknown*.

        Raises
        ------
        ValueError
            For a side that is neither +1 nor -1.

        Notes
        -----
        Formula: ``P * (1 - side * max(|beta|, mean beta) * move)``. No position counts as slower
        than the mean of those that lose with it: it would be closed by its own noise, and of any
        book at least one position is as fast as the mean, so that one is there in time.
        """
        check_side(side)
        move = self.against(side, beta)
        if math.isnan(move.ratio) or not 0.0 < price < math.inf:
            return math.nan
        if move.ratio == math.inf:
            return NO_LIQUIDATION
        there = price * (1.0 - side * max(abs(_beta(beta)), move.beta) * move.ratio)
        return there if there > 0.0 else NO_LIQUIDATION


def joint_liquidation(
    equity_quote: float, exposures: Sequence[Exposure], *, hedge_correlation: float = 1.0
) -> JointLiquidation:
    """Return the moves of the market at which the account's equity is its maintenance margin.

    Parameters
    ----------
    equity_quote : float
        Collateral and unrealised profit of all positions, exit fees not deducted, quote units.
    exposures : sequence of Exposure
        The open positions.
    hedge_correlation : float, default 1.0
        How far the positions that win by a move follow it, a share of their beta: 1 trusts a hedge
        as its beta says, 0.5 is a broken correlation, at 0 only those move that lose.

    Returns
    -------
    JointLiquidation
        Moves of 0.0 where the account is liquidated already. Unknown (NaN) for an equity or a
        notional that is NaN, infinite or (a notional) negative.

    Raises
    ------
    ValueError
        For a share outside [0, 1].

    Notes
    -----
    Formula: the smallest ``m >= 0`` with
    ``Q + sum(side*N*(x-1)) - sum(fee*N*x) = sum(maintenance(N*x))``, where
    ``x = max(0, 1 + c*beta*direction*m)``, and c is `hedge_correlation` for what wins, 1 for what
    loses. Both sides are straight lines between the tiers' floors, so it is found from floor to
    floor and is exact.
    """
    if not 0.0 <= hedge_correlation <= 1.0:
        raise ValueError(f"`hedge_correlation` must be in [0, 1], got {hedge_correlation!r}")
    return JointLiquidation(
        fall=_first(equity_quote, exposures, FALL, hedge_correlation),
        rise=_first(equity_quote, exposures, RISE, hedge_correlation),
    )


def _known(ratio: float) -> float:
    return 0.0 if math.isnan(ratio) else ratio


def _beta(beta: float) -> float:
    return beta if math.isfinite(beta) else UNKNOWN_BETA


def _first(
    equity_quote: float, exposures: Sequence[Exposure], direction: int, hedge_correlation: float
) -> MarketMove:
    sizes = [exposure.notional_quote for exposure in exposures]
    losing = [
        (size, abs(_beta(one.beta)))
        for one, size in zip(exposures, sizes, strict=True)
        if one.side * _beta(one.beta) * direction < 0.0
    ]
    if not (math.isfinite(equity_quote) and all(0.0 <= size < math.inf for size in sizes)):
        return MarketMove(direction, math.nan, math.nan, UNKNOWN_BETA)
    total_quote = sum(size for size, _ in losing)
    mean = UNKNOWN_BETA
    if total_quote > 0.0:
        mean = sum(size * beta for size, beta in losing) / total_quote
    paths = []
    for one in exposures:
        if one.notional_quote > 0.0:
            pace = _beta(one.beta) * direction
            paths.append(_Path(one, pace * (hedge_correlation if one.side * pace > 0.0 else 1.0)))
    ratio = _root(equity_quote, paths)
    loss_quote = math.inf
    if ratio < math.inf:
        loss_quote = -sum(path.profit_quote(ratio) for path in paths)
    return MarketMove(direction, ratio, loss_quote, mean)


class _Path:
    """What a position adds to the account's room as the market moves, floor by floor.

    Parameters
    ----------
    exposure : Exposure
        The position.
    pace : float
        How fast its price moves with the market: a fraction per fraction, signed.
    """

    def __init__(self, exposure: Exposure, pace: float) -> None:
        self._exposure, self._pace = exposure, pace
        self._index = exposure.tiers.index_at(exposure.notional_quote)

    def profit_quote(self, move: float) -> float:
        """Return what the position wins by a move."""
        one = self._exposure
        return one.side * one.notional_quote * max(-1.0, self._pace * move)

    def line(self) -> tuple[float, float]:
        """Return room at no move, and room per move, in the tier that the position is in."""
        one, size, pace = self._exposure, self._exposure.notional_quote, self._pace
        if self._index < 0:  # its price is zero
            return -one.side * size, 0.0
        owed_share = one.taker_fee + one.tiers.rates[self._index]
        start_quote = one.tiers.amounts[self._index] - owed_share * size
        return start_quote, size * pace * (one.side - owed_share)

    def next_move(self) -> float:
        """Return the move at which it comes to its next tier, or to a price of zero."""
        size, floors = self._exposure.notional_quote, self._exposure.tiers.floors
        if self._pace < 0.0 and self._index >= 0:
            return (floors[self._index] / size - 1.0) / self._pace
        if self._pace > 0.0 and self._index + 1 < len(floors):
            return (floors[self._index + 1] / size - 1.0) / self._pace
        return math.inf

    def step(self) -> None:
        """Go on to that tier."""
        self._index += 1 if self._pace > 0.0 else -1


def _root(equity_quote: float, paths: Sequence[_Path]) -> float:
    """Return the first move at which no room is left; infinite where there is none."""
    lines = [path.line() for path in paths]
    moves = [path.next_move() for path in paths]
    at = 0.0
    while True:
        room_quote = equity_quote + math.fsum(start for start, _ in lines)
        per_move_quote = math.fsum(per_move for _, per_move in lines)
        if room_quote + per_move_quote * at <= 0.0:
            return at
        until = min(moves, default=math.inf)
        if per_move_quote < 0.0:
            found = -room_quote / per_move_quote
            if found <= until:
                return max(found, at)
        if until == math.inf:
            return math.inf
        for place, path in enumerate(paths):
            if moves[place] <= until:
                path.step()
                lines[place], moves[place] = path.line(), path.next_move()
        at = max(at, until)
