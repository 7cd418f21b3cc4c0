import pytest

from freqtrade_riskguard.watch.fleet_account import book_fleet, fleet_figures
from tests.watch.parts import NOON, bot_state


def booked(fleet, bots, **changes):
    values = {"gone_quote": 0.0, "moved_quote": 0.0, "time_seconds": NOON}
    return book_fleet(fleet, bots, **values | changes)


def test_losses_add_up():
    fleet = booked(None, {"a": bot_state(10_000), "b": bot_state(5_000)})
    fleet = booked(fleet, {"a": bot_state(10_000, 9_600), "b": bot_state(5_000, 4_800)})
    # (400 + 200) / 15000
    assert fleet.track.day_loss_ratio == pytest.approx(0.04)
    assert fleet.members == ("a", "b")


def test_who_joins_or_leaves_makes_no_profit_and_no_loss():
    fleet = booked(None, {"a": bot_state(10_000)})
    lost = bot_state(10_000, 9_600)
    fleet = booked(fleet, {"a": lost})
    fleet = booked(fleet, {"a": lost, "b": bot_state(5_000)})
    assert fleet.track.equity_quote == pytest.approx(14_600)
    assert fleet.track.day_loss_ratio == pytest.approx(0.04)
    fleet = booked(fleet, {"b": bot_state(5_000)}, gone_quote=9_600.0)
    assert fleet.track.equity_quote == pytest.approx(5_000)
    assert fleet.track.day_loss_ratio == pytest.approx(0.04)


def test_a_transfer_of_a_member_is_no_profit():
    fleet = booked(None, {"a": bot_state(10_000), "b": bot_state(10_000)})
    fleet = booked(fleet, {"a": bot_state(4_000), "b": bot_state(10_000)}, moved_quote=-6_000.0)
    assert fleet.track.day_loss_ratio == pytest.approx(0)


def test_a_coin_is_counted_over_all_bots():
    bots = {
        "a": bot_state(10_000, notional_quote={"BTC": 9_000.0}),
        "b": bot_state(10_000, notional_quote={"BTC": 8_000.0, "ETH": 1_000.0}),
    }
    figures = fleet_figures(booked(None, bots), bots)
    assert figures.notional_quote == {"BTC": 17_000.0, "ETH": 1_000.0}
    # 18000 / 20000
    assert figures.gross_exposure == pytest.approx(0.9)
