"""20,000 positions a venue: where liquidation is, by halving, from the venue's rule alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from freqtrade_riskguard.risk import (
    NO_LIQUIDATION,
    MarginTiers,
    distance_for_leverage,
    effective_liquidation_price,
    liquidation_price,
    max_leverage_for_distance,
    max_leverage_for_stop,
)
from freqtrade_riskguard.venues import market_tiers, venue_of
from tests.risk.tiers import binance_rows
from tests.venues.data import (
    BITGET_BTC,
    BYBIT_XYZ,
    GATE_BTC,
    KRAKEN_BTC,
    OKX_TIA,
    Published,
    rows,
)

COUNT = 20_000
FEE = 0.0005
CONTRACT = 10.0
NEAR = 1e-12

Array = npt.NDArray[np.float64]
# Maintenance margin of amounts at prices, of which the second is the highest they have been at.
Rule = Callable[[Array, Array, Array], Array]


@dataclass(frozen=True)
class Case:
    """A venue's tiers, and its rule written down a second time."""

    tiers: MarginTiers
    rule: Rule
    published: Published
    of_contracts: bool = False


def _in_parts(published: Published) -> Rule:
    """Each part of the position at the rate of the tier that it lies in."""
    ends = np.array([cap for cap, _, _ in published[:-1]] + [np.inf])
    floors = np.append(0.0, ends[:-1])
    rates = np.array([rate for _, rate, _ in published])

    def margin(amounts: Array, prices: Array, _: Array) -> Array:
        notionals = (amounts * prices)[:, None]
        parts: Array = rates * np.clip(np.minimum(notionals, ends) - floors, 0.0, None)
        margins: Array = parts.sum(axis=1)
        return margins

    return margin


def _by_contracts(published: Published) -> Rule:
    """All of the position at the rate of the first tier that holds its contracts."""
    caps = np.array([cap for cap, _, _ in published])
    rates = np.array([rate for _, rate, _ in published])

    def margin(amounts: Array, prices: Array, _: Array) -> Array:
        tier = (amounts[:, None] / CONTRACT > caps).sum(axis=1).clip(max=len(caps) - 1)
        margins: Array = amounts * prices * rates[tier]
        return margins

    return margin


def _highest(published: Published) -> Rule:
    """All of the position at the highest rate of its way from the entry to the price."""
    floors = np.array([0.0, *(cap for cap, _, _ in published[:-1])])
    rates = np.array([rate for _, rate, _ in published])

    def margin(amounts: Array, prices: Array, entries: Array) -> Array:
        most = amounts * np.maximum(prices, entries)
        tier = (most[:, None] >= floors).sum(axis=1) - 1
        margins: Array = amounts * prices * rates[tier]
        return margins

    return margin


def _of_market(greatest: float) -> Rule:
    return lambda amounts, prices, _: amounts * prices / greatest / 2.0


def _found(name: str, published: Published | None, market: dict | None = None) -> MarginTiers:
    venue = venue_of(name)
    told = None if published is None else rows(published, of_contracts=name == "okx")
    found = market_tiers(venue, told, market or {}, fallback_rate=0.025)
    assert not found.why_careful
    return found.tiers


@cache
def case(name: str) -> Case:
    if name.startswith("hyperliquid"):
        greatest = float(name.rpartition(" ")[2])
        market = {"limits": {"leverage": {"max": greatest}}}
        tiers = _found("hyperliquid", None, market)
        return Case(tiers, _of_market(greatest), [(1e6, 0.5 / greatest, greatest)])
    if name == "okx":
        tiers = _found(name, OKX_TIA, {"contractSize": CONTRACT})
        return Case(tiers, _by_contracts(OKX_TIA), OKX_TIA, of_contracts=True)
    if name in {"bitget", "krakenfutures"}:
        published = BITGET_BTC if name == "bitget" else KRAKEN_BTC
        return Case(_found(name, published), _highest(published), published)
    published = {"bybit": BYBIT_XYZ, "gate": GATE_BTC, "binance": _binance()}[name]
    return Case(_found(name, published), _in_parts(published), published)


def _binance() -> Published:
    return [(cap, rate, leverage) for _, cap, rate, _, leverage in binance_rows()["SOL/USDT:USDT"]]


NAMES = [
    "binance",
    "bybit",
    "okx",
    "gate",
    "bitget",
    "krakenfutures",
    "hyperliquid 5",
    "hyperliquid 40",
]


def drawn(name: str) -> tuple[Array, Array, Array, Array]:
    """Return sides, entry prices, amounts and margins; a third of the amounts at tiers' edges."""
    rng = np.random.default_rng(20_261_130)
    found = case(name)
    sides = rng.choice([1.0, -1.0], COUNT)
    # From 1000-unit coins at 1e-8 to bitcoin.
    entries = 10.0 ** rng.uniform(-8.0, 5.0, COUNT)
    caps = np.array([cap for cap, _, _ in found.published])
    caps[~np.isfinite(caps)] = 2.0 * caps[np.isfinite(caps)].max()
    leverages = np.array([leverage for _, _, leverage in found.published])
    tier = rng.integers(0, len(caps), COUNT)
    low = np.where(tier > 0, caps[tier - 1], 0.01 * caps[0])
    size = low + (caps[tier] - low) * rng.uniform(0.01, 0.99, COUNT)
    edge = rng.choice([0.0, -1e-6, 1e-6, 1e-3], COUNT)
    at_edge = rng.uniform(size=COUNT) < 1 / 3
    size = np.where(at_edge, caps[tier] * (1 + edge), size)
    amounts = size * CONTRACT if found.of_contracts else size / entries
    # At most what the tier above allows, where that is the one that counts.
    most = leverages[np.minimum(tier + at_edge, len(caps) - 1)]
    leverage = 1.0 + (np.maximum(most, 1.0) - 1.0) * rng.uniform(0.0, 0.95, COUNT)
    return sides, entries, amounts, amounts * entries / leverage


def halved(rule: Rule, sides: Array, entries: Array, amounts: Array, margins: Array) -> Array:
    """Return the first price on the losing side at which equity is no more than maintenance."""

    def alive(prices: Array) -> npt.NDArray[np.bool_]:
        equity = margins + sides * amounts * (prices - entries) - FEE * amounts * prices
        lives: npt.NDArray[np.bool_] = equity > rule(amounts, prices, entries)
        return lives

    assert alive(entries).all()
    living, dead = entries.copy(), np.where(sides > 0, 0.0, 4.0 * entries)
    never = alive(dead)
    # No short gets through four times its price; a long may at nothing.
    assert not (never & (sides < 0)).any()
    for _ in range(110):
        middle = (living + dead) / 2.0
        lives = alive(middle)
        living, dead = np.where(lives, middle, living), np.where(lives, dead, middle)
    found: Array = np.where(never, 0.0, dead)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_liquidation_prices(name):
    found = case(name)
    sides, entries, amounts, margins = drawn(name)
    expected = halved(found.rule, sides, entries, amounts, margins)

    prices = np.array(
        [
            liquidation_price(
                side=int(side),
                entry_price=entry,
                amount=amount,
                margin_quote=margin,
                tiers=found.tiers.of_position(amount, entry),
                taker_fee=FEE,
            )
            for side, entry, amount, margin in zip(
                *(figures.tolist() for figures in (sides, entries, amounts, margins)), strict=True
            )
        ]
    )

    none = expected <= NEAR * entries
    assert (prices[none] <= NEAR * entries[none]).all()
    np.testing.assert_allclose(prices[~none], expected[~none], rtol=1e-9)
    assert (sides > 0).sum() > COUNT / 3
    assert (~none).sum() > COUNT / 2


@pytest.mark.parametrize("name", NAMES)
def test_maintenance_margins(name):
    found = case(name)
    _, entries, amounts, _ = drawn(name)
    # The highest that a position has been valued at is its entry, or the mark where that is more.
    prices = entries * np.random.default_rng(1).uniform(0.5, 2.0, COUNT)
    expected = found.rule(amounts, prices, entries)
    margins = [
        found.tiers.of_position(amount, max(entry, price)).maintenance_margin(amount * price)
        for amount, entry, price in zip(
            amounts.tolist(), entries.tolist(), prices.tolist(), strict=True
        )
    ]
    np.testing.assert_allclose(margins, expected, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_leverage_that_keeps_a_distance(name):
    found, rng = case(name), np.random.default_rng(7)
    sides, entries, _, margins = (figures[:2_000] for figures in drawn(name))
    wanted = rng.uniform(0.02, 0.4, len(sides))
    for side, entry, stake, least in zip(
        sides.tolist(), entries.tolist(), margins.tolist(), wanted.tolist(), strict=True
    ):
        most = {"side": int(side), "stake_quote": stake, "tiers": found.tiers, "taker_fee": FEE}
        leverage = max_leverage_for_distance(
            **most, distance_ratio=least, slippage_ratio=0.01, entry_price=entry
        )
        kept, lost = (
            distance_for_leverage(
                **most, leverage=leverage * more, slippage_ratio=0.01, entry_price=entry
            )
            for more in (1.0, 1.0 + 1e-6)
        )
        assert lost <= least + 1e-9
        assert kept >= least - 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_the_leverage_that_keeps_liquidation_behind_a_stop(name):
    found, rng = case(name), np.random.default_rng(11)
    sides, entries, _, margins = (figures[:2_000] for figures in drawn(name))
    away = rng.uniform(0.02, 0.3, len(sides))
    for side, entry, stake, least in zip(
        sides.astype(int).tolist(), entries.tolist(), margins.tolist(), away.tolist(), strict=True
    ):
        stop = entry * (1 - side * least)
        leverage = max_leverage_for_stop(
            side=side,
            entry_price=entry,
            stop_price=stop,
            stake_quote=stake,
            tiers=found.tiers,
            taker_fee=FEE,
        )
        amount = stake * leverage / entry
        held = found.tiers.of_position(amount, entry)
        price = liquidation_price(
            side=side,
            entry_price=entry,
            amount=amount,
            margin_quote=stake,
            tiers=held,
            taker_fee=FEE,
        )
        if price == NO_LIQUIDATION:
            assert leverage == 1.0
            continue
        rate = held.tier_at(amount * price).maintenance_rate
        buffer = max(1.3 * rate * entry, 0.03 * price)
        first = effective_liquidation_price(price, side) + side * buffer
        assert side * (stop - first) >= -1e-9 * entry
