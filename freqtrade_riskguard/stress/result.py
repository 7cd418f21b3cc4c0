"""An account after moves of the whole market, and what to close first."""

from collections.abc import Iterator, Sequence
from math import nan

import numpy as np

from freqtrade_riskguard.adapters.market.tier_files import shipped_tiers
from freqtrade_riskguard.config.measurement import LiquidationSettings
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import (
    DEFAULT_MOVES,
    RUIN_RATIO,
    MarginTiers,
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
)
from freqtrade_riskguard.stress.allocation import allocation
from freqtrade_riskguard.stress.book import Book, close_first
from freqtrade_riskguard.stress.collateral import (
    collateral_row,
    counted_collateral,
    stable_share,
)
from freqtrade_riskguard.stress.input import StressInput
from freqtrade_riskguard.stress.report import PositionStress, ScenarioRow, StressReport
from freqtrade_riskguard.stress.volatility import volatilities
from freqtrade_riskguard.venues import market_tiers, venue_of

_LEAST_STABLE_SHARE = 0.5


def stress(given: StressInput) -> StressReport:
    """Return what an account would be after each scenario.

    Notes
    -----
    Cross margin: ``equity + sum(side * N * move * beta) - what the collateral loses`` over
    ``multiple * maintenance margin after the move``; the multiple is that of the market's state.
    Isolated margin: the same, but a position that is liquidated loses what it holds, and no more.
    """
    regime, tables, assumed = _regime(given), *_tables(given)
    book = Book(given, tables, regime.margin_multiple)
    positions, rows = book.positions, range(len(book.positions))
    notionals = [position.notional_quote for position in positions]
    sides = [position.side for position in positions]
    portfolio = volatilities(given, notionals)
    total = _total(given, book)
    worst = int(np.argmin(total.equity_quote))
    scenarios = _scenarios(given, book, total)
    survival, left_quote = book.survival(rows), book.left_quote(rows)
    maintenance_quote = sum(position.maintenance_quote for position in positions)
    net_quote = sum(side * size for side, size in zip(sides, notionals, strict=True))
    health = account_health(
        equity_quote=given.equity_quote,
        initial_margin_quote=sum(position.margin_quote for position in positions),
        maintenance_quote=maintenance_quote,
        net_notional_quote=net_quote,
        shocked_equity_quote=scenarios[0].equity_quote + book.other_quote,
        shocked_maintenance_quote=scenarios[0].maintenance_quote,
    )
    collateral = tuple(map(collateral_row, (*given.collateral, *counted_collateral(given))))
    joint = book.joint_liquidation() if book.is_cross else None
    ruined = not book.is_cross and left_quote < RUIN_RATIO * given.equity_quote
    return StressReport(
        survives=survival > 1 and not ruined and not any(book.beyond),
        survival=survival,
        margin_mode=given.margin_mode,
        currency=given.currency,
        equity_quote=given.equity_quote,
        worst_move_ratio=total.moves[worst],
        worst_loss_quote=total.worst_loss_quote,
        equity_left_quote=left_quote,
        stress_margin_quote=total.stress_margin_quote,
        joint_fall_ratio=nan if joint is None else joint.fall.ratio,
        joint_rise_ratio=nan if joint is None else joint.rise.ratio,
        other_collateral_quote=book.other_quote,
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
            _stressed(given, book, place, worst, float(portfolio.shares[place])) for place in rows
        ),
        collateral=collateral,
        stressed_collateral_quote=sum(row.stressed_quote for row in collateral),
        stablecoin_share_ratio=stable_share(given),
        close_first=tuple(close_first(given.positions, book)),
        allocation=allocation(given, positions, portfolio),
        warnings=tuple(_warnings(given, book, assumed)),
    )


def _total(given: StressInput, book: Book) -> StressResult:
    """Return the account under each scenario; what collateral loses is lost as well."""
    rows = range(len(book.positions))
    equities = book.equities(rows)
    return StressResult(
        moves=DEFAULT_MOVES,
        profit_quote=tuple((equities - given.equity_quote).tolist()),
        equity_quote=tuple(equities.tolist()),
        maintenance_quote=tuple(book.maintenance(rows).tolist()),
    )


def _scenarios(given: StressInput, book: Book, total: StressResult) -> tuple[ScenarioRow, ...]:
    covers = book.covers(range(len(book.positions)))
    return tuple(
        ScenarioRow(
            move_ratio=move,
            profit_quote=float(book.profits[:, place].sum()),
            collateral_loss_quote=float(book.collateral_losses[place]),
            equity_quote=total.equity_quote[place],
            maintenance_quote=total.maintenance_quote[place],
            cover=covers[place],
            liquidated=tuple(
                held.name
                for held, dies in zip(given.positions, book.liquidated[:, place], strict=True)
                if dies
            ),
        )
        for place, move in enumerate(total.moves)
    )


def _stressed(
    given: StressInput, book: Book, place: int, worst: int, risk_share_ratio: float
) -> PositionStress:
    held, position = given.positions[place], book.positions[place]
    price = book.liquidation_prices[place]
    distance_ratio = liquidation_distance(position.rate, price, position.side)
    return PositionStress(
        pair=held.pair,
        side=held.side,
        rate=position.rate,
        notional_quote=position.notional_quote,
        margin_quote=position.margin_quote,
        leverage=position.leverage,
        beta=1.0 if held.beta is None else held.beta,
        maintenance_quote=position.maintenance_quote,
        margin_left_ratio=position.margin_left,
        liquidation_price=price or nan,
        liquidation_distance_ratio=distance_ratio,
        health=distance_health(distance_ratio).value,
        beyond_liquidation=book.beyond[place],
        worst_profit_quote=float(book.profits[place, worst]),
        risk_share_ratio=risk_share_ratio,
    )


def _regime(given: StressInput) -> MarketRegime:
    market = given.market
    if market is None:
        return MarketRegime.NORMAL
    return market_regime(market.daily_move, market.daily_volatility)


def _tables(given: StressInput) -> tuple[list[MarginTiers], list[str]]:
    """Return each position's tiers, and the pairs whose tiers are only assumed."""
    exchange = given.exchange or ""
    shipped = shipped_tiers(exchange, (held.pair for held in given.positions))
    tables: list[MarginTiers] = []
    assumed = []
    for held in given.positions:
        if held.maintenance_rate is not None:
            tables.append(TierTable.flat(held.maintenance_rate))
            continue
        if held.pair in shipped:
            tables.append(shipped[held.pair])
            continue
        found = market_tiers(
            venue_of(exchange),
            None,
            {"limits": {"leverage": {"max": held.market_max_leverage}}},
            fallback_rate=LiquidationSettings().fallback_maintenance_rate,
        )
        tables.append(found.tiers)
        if found.why_careful:
            assumed.append(held.pair)
    return tables, assumed


def _warnings(given: StressInput, book: Book, assumed: Sequence[str]) -> Iterator[str]:
    if "margin_mode" not in given.model_fields_set:
        yield "margin_mode is not given: taken as isolated."
    locked_quote = sum(max(0.0, position.equity_quote) for position in book.positions)
    if not book.is_cross and locked_quote > given.equity_quote:
        yield (
            f"The positions hold {money(locked_quote)} (margin and open profit), more than the "
            f"equity of {money(given.equity_quote)}: in isolated margin that cannot be. Check "
            "equity_quote and margin_quote, or set margin_mode to 'cross'."
        )
    if assumed:
        rate = percent(LiquidationSettings().fallback_maintenance_rate)
        yield (
            f"Maintenance margin of {_names(assumed)} is unknown: {rate} of the notional is "
            "assumed. Give maintenance_rate, or the exchange."
        )
    unknown = [held.pair for held in given.positions if held.beta is None and not held.is_market]
    if unknown:
        yield f"Beta of {_names(unknown)} is unknown: taken as 1."
    silent = [held.pair for held in given.positions if held.daily_volatility is None]
    if silent:
        yield (
            f"Volatility of {_names(silent)} is unknown, and so is the portfolio's. Give "
            "daily_volatility."
        )
    if given.other_collateral and given.margin_mode == "cross":
        yield from _other_coins(given)
    share = stable_share(given)
    if share < _LEAST_STABLE_SHARE:
        yield (
            f"Only {percent(share, 0)} of the collateral is in stablecoins (at least 50 % is "
            "safer): the rest falls together with the positions."
        )


def _other_coins(given: StressInput) -> Iterator[str]:
    held = given.other_collateral
    if given.multi_assets is None:
        yield (
            f"Whether {_names([coin.asset for coin in held])} stand behind the positions is "
            "unknown: counted as nothing. In Binance's multi-assets mode they do: say it with "
            "--multi-assets, in a file with multi_assets."
        )
    unpriced = [coin.asset for coin in counted_collateral(given) if coin.price == 0]
    if unpriced:
        yield f"No price of {_names(unpriced)}: counted as nothing."


def _names(pairs: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(pairs))
