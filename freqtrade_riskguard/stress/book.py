"""Positions under every scenario, and which of them to close first."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.config.measurement import LiquidationSettings
from freqtrade_riskguard.risk import (
    DEFAULT_MOVES,
    CrossPosition,
    Exposure,
    IsolatedOutcome,
    JointLiquidation,
    MarginTiers,
    cross_liquidation_price,
    is_beyond,
    isolated_outcome,
    joint_liquidation,
    maintenance_cover,
    stress_test,
)
from freqtrade_riskguard.snapshot import DEFAULT_TAKER_FEE, Market, Position
from freqtrade_riskguard.stress.collateral import collateral_loss, other_collateral
from freqtrade_riskguard.stress.input import HeldPosition, StressInput
from freqtrade_riskguard.stress.report import CloseStep

Matrix = npt.NDArray[np.float64]

_FALL = min(DEFAULT_MOVES)


class Book:
    """An account's positions as scenarios see them, by position and move of the market.

    Parameters
    ----------
    given : StressInput
        The account.
    tables : sequence of TierTable or WholePositionTiers
        One per position.
    multiple : float
        On the maintenance margin, by the market's state.

    Attributes
    ----------
    positions : list of Position
        As held now, margin that was added included.
    liquidation_prices : list of float
        By the account's margin mode; 0 for none.
    other_quote : float
        What coins beside the equity count as, quote units.
    profits, margins : ndarray, shape (n_positions, n_moves)
        Profit and maintenance margin of each, quote units; the multiple is not in it.
    liquidated : ndarray of bool, shape (n_positions, n_moves)
        Which moves liquidate which positions. In cross margin one is liquidated with all others.
    beyond : list of bool
        Which positions are at or beyond their liquidation price now.
    collateral_losses : ndarray, shape (n_moves,)
        Quote units.
    """

    def __init__(self, given: StressInput, tables: Sequence[MarginTiers], multiple: float) -> None:
        pairs = list(zip(given.positions, tables, strict=True))
        self.is_cross = given.margin_mode == "cross"
        self.positions = [_position(held, tiers) for held, tiers in pairs]
        self._equity_quote = given.equity_quote
        self.other_quote = other_collateral(given)
        # What is sold for a liquidation is sold in a fall, and below its price.
        self._collateral_quote = (
            given.equity_quote + self.other_quote - collateral_loss(given.collateral, _FALL)
        )
        self._betas = [nan if held.beta is None else held.beta for held in given.positions]
        self._multiple = multiple
        self._rows = range(len(pairs))
        self.collateral_losses: Matrix = np.array(
            [collateral_loss(given.collateral, move) for move in DEFAULT_MOVES]
        )
        self.liquidation_prices = (
            [_cross_price(place, self.positions, self._collateral_quote) for place in self._rows]
            if self.is_cross
            else [position.liquidation_price for position in self.positions]
        )
        exposures = [
            Exposure(
                position.side,
                position.notional_quote,
                position.tiers,
                beta,
            )
            for beta, position in zip(self._betas, self.positions, strict=True)
        ]
        outcomes = [
            _cross_outcome(exposure)
            if self.is_cross
            else isolated_outcome(
                exposure, position.equity_quote, rate=position.rate, liquidation_price=price
            )
            for exposure, position, price in zip(
                exposures, self.positions, self.liquidation_prices, strict=True
            )
        ]
        shape = (len(pairs), len(DEFAULT_MOVES))
        self.profits: Matrix = np.array([one.profit_quote for one in outcomes]).reshape(shape)
        self.margins: Matrix = np.array([one.maintenance_quote for one in outcomes]).reshape(shape)
        self.liquidated = np.array([one.liquidated for one in outcomes], dtype=bool).reshape(shape)
        if self.is_cross:
            self.liquidated |= [not cover > 1 for cover in self.covers(self._rows)]
        self.beyond = self._beyond_now()

    def _beyond_now(self) -> list[bool]:
        if not self.is_cross:
            return [
                is_beyond(position.side, position.rate, price)
                or position.equity_quote <= position.maintenance_quote
                for position, price in zip(self.positions, self.liquidation_prices, strict=True)
            ]
        needed = sum(position.maintenance_quote for position in self.positions)
        lost = not maintenance_cover(self._equity_quote + self.other_quote, needed) > 1
        return [
            lost or is_beyond(one.side, one.rate, one.exchange_liquidation_price)
            for one in self.positions
        ]

    def joint_liquidation(self) -> JointLiquidation:
        """Return where the market's move liquidates an account in cross margin, as a guard does."""
        return joint_liquidation(
            self._collateral_quote,
            [
                replace(position, beta=beta).exposure
                for position, beta in zip(self.positions, self._betas, strict=True)
            ],
            hedge_correlation=LiquidationSettings().hedge_correlation,
        )

    def equities(self, held: Sequence[int]) -> Matrix:
        """Return the account's equity after each move, with some of the positions."""
        profits: Matrix = self.profits[list(held)].sum(axis=0)
        return self._equity_quote - self.collateral_losses + profits

    def maintenance(self, held: Sequence[int]) -> Matrix:
        """Return the maintenance margin after each move, with some of the positions."""
        needed: Matrix = self._multiple * self.margins[list(held)].sum(axis=0)
        return needed

    def covers(self, held: Sequence[int]) -> list[float]:
        """Return the cover after each move, with some of the positions."""
        return [
            maintenance_cover(left + self.other_quote, needed)
            for left, needed in zip(
                self.equities(held).tolist(), self.maintenance(held).tolist(), strict=True
            )
        ]

    def survival(self, held: Sequence[int]) -> float:
        """Return the smallest cover; 0 where it is unknown."""
        return min(0.0 if isnan(cover) else cover for cover in self.covers(held))

    def left_quote(self, held: Sequence[int]) -> float:
        """Return the smallest equity that a move leaves, with some of the positions."""
        return float(self.equities(held).min())


def close_first(positions: Sequence[HeldPosition], book: Book) -> list[CloseStep]:
    """Return the positions in the order in which closing each helps the account most.

    That is where the least cover rises most; in isolated margin, where most equity is left. Closing
    one realises its profit or loss, which the equity has counted already.
    """
    left, steps = list(range(len(positions))), []
    while left:
        loss = book.collateral_losses - book.profits[left].sum(axis=0)
        worst = int(np.argmax(loss))
        scored = []
        for place in left:
            after = [other for other in left if other != place]
            own_loss = -float(book.profits[place, worst])
            per_margin = own_loss / positions[place].margin_quote
            helped = book.survival(after) if book.is_cross else book.left_quote(after)
            scored.append((helped, per_margin, place, own_loss))
        _, per_margin, place, own_loss = max(scored)
        left.remove(place)
        held = positions[place]
        steps.append(
            CloseStep(
                pair=held.pair,
                side=held.side,
                loss_quote=own_loss,
                margin_quote=held.margin_quote + held.added_margin_quote,
                loss_per_margin=per_margin,
                survival_after=book.survival(left),
                equity_left_quote=book.left_quote(left),
            )
        )
    return steps


def _position(held: HeldPosition, tiers: MarginTiers) -> Position:
    return Position(
        market=Market(
            pair=held.pair,
            tiers=tiers,
            taker_fee=DEFAULT_TAKER_FEE,
            daily_volatility=nan if held.daily_volatility is None else held.daily_volatility,
            atr=nan,
        ),
        side=held.direction,
        open_rate=held.open_rate,
        amount=held.amount,
        margin_quote=held.margin_quote + held.added_margin_quote,
        leverage=held.leverage or held.amount * held.open_rate / held.margin_quote,
        rate=held.rate,
        exchange_liquidation_price=held.liquidation_price,
    )


def _cross_outcome(exposure: Exposure) -> IsolatedOutcome:
    """Return what a position wins and loses by itself: the account answers for all of it."""
    alone = stress_test(0.0, [exposure])
    return IsolatedOutcome(
        np.array(alone.profit_quote),
        np.array(alone.maintenance_quote),
        np.zeros(len(alone.moves), dtype=np.bool_),
    )


def _cross_price(place: int, positions: Sequence[Position], collateral_quote: float) -> float:
    """Return the price at which one position alone uses up the account, or the exchange's.

    That is the one that is nearer to the market.
    """
    own = positions[place]
    rows = [
        CrossPosition(one.side, one.open_rate, one.rate, one.amount, one.tiers) for one in positions
    ]
    price = cross_liquidation_price(
        side=own.side,
        entry_price=own.open_rate,
        amount=own.amount,
        collateral_quote=collateral_quote - sum(row.unrealised_quote for row in rows),
        tiers=own.tiers,
        others=[*rows[:place], *rows[place + 1 :]],
        taker_fee=own.market.taker_fee,
    )
    return replace(own, margin_mode="cross", account_liquidation_price=price).liquidation_price
