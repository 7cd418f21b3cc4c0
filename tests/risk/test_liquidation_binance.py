"""On Binance's real tiers: against bisection, and against freqtrade's own dry-run price."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from freqtrade.enums import MarginMode, RunMode, TradingMode
from freqtrade.exchange.binance import Binance

from freqtrade_riskguard.risk import CrossPosition, cross_liquidation_price, liquidation_price
from tests.risk.tiers import Bracket, binance_rows, binance_tables, marginal_maintenance

ENTRY_PRICE = 37.5
FEE = 0.0005


def bisected_price(
    rows: list[Bracket], side: int, amount: float, margin: float, funding: float
) -> float:
    """Where equity minus maintenance changes its sign; nothing here knows a formula or a `cum`."""

    def alive(price: float) -> bool:
        equity = margin + funding + side * amount * (price - ENTRY_PRICE) - FEE * amount * price
        return equity > marginal_maintenance(rows, amount * price)

    dead, living = (0.0, 4.0 * ENTRY_PRICE) if side > 0 else (4.0 * ENTRY_PRICE, 0.0)
    if alive(dead):
        return dead if side > 0 else float("inf")
    for _ in range(120):
        middle = (dead + living) / 2.0
        if alive(middle):
            living = middle
        else:
            dead = middle
    return (dead + living) / 2.0


def notionals(rows: list[Bracket]) -> list[float]:
    """One position inside the first, a middle and the last tier, and one just above a floor."""
    middle, last = rows[len(rows) // 2], rows[-1]
    return [
        rows[0][1] * 0.3,
        middle[0] * 1.01 + 1.0,
        (middle[0] + middle[1]) / 2.0,
        (last[0] + last[1]) / 2.0,
    ]


@pytest.mark.parametrize("side", [1, -1])
def test_every_symbol_against_bisection(side):
    checked = crossed = 0
    for symbol, table in binance_tables().items():
        rows = binance_rows()[symbol]
        for notional in notionals(rows):
            highest = table.tier_at(notional).max_leverage
            for leverage in {1.5, max(1.5, highest / 2.0)}:
                margin, amount = notional / leverage, notional / ENTRY_PRICE
                funding = -0.01 * margin
                found = liquidation_price(
                    side=side,
                    entry_price=ENTRY_PRICE,
                    amount=amount,
                    margin_quote=margin,
                    tiers=table,
                    taker_fee=FEE,
                    funding_quote=funding,
                )
                expected = bisected_price(rows, side, amount, margin, funding)
                assert found == pytest.approx(expected, rel=1e-9), (symbol, notional, leverage)
                checked += 1
                crossed += table.index_at(notional) != table.index_at(amount * found)
    assert checked > 5000
    assert crossed > 300  # the price lay in another tier than the entry


class OfflineBinance(Binance):
    """freqtrade's exchange class with its shipped tiers, never connected to anything."""

    def __init__(self):
        """Connect to nothing."""

    def __del__(self):
        """Nothing to close."""


@pytest.fixture(scope="module")
def binance() -> Binance:
    exchange = OfflineBinance()
    exchange._config = {"runmode": RunMode.BACKTEST, "dry_run": True}
    exchange.trading_mode = TradingMode.FUTURES
    exchange.margin_mode = MarginMode.ISOLATED
    exchange._leverage_tiers = {
        symbol: [exchange.parse_leverage_tier(tier) for tier in tiers]
        for symbol, tiers in exchange.load_leverage_tiers().items()
    }
    return exchange


def freqtrade_price(binance, symbol, side, notional, leverage, tier_by=None, open_trades=()):
    return binance.dry_run_liquidation_price(
        pair=symbol,
        open_rate=ENTRY_PRICE,
        is_short=side < 0,
        amount=notional / ENTRY_PRICE,
        stake_amount=notional / leverage if tier_by is None else tier_by,
        leverage=leverage,
        wallet_balance=notional / leverage,
        open_trades=list(open_trades),
    )


def our_price(symbol, side, notional, leverage):
    return liquidation_price(
        side=side,
        entry_price=ENTRY_PRICE,
        amount=notional / ENTRY_PRICE,
        margin_quote=notional / leverage,
        tiers=binance_tables()[symbol],
    )


@pytest.mark.parametrize("side", [1, -1])
def test_small_positions_against_freqtrade(binance, side):
    # All of entry, stake and liquidation in the first tier: freqtrade's inputs agree with ours.
    for symbol, rows in binance_rows().items():
        for share in (0.001, 0.1, 0.45):
            notional = share * rows[0][1]
            for leverage in (2.0, 5.0, 10.0):
                theirs = freqtrade_price(binance, symbol, side, notional, leverage)
                assert our_price(symbol, side, notional, leverage) == pytest.approx(
                    theirs, rel=1e-9
                ), (symbol, notional, leverage)


@pytest.mark.parametrize("side", [1, -1])
def test_large_positions_against_freqtrade_told_the_right_tier(binance, side):
    # freqtrade looks the tier up by what it is told is the stake: tell it the notional there.
    for symbol, rows in binance_rows().items():
        for notional in notionals(rows):
            ours = our_price(symbol, side, notional, 1.7)
            at_liquidation = notional / ENTRY_PRICE * ours
            theirs = freqtrade_price(binance, symbol, side, notional, 1.7, tier_by=at_liquidation)
            assert ours == pytest.approx(theirs, rel=1e-9), (symbol, notional)


@pytest.mark.parametrize("side", [1, -1])
def test_freqtrade_never_sees_liquidation_nearer(binance, side):
    # Its tier by stake is too low where tiers rise: ours is the same or nearer to the market.
    nearer = 0
    for symbol, rows in binance_rows().items():
        notional = (rows[2][0] + rows[2][1]) / 2.0
        leverage = max(1.5, rows[2][4] * 0.9)
        ours = our_price(symbol, side, notional, leverage)
        theirs = freqtrade_price(binance, symbol, side, notional, leverage)
        assert side * ours >= side * theirs * (1.0 - side * 1e-12)
        nearer += abs(ours - theirs) > 1e-9 * theirs
    assert nearer > 500


@pytest.mark.parametrize("side", [1, -1])
def test_cross_margin_against_freqtrade(binance, side):
    # Other positions marked at their entry, as in a backtest, and all in their first tiers.
    binance.margin_mode = MarginMode.CROSS
    symbols = ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"]
    tables = binance_tables()
    others = [
        SimpleNamespace(pair=symbol, amount=2.0, open_rate=rate, stake_amount=rate / 2.0)
        for symbol, rate in zip(symbols[1:], (1500.0, 100.0), strict=True)
    ]
    theirs = freqtrade_price(binance, symbols[0], side, 5000.0, 4.0, open_trades=others)
    ours = cross_liquidation_price(
        side=side,
        entry_price=ENTRY_PRICE,
        amount=5000.0 / ENTRY_PRICE,
        collateral_quote=1250.0,
        tiers=tables[symbols[0]],
        others=[
            CrossPosition(
                side=1,
                entry_price=other.open_rate,
                mark_price=other.open_rate,
                amount=other.amount,
                tiers=tables[other.pair],
            )
            for other in others
        ],
    )
    binance.margin_mode = MarginMode.ISOLATED
    assert ours == pytest.approx(theirs, rel=1e-12)
