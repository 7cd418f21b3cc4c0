from datetime import timedelta
from math import nan
from types import SimpleNamespace
from typing import Any

import pytest

from freqtrade_riskguard.adapters.preview.trade_database import History
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import for_margin_mode
from freqtrade_riskguard.entry_report.dangers import (
    entry_dangers,
    guard_dangers,
    start_dangers,
    unread_database,
)
from tests.entry_report.parts import at_10x, planned
from tests.factories import NOON


def guard(*, guarded=True, configured=True, **riskguard):
    settings = load_config({"profile": "moderate", **riskguard})
    return list(guard_dangers("Mine", guarded=guarded, configured=configured, settings=settings))


class TestTheGuard:
    def test_one_that_enforces_is_no_danger(self):
        assert guard() == []
        assert guard(profile="seatbelt") == []

    def test_a_strategy_without_one_is_said_loudly(self):
        (line,) = guard(guarded=False)
        assert line.startswith("Mine is NOT GUARDED: RiskGuard is not among its base classes")
        assert "class Mine(RiskGuard, IStrategy)" in line
        assert line.endswith("The riskguard block of the configuration does nothing.")
        assert "block" not in guard(guarded=False, configured=False)[0]

    def test_one_that_is_switched_off(self):
        assert guard(enabled=False)[0].startswith("riskguard.enabled is false")
        assert guard(mode="observe")[0].startswith("riskguard.mode is 'observe': nothing is")
        assert guard(mode="off")[0].startswith("riskguard.mode is 'off'")

    @pytest.mark.parametrize("rule", ["drawdown_ladder", "liquidation_buffer", "daily_loss"])
    def test_one_without_what_keeps_an_account_alive(self, rule):
        (line,) = guard(**{rule: {"mode": "observe"}})
        assert line.startswith(f"riskguard.{rule}.mode is 'observe': ")
        assert line.endswith("Set it to 'enforce'.")

    def test_in_cross_margin_a_rule_without_meaning_is_no_danger(self):
        settings = for_margin_mode(load_config({"profile": "seatbelt"}), is_cross=True)
        assert settings.mode_of("margin_ladder") == "off"
        assert not list(guard_dangers("Mine", guarded=True, configured=True, settings=settings))

    def test_what_only_shapes_trades_may_be_off(self):
        assert guard(kelly={"mode": "off"}, atr_stop={"mode": "off"}) == []

    def test_a_pair_without_it_is_told_once(self):
        pairs = {"DOGE/USDT:USDT": {"margin_ladder": {"mode": "off"}}}
        (line,) = guard(pairs=pairs)
        assert line.startswith("riskguard.pairs.DOGE/USDT:USDT.margin_ladder.mode is 'off'")
        (line,) = guard(pairs=pairs, margin_ladder={"mode": "off"})
        assert line.startswith("riskguard.margin_ladder.mode is 'off'")


class TestTheStart:
    @pytest.mark.parametrize("state", ["running", "RUNNING", "paused"])
    def test_a_bot_that_starts_is_no_danger(self, state):
        assert list(start_dangers(state)) == []

    @pytest.mark.parametrize("state", [None, "", "stopped", "Stopped"])
    def test_one_that_starts_stopped(self, state):
        (line,) = start_dangers(state)
        assert "the bot starts STOPPED" in line


class TestEntries:
    def test_a_guarded_one_is_no_danger(self):
        assert list(entry_dangers([planned()])) == []

    def test_liquidation_before_the_stop_and_near(self):
        before, near = entry_dangers([at_10x()])
        assert before == (
            "Liquidation comes before the stop: BTC/USDT:USDT long at 10x (9.2 % away, the stop "
            "9.9 %). Ask for less leverage."
        )
        assert near.startswith("Liquidation is near: BTC/USDT:USDT long at 10x (9.2 % away, warn")

    def test_no_stop_at_all(self):
        (line,) = entry_dangers([planned(stop_price=nan, stop_distance_ratio=nan)])
        assert "(32.0 % away, and there is no stop)" in line

    def test_one_that_cannot_be_liquidated_needs_no_stop_for_that(self):
        spot = planned(liquidation_price=nan, liquidation_distance_ratio=nan, stop_price=nan)
        assert list(entry_dangers([spot])) == []

    @pytest.mark.parametrize("survival", [1.0, 0.0, -3.0, nan])
    def test_a_move_that_ends_the_account(self, survival):
        entry = planned(survival=survival, worst_loss_quote=9_900.0, worst_loss_ratio=0.99)
        (line,) = entry_dangers([entry])
        assert line.startswith("One move of the market takes the account: BTC/USDT:USDT long at 3x")
        assert "(-20 % takes 9900, 99 % of the account)" in line

    def test_one_that_takes_all_but_a_tenth(self):
        # An isolated position that is the whole account: what is left has nothing to maintain.
        (line,) = entry_dangers([planned(worst_loss_ratio=0.91, liquidated_at_worst=True)])
        assert line.startswith("One move of the market takes the account: ")
        assert line.endswith("Use a smaller stake or less leverage.")
        assert list(entry_dangers([planned(worst_loss_ratio=0.89)])) == []

    def test_many_are_one_line(self):
        entries = [at_10x(pair=f"{coin}/USDT:USDT") for coin in ("A", "B", "C", "D", "E")]
        before, _ = entry_dangers(entries)
        assert "A/USDT:USDT" in before
        assert "D/USDT:USDT" not in before
        assert "and 2 more." in before

    def test_what_is_not_entered_is_no_danger(self):
        assert list(entry_dangers([at_10x(refusal="fixed_risk: no")])) == []


def test_a_database_that_is_not_read_is_said():
    def notes(kind=None, **past):
        bot: Any = SimpleNamespace(
            unread_database=kind,
            past=History(**past),
            outlook=SimpleNamespace(times={"A": NOON, "B": NOON - timedelta(hours=1)}),
        )
        return list(unread_database(bot))

    assert notes() == notes(read="bot.sqlite") == []
    (line,) = notes(left_out="bot.sqlite", open_left_out=2, locks=1)
    assert line == (
        f"Candles end at {NOON - timedelta(hours=1):%Y-%m-%d %H:%M} UTC: the trades in bot.sqlite "
        "are ignored (2 open), its locks in force count (1). Give --from-exchange."
    )
    (line,) = notes(left_out="bot.sqlite")
    assert line.startswith("The trades and locks in bot.sqlite are ignored")
    (line,) = notes("postgresql+psycopg2")
    assert line.startswith("The bot's trades are in postgresql+psycopg2, which is not read here")
