"""What moves of the whole market do to an account, and what to close first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import nan

import numpy as np

from freqtrade_riskguard.adapters.offline.shipped_tiers import shipped_tiers
from freqtrade_riskguard.advice.stress_book import Book, close_first
from freqtrade_riskguard.advice.stress_collateral import collateral_row, stable_share
from freqtrade_riskguard.advice.stress_input import HeldPosition, StressInput
from freqtrade_riskguard.advice.stress_report import PositionStress, ScenarioRow, StressReport
from freqtrade_riskguard.advice.stress_volatility import volatilities
from freqtrade_riskguard.config.sections import LiquidationSettings
from freqtrade_riskguard.risk import (
    MarketRegime,
    StressResult,
    TierTable,
    account_health,
    account_level,
    distance_health,
    gross_exposure,
    liquidation_distance,
    market_regime,
    net_exposure,
    stress_test,
)
from freqtrade_riskguard.rules.words import percent
from freqtrade_riskguard.snapshot import Market, Position

# Where nobody tells: what a taker without discount pays on the large exchanges.
_TAKER_FEE = 0.0006
_LEAST_STABLE_SHARE = 0.5


def stress(given: StressInput) -> StressReport:
    """Return what an account would be after each scenario.

    Notes
    -----
    Formula: ``equity + sum(side * N * move * beta) - what the collateral loses`` over
    ``multiple * maintenance margin after the move``; the multiple is that of the market's state.
    """
    regime, tables, assumed = _regime(given), *_tables(given)
    book = Book(given, tables, regime.margin_multiple)
    total = stress_test(given.equity_quote, book.exposures, margin_multiple=regime.margin_multiple)
    # What collateral loses is lost as well: the worst move is that of both together.
    both = replace(total, profit_quote=_after_collateral(total, book))
    worst = int(np.argmin(both.profit_quote))
    positions = [_position(*pair) for pair in zip(given.positions, tables, strict=True)]
    notionals = [position.notional_quote for position in positions]
    sides = [position.side for position in positions]
    portfolio = volatilities(given, notionals)
    scenarios = _scenarios(given, positions, book, total)
    survival = book.survival(range(len(positions)))
    maintenance_quote = sum(position.maintenance_quote for position in positions)
    net_quote = sum(side * size for side, size in zip(sides, notionals, strict=True))
    health = account_health(
        equity_quote=given.equity_quote,
        initial_margin_quote=sum(position.margin_quote for position in positions),
        maintenance_quote=maintenance_quote,
        net_notional_quote=net_quote,
        shocked_equity_quote=scenarios[0].equity_quote,
        shocked_maintenance_quote=scenarios[0].maintenance_quote,
    )
    collateral = tuple(collateral_row(item) for item in given.collateral)
    return StressReport(
        survives=survival > 1,
        survival=survival,
        currency=given.currency,
        equity_quote=given.equity_quote,
        worst_move_ratio=total.moves[worst],
        worst_loss_quote=both.worst_loss_quote,
        stress_margin_quote=both.stress_margin_quote,
        market_regime=regime.name.lower() if given.market else "unknown",
        margin_multiple=regime.margin_multiple,
        account_level=account_level(maintenance_quote, given.equity_quote).name.lower(),
        gross_exposure_ratio=gross_exposure(notionals, given.equity_quote),
        net_exposure_ratio=net_exposure(sides, notionals, given.equity_quote),
        net_notional_quote=net_quote,
        health=health,
        lights={name: light.value for name, light in health.lights.items()},
        volatility_per_year=portfolio.normal,
        stressed_volatility_per_year=portfolio.stressed,
        stressed_correlation=tuple(tuple(row) for row in portfolio.correlation.tolist()),
        scenarios=scenarios,
        positions=tuple(
            _stressed(
                position,
                beta=1.0 if held.beta is None else held.beta,
                worst_profit_quote=float(book.profits[place, worst]),
                risk_share_ratio=float(portfolio.shares[place]),
            )
            for place, (held, position) in enumerate(zip(given.positions, positions, strict=True))
        ),
        collateral=collateral,
        stressed_collateral_quote=sum(row.stressed_quote for row in collateral),
        stablecoin_share_ratio=stable_share(given.collateral),
        close_first=tuple(close_first(given.positions, book)),
        warnings=tuple(_warnings(given, assumed)),
    )


def _after_collateral(total: StressResult, book: Book) -> tuple[float, ...]:
    losses = book.collateral_losses.tolist()
    return tuple(profit - loss for profit, loss in zip(total.profit_quote, losses, strict=True))


def _scenarios(
    given: StressInput, positions: Sequence[Position], book: Book, total: StressResult
) -> tuple[ScenarioRow, ...]:
    covers = book.covers(range(len(positions)))
    return tuple(
        ScenarioRow(
            move_ratio=move,
            profit_quote=total.profit_quote[place],
            collateral_loss_quote=float(book.collateral_losses[place]),
            equity_quote=total.equity_quote[place] - float(book.collateral_losses[place]),
            maintenance_quote=total.maintenance_quote[place],
            cover=covers[place],
            liquidated=tuple(
                held.name
                for held, position in zip(given.positions, positions, strict=True)
                if _is_liquidated(held, position, move)
            ),
        )
        for place, move in enumerate(total.moves)
    )


def _stressed(
    position: Position, *, beta: float, worst_profit_quote: float, risk_share_ratio: float
) -> PositionStress:
    distance_ratio = liquidation_distance(position.rate, position.liquidation_price, position.side)
    return PositionStress(
        pair=position.market.pair,
        side="long" if position.side > 0 else "short",
        notional_quote=position.notional_quote,
        margin_quote=position.margin_quote,
        leverage=position.leverage,
        beta=beta,
        maintenance_quote=position.maintenance_quote,
        margin_left_ratio=position.margin_left,
        liquidation_price=position.liquidation_price or nan,
        liquidation_distance_ratio=distance_ratio,
        health=distance_health(distance_ratio).value,
        worst_profit_quote=worst_profit_quote,
        risk_share_ratio=risk_share_ratio,
    )


def _regime(given: StressInput) -> MarketRegime:
    market = given.market
    if market is None:
        return MarketRegime.NORMAL
    return market_regime(market.daily_move, market.daily_volatility)


def _tables(given: StressInput) -> tuple[list[TierTable], list[str]]:
    """Return each position's tiers, and the pairs whose tiers are only assumed."""
    shipped = shipped_tiers(given.exchange or "", (held.pair for held in given.positions))
    fallback = TierTable.flat(LiquidationSettings().fallback_maintenance_rate)
    tables, assumed = [], []
    for held in given.positions:
        if held.maintenance_rate is not None:
            tables.append(TierTable.flat(held.maintenance_rate))
            continue
        tables.append(shipped.get(held.pair, fallback))
        if held.pair not in shipped:
            assumed.append(held.pair)
    return tables, assumed


def _position(held: HeldPosition, tiers: TierTable) -> Position:
    return Position(
        market=Market(
            pair=held.pair,
            tiers=tiers,
            taker_fee=_TAKER_FEE,
            daily_volatility=nan if held.daily_volatility is None else held.daily_volatility,
            atr=nan,
        ),
        side=held.direction,
        open_rate=held.open_rate,
        amount=held.amount,
        margin_quote=held.margin_quote,
        leverage=held.leverage or held.amount * held.open_rate / held.margin_quote,
        rate=held.rate,
        exchange_liquidation_price=held.liquidation_price,
    )


def _is_liquidated(held: HeldPosition, position: Position, move: float) -> bool:
    liquidation = position.liquidation_price
    beta = 1.0 if held.beta is None else held.beta
    moved = position.rate * (1 + max(beta * move, -1.0))
    return liquidation > 0 and position.side * (moved - liquidation) <= 0


def _warnings(given: StressInput, assumed: Sequence[str]) -> Iterator[str]:
    if assumed:
        rate = percent(LiquidationSettings().fallback_maintenance_rate)
        yield (
            f"Maintenance margin of {_names(assumed)} is not known: {rate} of the notional is "
            "assumed. Give maintenance_rate, or the exchange."
        )
    unknown = [held.pair for held in given.positions if held.beta is None and not held.is_market]
    if unknown:
        yield f"Beta of {_names(unknown)} is not known: taken as 1."
    silent = [held.pair for held in given.positions if held.daily_volatility is None]
    if silent:
        yield (
            f"Volatility of {_names(silent)} is not known, so neither is the portfolio's. Give "
            "daily_volatility."
        )
    share = stable_share(given.collateral)
    if share < _LEAST_STABLE_SHARE:
        yield (
            f"Only {percent(share, 0)} of the collateral is in stablecoins (at least 50 %): the "
            "rest falls together with the positions."
        )


def _names(pairs: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(pairs))
