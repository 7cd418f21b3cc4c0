"""The parts in a plain strategy: the mixin's numbers where both apply."""

import json

import pytest

from freqtrade_riskguard.config.schema import RULES
from tests.support.freqtrade import SAMPLE, backtest, freqtrade

pytestmark = pytest.mark.slow

SOURCE = SAMPLE.with_name("riskguard_parts.py").read_text(encoding="utf-8")
# The same signals with the mixin, which is asked for as much leverage as there is.
TWINS = """
from freqtrade.strategy import DecimalParameter, IStrategy
from freqtrade_riskguard import RiskGuard
from riskguard_parts import RiskGuardParts


class WithParts(RiskGuardParts):
    stoploss = -0.99
    protections = []


class WithMixin(RiskGuard, IStrategy):
    timeframe, can_short, startup_candle_count = "5m", True, 400
    minimal_roi, stoploss = {"0": 10.0}, -0.99
    order_types = RiskGuardParts.order_types
    populate_indicators = RiskGuardParts.populate_indicators
    populate_entry_trend = RiskGuardParts.populate_entry_trend
    populate_exit_trend = RiskGuardParts.populate_exit_trend

    def leverage(self, *args, max_leverage, **kwargs):
        return max_leverage


class Searched(WithParts):
    riskguard__atr_stop__multiple = DecimalParameter(
        1.0, 4.0, default=2.0, decimals=1, space="protection"
    )
"""
BOTH_APPLY = {
    *("hard_cap", "regime_cap", "volatility_target", "target_leverage", "kelly"),
    *("losing_leverage", "liquidation_distance", "conviction"),
    *("atr_stop", "percent_stop", "liquidation_buffer"),
}
# Not at 1x for want of evidence: then no other cap would show.
RULES_OF_BOTH = {
    "profile": "moderate",
    **{rule: {"mode": "off"} for rule in RULES if rule not in BOTH_APPLY},
    "kelly": {"unproven_leverage": 5.0},
}
# A stake of its own size: what shrinks stakes is the mixin's alone.
FIXED = {"stake_amount": 500}
STRATEGIES = {"riskguard_parts.py": SOURCE, "twins.py": TWINS}


@pytest.mark.parametrize(
    ("window", "timeframe", "trades"), [("covid-2020", "1h", 7), ("feb-2025", "5m", 42)]
)
def test_the_trades_are_those_of_the_mixin(real_candles, tmp_path, window, timeframe, trades):
    """Leverage, every stop, exits and profits; 21 stops were reached in these windows."""
    run = backtest(
        tmp_path / "bot",
        real_candles(window),
        *("WithParts", "WithMixin"),
        timeframe=timeframe,
        strategies=STRATEGIES,
        riskguard=RULES_OF_BOTH,
        config=FIXED,
    ).succeeded()

    parts, mixin = run.outcomes["WithParts"], run.outcomes["WithMixin"]
    assert len(parts.trades) == trades
    for mine, twins in zip(parts.trades, mixin.trades, strict=True):
        # It went through freqtrade's ratio once more.
        ratio = mine.pop("stop_loss_ratio")
        assert ratio == pytest.approx(twins.pop("stop_loss_ratio"), abs=1e-10)
        assert mine == twins
    assert "stop_loss" in parts.exit_reasons

    def decided(strategy):
        return [
            {key: value for key, value in record.items() if key != "strategy"}
            for record in run.journal
            if record["strategy"] == strategy
        ]

    # Also which rule bound, and why.
    assert decided("WithParts") == decided("WithMixin")
    if window == "feb-2025":
        assert {trade["leverage"] for trade in parts.trades} == {1.0, 3.0, 5.0}


def test_the_sample_with_its_protections(scenario_candles, tmp_path):
    run = backtest(
        tmp_path / "bot",
        scenario_candles("flash_crash", days=24),
        "RiskGuardParts",
        strategies={"riskguard_parts.py": SOURCE},
    ).succeeded()

    assert run.trades
    assert max(trade["leverage"] for trade in run.trades) <= 5.0
    assert "liquidation" not in run.outcome.exit_reasons
    assert any("closed trades)" in lock["reason"] for lock in run.locks)
    # Its decisions are summarised at the end, as those of the mixin.
    assert {record["question"] for record in run.journal} <= {"leverage", "stop", "lock"}
    assert "RiskGuardParts" in run.log


def test_every_epoch_of_hyperopt_begins_anew(scenario_candles, tmp_path):
    run = freqtrade(
        tmp_path / "bot",
        scenario_candles("flash_crash"),
        "hyperopt",
        *("--strategy", "Searched", "--timeframe", "5m", "--timerange", "20240121-20240123"),
        *("--epochs", "2", "--job-workers", "2", "--random-state", "7"),
        *("--spaces", "protection", "--hyperopt-loss", "OnlyProfitHyperOptLoss"),
        strategies=STRATEGIES,
    ).succeeded()

    (results,) = (run.folder / "hyperopt_results").glob("*.fthypt")
    epochs = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    first, second = sorted(
        (
            epoch["params_dict"]["riskguard__atr_stop__multiple"],
            epoch["results_metrics"]["trades"][0],
        )
        for epoch in epochs
    )
    assert first[0] < second[0]
    assert first[1]["open_date"] == second[1]["open_date"]
    # More ATRs are further away: in the same proportion, but for the tick.
    distances = [abs(trade["open_rate"] - trade["stop_loss_abs"]) for _, trade in (first, second)]
    assert distances[0] / first[0] == pytest.approx(distances[1] / second[0], rel=0.01)


def test_a_wrong_setting_stops_freqtrade_at_its_start(scenario_candles, tmp_path):
    run = backtest(
        tmp_path / "bot",
        scenario_candles("flash_crash", days=24),
        "RiskGuardParts",
        strategies={"riskguard_parts.py": SOURCE},
        riskguard={"profile": "moderate", "max_leverage": 20},
    )

    assert run.returncode == 2
    assert "max_leverage must be <= 5 (profile moderate), got 20" in run.log
    assert not run.outcomes
