"""What is found at each look at an account, and what it means."""

from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest

from freqtrade_riskguard.adapters.preview.account_facts import (
    Balance,
    BookedAccount,
    ClockReading,
    Untold,
    WaitingOrder,
)
from freqtrade_riskguard.entry_report.live_access import balance, clock, key, modes
from freqtrade_riskguard.entry_report.live_gate import judge_account
from freqtrade_riskguard.entry_report.live_holdings import orders, positions
from freqtrade_riskguard.entry_report.live_market import brackets, stop_orders
from freqtrade_riskguard.risk.tiers import Tier
from freqtrade_riskguard.snapshot.exchange import ExchangePosition
from tests.entry_report.accounts import (
    BOOKED,
    POSITION,
    RIGHTS,
    SETUP,
    STOP,
    TIERS,
    TRADE,
    given,
)
from tests.entry_report.parts import planned
from tests.factories import NOON, PAIR

ETH = "ETH/USDT:USDT"
LOST = Untold("the exchange did not answer")
NO_REQUEST = Untold("ccxt has no request for it on this exchange", is_offered=False)


def statuses(found):
    return [item.status for item in found]


def only(found):
    (item,) = found
    return item


def test_an_account_that_nothing_is_wrong_with():
    found = judge_account(given())
    assert set(statuses(found)) == {"ok"}
    assert len(found) == 9
    assert not any(item.remedy for item in found)


# All but the configured stops, which are no answer of the exchange's.
@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("clock", "clock"),
        ("key", "API key"),
        ("hedge_mode", "position mode"),
        ("multi_assets", "asset mode"),
        ("balance", "balance"),
        ("exchange_tiers", "leverage brackets"),
        ("positions", "positions"),
        ("stops", "orders"),
        ("orders", "orders"),
    ],
)
def test_an_answer_that_did_not_come_is_not_taken_for_a_good_one(field, subject):
    found = [item for item in judge_account(given({field: LOST})) if item.subject == subject]
    assert statuses(found) == ["unknown"]
    assert found[0].found == "not told: the exchange did not answer"
    found = [item for item in judge_account(given({field: NO_REQUEST})) if item.subject == subject]
    assert statuses(found) == ["note"]
    assert found[0].remedy == "Look at it on the exchange yourself."


def test_what_is_missing_twice_is_said_once():
    found = judge_account(given({"stops": LOST, "orders": LOST}))
    assert statuses([item for item in found if item.subject == "orders"]) == ["unknown"]


class TestClock:
    @pytest.mark.parametrize(
        ("ahead", "unsure", "status"),
        [(1.0, 0.0, "ok"), (1.1, 0.0, "danger"), (-1.1, 0.0, "danger"), (3.0, 2.1, "ok")],
    )
    def test_a_second_is_allowed_beyond_what_the_request_took(self, ahead, unsure, status):
        assert only(clock(given({"clock": ClockReading(ahead, unsure)}))).status == status


class TestKey:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"trades_futures": False}, "danger"),
            ({"withdraws": True}, "danger"),
            # Two weeks are left to make another.
            ({"trades_until": NOON + timedelta(days=13)}, "danger"),
            ({"trades_until": NOON + timedelta(days=15)}, "ok"),
            ({"trades_futures": None}, "unknown"),
            ({"withdraws": None}, "unknown"),
        ],
    )
    def test_rights_that_decide(self, changes, status):
        assert only(key(given({"key": replace(RIGHTS, **changes)}))).status == status

    @pytest.mark.parametrize("changes", [{"transfers": True}, {"is_bound_to_addresses": False}])
    def test_rights_that_are_good_to_know(self, changes):
        found = list(key(given({"key": replace(RIGHTS, **changes)})))
        assert statuses(found) == ["note", "ok"]

    def test_all_that_is_wrong_is_said_at_once(self):
        rights = replace(RIGHTS, trades_futures=False, withdraws=True, transfers=True)
        assert statuses(key(given({"key": rights}))) == ["danger", "danger", "note"]


def test_modes_in_which_freqtrade_does_not_start():
    both = {"hedge_mode": True, "multi_assets": True}
    assert statuses(list(modes(given(both)))) == ["danger", "danger"]
    # In cross margin it starts in multi-assets mode.
    found = list(modes(given(both, is_cross=True)))
    assert statuses(found) == ["danger", "ok"]
    assert found[1].found == "multi-assets: other coins stand behind positions"


class TestBalance:
    def test_an_empty_wallet(self):
        found = only(balance(given({"balance": Balance(0.0, 0.0)})))
        assert found.status == "danger"
        assert found.remedy == "Transfer USDT to it."

    @pytest.mark.parametrize(
        ("capital", "profit", "status"),
        [
            # 10,000 are there; a hundredth more is allowed, for fees that are paid already.
            (10_100.0, 0.0, "ok"),
            (10_101.0, 0.0, "danger"),
            # What the bot has won counts on top of its capital.
            (9_500.0, 601.0, "danger"),
            (9_500.0, 600.0, "ok"),
            (None, 5_000.0, "ok"),
        ],
    )
    def test_capital_that_is_not_there(self, capital, profit, status):
        booked = replace(BOOKED, profit_quote=profit)
        found = only(balance(given(capital_quote=capital, booked=booked)))
        assert found.status == status


class TestBrackets:
    def look(self, theirs, **entry):
        return only(brackets(given({"exchange_tiers": theirs}, entries=[planned(**entry)])))

    def test_stricter_at_the_size_of_the_entry(self):
        stricter = (replace(TIERS[0], maintenance_rate=0.012), TIERS[1])
        found = self.look({PAIR: stricter})
        assert found.status == "danger"
        # 900 of margin at 3x.
        assert f"{PAIR} (maintenance 1.20 % at 2700, here 1.00 %)" in found.found

    def test_less_leverage_than_planned(self):
        found = self.look({PAIR: (replace(TIERS[0], max_leverage=2.0), TIERS[1])})
        assert found.status == "danger"
        assert "at most 2x at 2700, planned 3x" in found.found

    def test_stricter_only_beyond_it(self):
        found = self.look({PAIR: (TIERS[0], Tier(50_000.0, inf, 0.05, 2_000.0, 5.0))})
        assert found.status == "note"

    def test_milder(self):
        assert self.look({PAIR: (replace(TIERS[0], maintenance_rate=0.005), TIERS[1])}).status == (
            "note"
        )

    def test_the_largest_entry_of_a_pair_counts(self):
        stricter = (TIERS[0], Tier(50_000.0, inf, 0.05, 500.0, 10.0))
        # 60,000 of notional: the second bracket; the first entry of the pair stays in the first.
        entries = [planned(planned_stake_quote=20_000.0), planned()]
        found = only(brackets(given({"exchange_tiers": {PAIR: stricter}}, entries=entries)))
        assert "maintenance 5.00 % at 60000, here 2.00 %" in found.found

    def test_a_pair_without_any(self):
        assert self.look({}).status == "danger"


class TestStopOrders:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"on_exchange": False}, "danger"),
            ({"kind": "limit"}, "danger"),
            ({"price_type": "last"}, "danger"),
            ({"kind": "limit", "offered": ("limit",)}, "ok"),
            ({"price_type": "last", "offers_mark": False}, "ok"),
            ({"offered": ()}, "note"),
        ],
    )
    def test_what_is_configured_beside_what_is_offered(self, changes, status):
        found = only(stop_orders(given({"stop_setup": replace(SETUP, **changes)})))
        assert found.status == status


class TestPositions:
    ORPHAN = ExchangePosition(ETH, -1, 2.0, 2_000.0, 2_010.0)

    @pytest.mark.parametrize(
        ("orphans", "status", "words"),
        [
            ("alarm", "danger", "The bot would enter nothing while it stands."),
            ("close", "danger", "would close it at the market at its start"),
            ("ignore", "note", "left alone"),
        ],
    )
    def test_one_that_no_trade_knows_of(self, orphans, status, words):
        held = {"positions": [POSITION, self.ORPHAN]}
        found = only(positions(given(held, orphans=orphans)))
        assert found.status == status
        assert f"{ETH}: the exchange holds 2 short, entered at 2000" in found.found
        assert words in found.found

    def test_those_of_others_are_none_of_its_affair(self):
        held = {"positions": [POSITION, self.ORPHAN], "own_pairs": frozenset()}
        assert only(positions(given(held))).status == "ok"

    def test_a_trade_without_a_position(self):
        found = only(positions(given({"positions": []})))
        assert found.status == "danger"
        assert "trade 7 is 27 long, and the exchange holds nothing" in found.found

    def test_more_than_the_trade_says(self):
        found = only(positions(given({"positions": [replace(POSITION, amount=54.0)]})))
        assert found.status == "danger"

    def test_a_database_that_is_not_read(self):
        assert only(positions(given(booked=Untold("why")))).status == "unknown"
        assert only(orders(given(booked=Untold("why")))).status == "unknown"


class TestOrders:
    ENTRY = WaitingOrder(order_id="x1", pair=ETH, buys=True, amount=2.0, price=1_900.0)

    def test_those_of_a_trade_are_known(self):
        known = replace(self.ENTRY, order_id="e7")
        assert only(orders(given({"orders": [known]}))).status == "ok"

    def test_one_that_no_trade_knows_of(self):
        stop = replace(STOP, order_id="s8", pair=ETH)
        found = only(orders(given({"orders": [self.ENTRY], "stops": [STOP, stop]})))
        assert found.status == "danger"
        assert f"a stop order on {ETH} at 96.9" in found.found
        assert f"an order on {ETH} to buy 2 at 1900" in found.found
        ignored = given({"orders": [self.ENTRY]}, orphans="ignore")
        assert only(orders(ignored)).status == "note"
        others = given({"orders": [self.ENTRY], "own_pairs": frozenset()})
        assert only(orders(others)).status == "ok"

    def test_a_trade_whose_stop_does_not_stand(self):
        found = only(orders(given({"stops": []})))
        assert found.status == "danger"
        assert f"for trade 7 ({PAIR} long)" in found.found
        # Nothing was filled yet, or no stop is to stand there.
        waiting = BookedAccount((replace(TRADE, amount=0.0),), frozenset(), 0.0)
        assert only(orders(given({"stops": []}, booked=waiting))).status == "ok"
        off = replace(SETUP, on_exchange=False)
        assert only(orders(given({"stops": [], "stop_setup": off}))).status == "ok"
