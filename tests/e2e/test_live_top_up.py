"""Margin added to a position near liquidation: once, never twice, and counted when it is told."""

import pytest

from tests.support.live_bot import LIVE
from tests.support.live_scenes import (
    MINUTE,
    NOON,
    SIGNS,
    bot,
    guard_equity,
    market,
    run,
    told,
    transfers,
)
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])
PATH = "/fapi/v1/positionMargin"
SHOWN = "of margin were added: the exchange shows"
# The position is as near to liquidation as can be: nothing else closes it on the way there.
NO_STOPS = ("atr_stop", "liquidation_buffer", "liquidation_distance", "margin_ladder")
OFF = {rule: {"mode": "off"} for rule in NO_STOPS}
# Of 0.4 % maintenance: 3.2 % of the notional are left, 17 % of the way are gone.
TOP_UP = {"margin_top_up": {"max_share": 0.05, "cover": 8.0}}
ORDERS = {**LIVE["order_types"], "stoploss_on_exchange": False}


@pytest.fixture(scope="module")
def dips(tmp_path_factory):
    """By side, a market that goes 19 % against it, and comes back to 10 %."""
    return {
        side: market(tmp_path_factory.mktemp(side), move=-0.19 * sign, back=-0.1 * sign)
        for side, sign in SIGNS.items()
    }


def near_liquidation(folder, data, side, riskguard=None, **config):
    """Return a bot whose only stop is beyond liquidation."""
    rules = {**OFF, **TOP_UP, **(riskguard or {})}
    return bot(folder, data, side, riskguard=rules, stoploss=-0.99, order_types=ORDERS, **config)


def until_asked(live):
    """Let the price move until margin was asked for; return what the position had before."""
    run(live, 45, seconds=60)
    before = live.positions[BTC].isolated_wallet_quote
    while not records(live):
        run(live, 0.5, seconds=30)
    return before


def margin(live):
    return live.positions[BTC].isolated_wallet_quote


def records(live):
    return [row for row in live.journal if row["rule"] == "margin_top_up"]


def believed(live):
    """Return what the guard holds for added margin."""
    (position,) = live.bot.strategy._riskguard.account.positions
    return position.report.added_margin_quote


def lost_ratio(live, side):
    """Return how far the price is against the position, relative to its entry."""
    found = live.positions[BTC]
    return SIGNS[side] * (1 - found.mark_price / found.entry_price)


@SIDES
def test_it_survives_a_dip_that_closes_it_otherwise(dips, tmp_path, side):
    with near_liquidation(tmp_path / "bot", dips[side], side) as live:
        before = until_asked(live)
        (record,) = records(live)
        # 1 % of 10,000 USDT are the trade's planned risk, and less than 5 % of the account.
        assert 90 < record["asked"] <= 100.5
        # ccxt asks for as many digits as amounts of BTC have; the answer is what is held.
        added = record["answered"]
        assert record["asked"] - 0.01 <= added <= record["asked"]
        assert margin(live) == pytest.approx(before + added, abs=0.02)
        assert len(told(live, SHOWN)) == 1
        # Neither lost nor won, and freqtrade knows the new price of liquidation.
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        (trade,) = live.trades
        place = live.positions[BTC].liquidation_price
        assert SIGNS[side] * (1 - place / trade["open_rate"]) > 0.35
        nearer = place + 0.05 * (trade["open_rate"] - place)
        assert trade["liquidation_price"] == pytest.approx(nearer, rel=1e-4)

        while live.clock.time < NOON + 60 * MINUTE:
            run(live, 0.5, seconds=30)
        assert lost_ratio(live, side) > 0.187
        live.kill()
        live.start()
        run(live, 45, seconds=60)

        # 10 % of some 490 USDT, not 19 %.
        held = live.positions[BTC]
        assert lost_ratio(live, side) == pytest.approx(0.1, abs=0.005)
        assert 10_000 - live.equity_quote < 0.11 * abs(held.amount_base) * held.entry_price
        assert margin(live) == pytest.approx(before + added, abs=0.02)
        assert live.exchange.requests["POST", PATH] == 1
        assert len(records(live)) == 1
        assert guard_equity(live) == pytest.approx(live.equity_quote, abs=0.5)
        assert transfers(live) == []


@SIDES
def test_it_is_off_by_default(dips, tmp_path, side):
    with near_liquidation(tmp_path / "bot", dips[side], side, {"margin_top_up": {}}) as live:
        run(live, 50, seconds=60)
        held = live.positions[BTC]
        run(live, 15, seconds=30)
        # freqtrade's own exit before liquidation.
        assert live.positions == {}
        assert live.exchange.requests["POST", PATH] == 0
        lost = 10_000 - live.equity_quote
        assert lost > 0.18 * abs(held.amount_base) * held.entry_price
        assert guard_equity(live) == pytest.approx(live.equity_quote, abs=0.5)


def test_a_refusal_is_told_once_and_the_ladder_goes_on(dips, tmp_path, caplog):
    # At 10x and with 0.4 % of maintenance a cover of 10 is 35 % of margin left, just above the
    # first cut, at 30 %. The close comes at 15 %, 8.3 % from the entry.
    rules = {
        "profile": "aggressive",
        "margin_ladder": {"mode": "enforce"},
        "margin_top_up": {"max_share": 0.05, "cover": 10.0},
    }
    with near_liquidation(tmp_path / "bot", dips["long"], "long", rules, leverage=10) as live:
        live.faults.add({"what": "refuse", "path": PATH, "code": -4051})
        run(live, 20, seconds=60)
        held = live.positions[BTC]
        run(live, 25, seconds=30)

        assert live.positions == {}
        assert live.exchange.requests["POST", PATH] == 1
        (message,) = told(live, "the exchange REFUSES to add")
        assert "Cuts and closes go on without it" in message
        logged = [row for row in caplog.records if "REFUSES" in row.message]
        assert [row.levelname for row in logged if "margin_top_up" in row.name] == ["ERROR"]
        (trade,) = live.trades
        assert trade["exit_reason"] == "riskguard_margin_ladder"
        # Before liquidation, which takes 9.6 % and its fee.
        notional = held.amount_base * held.entry_price
        assert 0.06 < (10_000 - live.equity_quote) / notional < 0.093
        assert guard_equity(live) == pytest.approx(live.equity_quote, abs=0.5)


def test_a_lost_answer_counts_once_the_exchange_shows_the_margin(dips, tmp_path):
    with near_liquidation(tmp_path / "bot", dips["short"], "short") as live:
        run(live, 45, seconds=60)
        before = margin(live)
        live.faults.add(
            {"what": "lose_answer", "path": PATH},
            {"what": "refuse", "path": "/fapi/*/positionRisk", "code": -1001, "status": 503},
        )
        while not live.exchange.requests["POST", PATH]:
            run(live, 0.5, seconds=30)
        run(live, 1.5, seconds=30)
        assert margin(live) > before + 90
        # Nobody has told.
        assert believed(live) == 0
        assert len(told(live, "it is UNKNOWN whether")) == 1
        live.faults.clear()
        run(live, 1.5, seconds=30)
        assert believed(live) == pytest.approx(margin(live) - before, abs=0.02)
        assert len(told(live, SHOWN)) == 1
        run(live, 40, seconds=60)

        assert live.positions
        assert live.exchange.requests["POST", PATH] == 1
        assert len(told(live, "it is UNKNOWN whether")) == 1
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


def test_a_request_that_never_arrived_counts_for_nothing(dips, tmp_path):
    # Early enough for a second look before the position is closed.
    rules = {"margin_top_up": {"max_share": 0.05, "cover": 10.0}}
    with near_liquidation(tmp_path / "bot", dips["long"], "long", rules) as live:
        live.faults.add({"what": "go_away", "path": PATH})
        before = until_asked(live)
        run(live, 1.5, seconds=30)
        assert margin(live) == before
        assert believed(live) == 0
        assert len(told(live, "were NOT added")) == 1
        run(live, 8, seconds=30)

        # As if nothing had been asked for, which it was once.
        assert live.positions == {}
        assert len(told(live, "it is UNKNOWN whether")) == 1
        assert guard_equity(live) == pytest.approx(live.equity_quote, abs=0.5)


class _KilledError(BaseException):
    """The process ends here: nothing may catch it."""


@pytest.mark.parametrize(("side", "arrives"), [("long", True), ("short", False)])
def test_a_bot_that_dies_before_the_answer_asks_for_nothing_twice(dips, tmp_path, side, arrives):
    with near_liquidation(tmp_path / "bot", dips[side], side) as live:
        client = live.bot.exchange._api
        add_margin, asked = client.add_margin, []

        def dies(pair, amount):
            asked.append(amount)
            if arrives:
                add_margin(pair, amount)
            raise _KilledError

        client.add_margin = dies
        run(live, 45, seconds=60)
        before = margin(live)
        with pytest.raises(_KilledError):
            run(live, 15, seconds=30)
        live.kill()
        live.start()
        run(live, 1.5, seconds=30)

        assert margin(live) == pytest.approx(before + arrives * asked[0], abs=0.02)
        assert believed(live) == pytest.approx(arrives * asked[0], abs=0.02)
        assert len(told(live, SHOWN if arrives else "were NOT added")) == 1
        run(live, 40, seconds=30 if arrives else 60)
        assert bool(live.positions) == arrives
        assert live.exchange.requests["POST", PATH] == arrives
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)


def test_without_a_free_balance_nothing_is_asked_for(dips, tmp_path):
    with near_liquidation(
        tmp_path / "bot", dips["short"], "short", available_capital=10_000
    ) as live:
        run(live, 45, seconds=60)
        with live.exchange.account.now() as engine:
            engine.deposit(-engine.account().available_quote)
        run(live, 18, seconds=30)

        assert live.exchange.requests["POST", PATH] == 0
        (message,) = told(live, "NO margin can be added")
        assert "0.00 USDT are free" in message
        # It ends as it would have: by freqtrade's own exit.
        assert live.positions == {}
        (trade,) = live.trades
        assert trade["exit_reason"] == "liquidation"
