"""A bot that trades for money in cross margin: what goes wrong, and what the whole account does."""

import logging
from typing import Any

import pytest

from freqtrade_riskguard.replay.matching import MarginMode
from tests.support.live_bot import LIVE, LiveBot
from tests.support.live_scenes import (
    ENTRY_MINUTES,
    LISTENING,
    MINUTE,
    NOON,
    RISKGUARD,
    bot,
    guard_equity,
    market,
    run,
    told,
    transfers,
)
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow

CROSS: dict[str, Any] = {"margin_mode": "cross"}
OFF = {"mode": "off"}
ALGO = "/fapi/v1/algoOrder"
LOST = {"what": "lose_answer", "path": "/fapi/v1/order", "method": "POST", "times": 1}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    return market(tmp_path_factory.mktemp("quiet"))


@pytest.fixture(scope="module")
def falls(tmp_path_factory):
    """A market that goes 8 % against a long."""
    return market(tmp_path_factory.mktemp("falls"), move=-0.08)


def agrees(live):
    """Whether the guard values the account as the exchange does, and takes nothing for a gift."""
    assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
    assert transfers(live) == []


def test_a_liquidation_takes_the_whole_account_and_is_named(quiet, tmp_path):
    with bot(tmp_path / "bot", quiet, pairs=(BTC, ETH), **CROSS) as live:
        run(live, 8)
        assert {position.margin_mode for position in live.positions.values()} == {MarginMode.CROSS}
        assert set(live.positions) == {BTC, ETH}
        live.faults.add({"what": "refuse_stops"}, {"what": "liquidate_first"})
        # 1.5 of the account in both: at -70 % all is gone, and both go at once.
        for symbol in ("BTCUSDT", "ETHUSDT"):
            live.faults.add({"what": "price_jump", "symbol": symbol, "change": -0.7})
        run(live, 2.5)
        assert live.positions == {}
        assert {trade["exit_reason"] for trade in live.trades} == {"liquidation"}
        named = [row["pair"] for row in live.journal if row["rule"] == "liquidation"]
        assert sorted(named) == [BTC, ETH]
        assert len(told(live, "LIQUIDATED")) == 2
        assert live.kept["riskguard_liquidations"] == 2
        run(live, 5, seconds=30)
        agrees(live)


def test_refused_stops_are_acted_on_by_the_bot(falls, tmp_path):
    with bot(tmp_path / "bot", falls, **CROSS) as live:
        live.faults.add({"what": "refuse_stops"})
        run(live, 8)
        assert live.positions
        assert live.stops(BTC) == []
        assert len(told(live, "NO stop order stands")) == 1
        run(live, 12, seconds=60)
        run(live, 24, seconds=30)
        assert live.positions == {}
        (trade,) = live.trades
        assert trade["exit_reason"] == "riskguard_missing_stop"
        assert live.equity_quote >= 9_850
        agrees(live)


def test_a_stop_whose_answer_was_lost_and_an_exit_whose_was(quiet, tmp_path):
    with bot(tmp_path / "bot", quiet, exit_minutes=15, **CROSS) as live:
        live.faults.add({"what": "lose_answer", "path": ALGO, "method": "POST", "times": 1})
        run(live, 14)
        (stop,) = live.stops(BTC)
        assert stop.quantity_base == abs(live.positions[BTC].amount_base)
        live.faults.add(LOST)
        run(live, 4)
        assert live.positions == {}
        assert live.stops(BTC) == []
        (trade,) = live.trades
        assert trade["exit_reason"] == "sold_on_exchange"
        agrees(live)


def test_a_lost_entry_is_told_and_counts(falls, tmp_path):
    with bot(tmp_path / "bot", falls, pairs=(BTC, ETH), **CROSS) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 5)
        assert len(told(live, "no trade knows of it")) == 1
        assert len(live.positions) == 1
        run(live, 53, seconds=60)
        assert live.equity_quote < 9_700
        assert any("daily" in lock["reason"] or "today" in lock["reason"] for lock in live.locks)
        agrees(live)


def test_half_an_entry_has_a_stop(falls, tmp_path):
    orders = {**LIVE["order_types"], "entry": "limit"}
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    changes: dict[str, Any] = {"order_types": orders, "entry_pricing": pricing, **CROSS}
    with bot(tmp_path / "bot", falls, **changes) as live:
        live.faults.add({"what": "partial_fill", "share": 0.5, "times": 1})
        run(live, 4)
        while not live.positions:
            run(live, 0.25)
        run(live, 0.5)
        held = live.positions[BTC].amount_base
        assert live.open_orders(BTC) == []
        assert [stop.quantity_base for stop in live.stops(BTC)] == [abs(held)]
        agrees(live)


def test_a_limit_closes_while_the_exchange_does_not_tell_of_stops(falls, tmp_path):
    far = dict.fromkeys(("atr_stop", "fixed_risk", "heat"), OFF)
    rules = {**far, "daily_loss_limit": 0.01, "daily_loss": {"close_all": True}}
    with bot(tmp_path / "bot", falls, riskguard=rules, **CROSS) as live:
        run(live, 19, seconds=30)
        silent = {"what": "refuse", "path": ALGO, "method": "GET", "code": -1001, "status": 503}
        live.faults.add(silent)
        run(live, 20.5)
        assert live.positions == {}
        assert live.equity_quote >= 9_880
        live.faults.clear()
        run(live, 3)
        assert [trade["exit_reason"] for trade in live.trades] == ["riskguard_daily_loss"]
        agrees(live)


# What would close before the account's levels, or keep the book small.
ALONE = dict.fromkeys(
    (
        *("atr_stop", "fixed_risk", "heat", "position_cap", "exposure_cap", "cash_reserve"),
        *("margin_utilisation", "portfolio_volatility", "stress_survival", "daily_loss"),
        *("weekly_loss", "drawdown_ladder", "equity_stop", "circuit_breaker"),
    ),
    OFF,
)


def test_danger_cuts_the_smallest_first_while_the_exchange_is_slow(tmp_path):
    """30,000 and 15,000 on 10,000: 4.5x, and 5.25x once both have fallen by 3.9 %."""
    data = market(tmp_path / "data", move=-0.06)
    time = (NOON + ENTRY_MINUTES * MINUTE).isoformat()
    stakes = {BTC: 6_000, ETH: 3_000}
    steps = [
        {"pair": pair, "time": time, "side": "long", "leverage": 5, "stake": stake}
        for pair, stake in stakes.items()
    ]
    levels = {"warning_leverage": 1.0, "danger_leverage": 1.05, "emergency_leverage": 2.0}
    settings: dict[str, Any] = {"plan": steps, "max_open_trades": 2, **LISTENING, **CROSS}
    with LiveBot(
        tmp_path / "bot",
        data,
        "Planned",
        start=NOON,
        stems=("planned",),
        riskguard={**RISKGUARD, **ALONE, "account_margin": levels},
        config=settings,
    ) as live:
        run(live, 19, seconds=30)
        before = {pair: position.amount_base for pair, position in live.positions.items()}
        assert set(before) == {BTC, ETH}
        # The next orders get no answer.
        live.faults.add(
            {"what": "time_out", "path": "/fapi/v1/order", "method": "POST", "seconds": 0.02,
             "times": 3}
        )  # fmt: skip
        run(live, 36, seconds=60)
        # Two entries, three without an answer, and what cut.
        assert live.exchange.requests["POST", "/fapi/v1/order"] >= 6
        after = {pair: position.amount_base for pair, position in live.positions.items()}
        # A fifth of 9,000 is 1,800 of the 3,000 of the smaller one.
        assert after[BTC] == before[BTC]
        assert after[ETH] == pytest.approx(0.4 * before[ETH], rel=0.02)
        cuts = [row for row in live.journal if row["question"] == "cut"]
        assert {(row["pair"], row["rule"]) for row in cuts} == {(ETH, "account_margin")}
        assert "account margin DANGER: effective leverage is 5." in cuts[0]["why"]
        assert "smallest positions first" in cuts[0]["why"]
        assert transfers(live) == []


def account(live):
    strategy: Any = live.bot.strategy
    return strategy._riskguard.account


def test_other_coins_stand_behind_the_account_where_the_exchange_takes_them(
    quiet, tmp_path, caplog
):
    caplog.set_level(logging.WARNING)
    with bot(tmp_path / "bot", quiet, "short", **CROSS) as live:
        live.exchange.account.other_assets.update(ETH=2.0, SHELL=1_000.0)
        run(live, 8)
        # In single-asset mode they back nothing.
        assert live.positions
        assert account(live).other_collateral_quote == 0.0
        alone = account(live).joint_liquidation.rise.ratio
        live.exchange.account.multi_assets = True
        run(live, 7, seconds=60)
        # After a fall of 20 %, less the haircut of 12 % and the sale's 3 %; of the other nobody
        # knows the price.
        worth = 2.0 * live.price(ETH) * 0.8 * 0.85
        assert account(live).other_collateral_quote == pytest.approx(worth, rel=0.01)
        assert "no price of SHELL" in caplog.text
        # Equity and limits stay what they were, and only liquidation is further away.
        agrees(live)
        assert account(live).joint_liquidation.rise.ratio > alone
        assert told(live, "of the collateral is in stablecoins") == []
        live.exchange.account.other_assets["ETH"] = 50.0
        # freqtrade asks for its balance once an hour.
        run(live, 70, seconds=300)
        assert len(told(live, "of the collateral is in stablecoins")) == 1
        # Asked without an answer, they count as nothing.
        live.faults.add(
            {"what": "refuse", "path": "/fapi/v1/multiAssetsMargin", "code": -1001, "status": 503}
        )
        run(live, 6, seconds=60)
        assert account(live).other_collateral_quote == 0.0
        agrees(live)
