"""What the sections refuse, each with key, expectation and value, and what they hand to rules."""

from datetime import UTC, datetime

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError, for_pair
from freqtrade_riskguard.risk import DEFAULT_LIMITS, DRAWDOWN_LADDER

FOMC = {"name": "FOMC", "start": "2026-01-28T18:30", "end": "2026-01-28T20:00", "factor": 0.5}
MOMENT = "must be a time like '2026-01-28T19:00' (UTC where no zone is given)"

NO_HALT = "steps must end with the one step that keeps 0 (the halt)"
UNORDERED = "steps must rise in 'at' and never rise in 'keep'"


def windows(*given):
    return {"event_windows": {"windows": list(given)}}


def steps(*given):
    return {"drawdown_ladder": {"steps": [{"at": at, "keep": keep} for at, keep in given]}}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            {"weekly_loss": {"limit": 15}},
            "weekly_loss.limit must be < 1, got 15: did you mean 0.15",
        ),
        ({"cash_reserve": {"reserve": 3}}, "cash_reserve.reserve must be < 1, got 3: did you mean"),
        (
            {"exposure_cap": {"max_gross": 300}},
            "exposure_cap.max_gross must be < 25, got 300: did you mean 3?",
        ),
        (
            {"portfolio_volatility": {"max_annual": 50}},
            "portfolio_volatility.max_annual must be < 5, got 50: did you mean 0.5?",
        ),
        (
            {"funding_gate": {"max_rate_8h": 0.1}},
            "funding_gate.max_rate_8h must be < 0.05, got 0.1: did you mean 0.001?",
        ),
        ({"equity_stop": {"keep": 50}}, "equity_stop.keep must be <= 1, got 50: did you mean 0.5?"),
        ({"side_limit": {"max_longs": -1}}, "side_limit.max_longs must be >= 0, got -1"),
        (
            {"stress_survival": {"min_cover": 0.9}},
            "stress_survival.min_cover must be >= 1, got 0.9",
        ),
        ({"strict": "yes"}, "strict must be true or false, got 'yes'"),
        (
            {"own_rules": {"mine": "on"}},
            "own_rules.mine must be one of 'enforce', 'observe' or 'off', got 'on'",
        ),
        ({"own_rules": {"heat": "off"}}, "own_rules.heat is one of RiskGuard's rules"),
        (
            {"margin_ladder": {"soft_cover": 1.1}},
            "margin_ladder: soft_cover must be >= hard_cover (1.3), got 1.1",
        ),
        (
            {"account_margin": {"danger": 0.4}},
            "account_margin: danger must be >= warning (0.5), got 0.4",
        ),
        (
            {"account_margin": {"danger_cut": 0.5}},
            "account_margin: emergency_cut must be >= danger_cut (0.5), got 0.4",
        ),
        (
            {"funding_exit": {"max_rate_8h": 0.01}},
            "funding_exit: extreme_rate_8h must be >= max_rate_8h (0.01), got 0.003",
        ),
        ({"event_windows": {"windows": {}}}, "event_windows.windows must be a list, got {}"),
        (windows("FOMC"), "event_windows.windows.0 must be an object of settings, got a text"),
        (
            windows({"name": "FOMC", "end": "2026-01-28"}),
            "event_windows.windows.0.start is missing",
        ),
        (
            windows(FOMC, {**FOMC, "start": "tomorrow"}),
            f"event_windows.windows.1.start {MOMENT}, got a text",
        ),
        (windows({**FOMC, "end": 20260128}), f"event_windows.windows.0.end {MOMENT}, got 20260128"),
        (
            windows({**FOMC, "end": "2026-01-28T18:30:00Z"}),
            "event_windows.windows.0: end must be after start (2026-01-28T18:30:00+00:00), got",
        ),
        (
            windows({**FOMC, "factr": 0.2}),
            "event_windows.windows.0.factr is not a setting: did you mean 'factor'?",
        ),
        (
            windows({**FOMC, "colour": 1}),
            "event_windows.windows.0.colour is not a setting; allowed: end, factor, name, start",
        ),
        (
            windows({**FOMC, "factor": 50}),
            "event_windows.windows.0.factor must be <= 1, got 50: did you mean 0.5?",
        ),
        (steps((5, 0.9)), "drawdown_ladder.steps.0.at must be < 1, got 5: did you mean 0.05?"),
        (steps(), "drawdown_ladder.steps must have 1 or more entries, got []"),
        (
            steps((0.05, 0.9), (0.1, 0.5)),
            f"drawdown_ladder: {NO_HALT}, got 0.05 keeps 0.9, 0.1 keeps 0.5",
        ),
        (
            steps((0.05, 0), (0.1, 0)),
            f"drawdown_ladder: {NO_HALT}, got 0.05 keeps 0, 0.1 keeps 0",
        ),
        (
            steps((0.1, 0.9), (0.05, 0)),
            f"drawdown_ladder: {UNORDERED}, got 0.1 keeps 0.9, 0.05 keeps 0",
        ),
        (
            steps((0.05, 0.5), (0.1, 0.9), (0.2, 0)),
            f"drawdown_ladder: {UNORDERED}, got 0.05 keeps 0.5, 0.1 keeps 0.9, 0.2 keeps 0",
        ),
        (
            {"regime_cap": {"regimes": {"calm": {"above": 0.1}}}},
            "regime_cap.regimes.calm.max_leverage is missing",
        ),
        (
            {"regime_cap": {"regimes": {"calm": {"over": 0.1, "max_leverage": 1, "above": 0}}}},
            "regime_cap.regimes.calm.over is not a setting: did you mean 'above'?",
        ),
        ({"regime_cap": {"regimes": {}}}, "regime_cap.regimes must have 1 or more entries, got {}"),
    ],
)
def test_a_mistake_is_named_with_key_expectation_and_value(raw, message):
    with pytest.raises(InvalidSettingsError) as error:
        load_config(raw)

    assert str(error.value).startswith(f"riskguard.{message}")


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-01-28T18:30", datetime(2026, 1, 28, 18, 30, tzinfo=UTC)),
        ("2026-01-28T18:30:00Z", datetime(2026, 1, 28, 18, 30, tzinfo=UTC)),
        # Two hours east of Greenwich it is later than there.
        ("2026-01-28T18:30+02:00", datetime(2026, 1, 28, 16, 30, tzinfo=UTC)),
        ("2026-01-28", datetime(2026, 1, 28, tzinfo=UTC)),
    ],
)
def test_times_are_of_utc_where_no_zone_is_given(given, moment):
    config = load_config(windows({**FOMC, "start": given}))

    assert config.event_windows.windows[0].start == moment


def test_times_at_the_end_of_the_calendar_are_refused_and_no_crash():
    with pytest.raises(InvalidSettingsError, match="must be a time like"):
        load_config(windows({**FOMC, "start": "0001-01-01T00:00+14:00"}))


def test_windows_and_steps_survive_the_settings_of_a_pair():
    raw = {
        **windows(FOMC),
        **steps((0.1, 0.5), (0.2, 0)),
        "pairs": {"A/USDT:USDT": {"max_leverage": 2}, "B/USDT:USDT": windows()},
    }
    config = load_config(raw)

    own = for_pair(config, "A/USDT:USDT")
    assert own.event_windows == config.event_windows
    assert own.drawdown_ladder == config.drawdown_ladder
    assert for_pair(config, "B/USDT:USDT").event_windows.windows == ()


def test_the_defaults_are_the_ladders_of_the_mathematics():
    config = load_config({"profile": "moderate"})

    assert config.account_margin.limits() == DEFAULT_LIMITS
    assert config.drawdown_ladder.ladder() == DRAWDOWN_LADDER


def test_a_ladder_rearms_at_half_its_first_step():
    ladder = load_config(steps((0.1, 0.5), (0.2, 0))).drawdown_ladder.ladder()

    assert ladder.first_rearm == 0.05
    assert [(step.threshold, step.keep_ratio) for step in ladder.steps] == [(0.1, 0.5), (0.2, 0)]
    assert not ladder.falling


@pytest.mark.parametrize(
    ("mode", "own", "expected"),
    [
        ("enforce", {}, "enforce"),
        ("enforce", {"mine": "observe"}, "observe"),
        ("observe", {"mine": "enforce"}, "observe"),
        ("observe", {"mine": "off"}, "off"),
    ],
)
def test_the_strategys_own_rules_have_modes_too(mode, own, expected):
    config = load_config({"mode": mode, "own_rules": own})

    assert config.mode_of("mine") == expected
