import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError, for_margin_mode, for_pair
from freqtrade_riskguard.config.profiles import PROFILE_MAX_LEVERAGE, PROFILES
from freqtrade_riskguard.config.schema import RULES

A_PROFILE = "one of 'seatbelt', 'conservative', 'moderate', 'aggressive' or 'speculative'"
A_TIME = "a time like '2026-01-28T19:00' (UTC where no zone is given)"
WINDOW = "riskguard.event_windows.windows.0"
WRONG_START = f"{WINDOW}.start must be {A_TIME}, got '2026-13-45'"
WRONG_END = f"{WINDOW}.end must be {A_TIME}, got a text"


@pytest.mark.parametrize("raw", [None, {}])
def test_nothing_configured_is_the_seatbelt(raw):
    config = load_config(raw)

    assert config.enabled
    assert config.profile == "seatbelt"
    assert config.max_leverage == 5
    enforced = {rule for rule in RULES if config.mode_of(rule) == "enforce"}
    assert enforced == {
        "hard_cap",
        "liquidation_distance",
        "liquidation_buffer",
        # Without a figure of the user's own these do nothing; with one they must.
        "target_leverage",
        "percent_stop",
        "side_limit",
        "max_spread",
        "event_windows",
        "daily_loss",
        "weekly_loss",
        "drawdown_ladder",
        "equity_stop",
        "margin_ladder",
        "account_margin",
        "funding_gate",
        "funding_exit",
        "funding_breaker",
        "stale_data",
    }
    assert {config.mode_of(rule) for rule in RULES} == {"enforce", "off"}
    assert not config.drawdown_ladder.cut_open
    assert config.funding_exit.extreme_only
    assert config.funding_gate.max_rate_8h == config.funding_exit.extreme_rate_8h
    assert config.daily_loss.close_all
    assert config.weekly_loss.close_all


@pytest.mark.parametrize(
    ("profile", "cap", "daily_loss"),
    [
        ("conservative", 2, 0.02),
        ("moderate", 5, 0.03),
        ("aggressive", 10, 0.05),
        ("speculative", 20, 0.05),
    ],
)
def test_profiles_set_their_figures_and_all_rules(profile, cap, daily_loss):
    config = load_config({"profile": profile})

    assert config.max_leverage == cap
    assert config.daily_loss_limit == daily_loss
    assert {config.mode_of(rule) for rule in RULES} == {"enforce"}
    assert config.drawdown_ladder.cut_open
    assert not config.funding_exit.extreme_only


def test_a_setting_lies_on_top_of_its_profile():
    config = load_config({"profile": "seatbelt", "kelly": {"mode": "observe"}})

    assert config.mode_of("kelly") == "observe"
    assert config.mode_of("atr_stop") == "off"
    assert config.daily_loss_limit == 0.05


@pytest.mark.parametrize(
    ("own", "over", "expected"),
    [
        ("enforce", "enforce", "enforce"),
        ("enforce", "observe", "observe"),
        ("observe", "enforce", "observe"),
        ("off", "observe", "off"),
        ("observe", "off", "off"),
    ],
)
def test_the_global_mode_only_weakens(own, over, expected):
    config = load_config({"profile": "moderate", "mode": over, "kelly": {"mode": own}})

    assert config.mode_of("kelly") == expected


def test_disabled_enforces_and_observes_nothing():
    config = load_config({"enabled": False, "profile": "moderate"})

    assert not config.enforcing
    assert not config.observing_or_enforcing


def test_observing_is_not_enforcing():
    config = load_config({"profile": "moderate", "mode": "observe"})

    assert not config.enforcing
    assert config.observing_or_enforcing


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (5, "riskguard must be an object of settings, got 5"),
        ({"profile": "yolo"}, "riskguard.profile must be one of 'seatbelt', 'conservative'"),
        ({"profile": ["moderate"]}, "riskguard.profile must be one of"),
        (
            {"profile": "Moderat"},
            f"riskguard.profile must be {A_PROFILE}, got 'Moderat': did you mean 'moderate'?",
        ),
        ({"max_leverage": "5x"}, "riskguard.max_leverage must be a number, got '5x'"),
        ({"max_leverage": "five"}, "riskguard.max_leverage must be a number, got a text"),
        (
            {"event_windows": {"windows": [{"name": "x", "start": "2026-13-45", "end": "S3CRET"}]}},
            f"{WRONG_START}\n{WRONG_END}",
        ),
        (
            {"profile": "moderate", "max_leverage": 12},
            "riskguard.max_leverage must be <= 5 (profile moderate), got 12",
        ),
        (
            {"max_levrage": 3},
            "riskguard.max_levrage is not a setting: did you mean 'max_leverage'?",
        ),
        ({"kelly": {"half": 1}}, "riskguard.kelly.half is not a setting; allowed: evidence_file"),
        ({"max_leverage": "5"}, "riskguard.max_leverage must be a number, got '5'"),
        ({"max_leverage": True}, "riskguard.max_leverage must be a number, got True"),
        ({"max_leverage": -3}, "riskguard.max_leverage must be >= 1, got -3"),
        ({"risk_per_trade": -0.01}, "riskguard.risk_per_trade must be > 0, got -0.01"),
        ({"risk_per_trade": math.nan}, "riskguard.risk_per_trade must be a finite number, got nan"),
        (
            {"daily_loss_limit": 3},
            "riskguard.daily_loss_limit must be < 1, got 3: did you mean 0.03?",
        ),
        (
            {"atr_stop": {"multiple": math.inf}},
            "riskguard.atr_stop.multiple must be a finite number, got inf",
        ),
        ({"enabled": "no"}, "riskguard.enabled must be true or false, got 'no'"),
        ({"kelly": []}, "riskguard.kelly must be an object of settings, got []"),
        ({"kelly": {"mode": "on"}}, "riskguard.kelly.mode must be one of 'enforce', 'observe'"),
        ({"kelly": {"fraction": 0.7}}, "riskguard.kelly.fraction must be <= 0.5, got 0.7"),
        (
            {"kelly": {"fraction": 50}},
            "riskguard.kelly.fraction must be <= 0.5, got 50: did you mean 0.5?",
        ),
        ({"kelly": {"min_trades": 30.5}}, "riskguard.kelly.min_trades must be a whole number"),
        (
            {"kelly": {"min_trades": 50, "max_trades": 40}},
            "riskguard.kelly: max_trades must be >= min_trades (50), got 40",
        ),
        (
            {"profile": "conservative", "kelly": {"unproven_leverage": 3}},
            "riskguard.kelly.unproven_leverage must be <= max_leverage (2), got 3",
        ),
        (
            {"regime_cap": {"regimes": {"all": {"above": 0.02, "max_leverage": 1}}}},
            "riskguard.regime_cap: ",
        ),
        (
            {"target_leverage": {"target": 6}},
            "riskguard.target_leverage.target must be <= max_leverage (5), got 6",
        ),
        *(
            (
                {"profile": "speculative", breaker: {"mode": "off"}},
                f"riskguard.{breaker}.mode must not be 'off' (profile speculative needs every bre",
            )
            for breaker in (
                "circuit_breaker",
                "daily_loss",
                "weekly_loss",
                "drawdown_ladder",
                "equity_stop",
                "funding_breaker",
            )
        ),
        (
            {"profile": "speculative", "mode": "off"},
            "riskguard.circuit_breaker.mode must not be 'off'",
        ),
        ({"hard_cap": {"mode": "off"}}, "riskguard.hard_cap.mode must be 'enforce'"),
        ({"volatility": {"timeframe": "7m"}}, "riskguard.volatility.timeframe must be one of"),
        (
            {"circuit_breaker": {"pause_minutes": 1e300}},
            "riskguard.circuit_breaker.pause_minutes must be <= 525600, got 1e+300",
        ),
        ({"kelly": {"prior_trades": 0}}, "riskguard.kelly.prior_trades must be > 0, got 0"),
        (
            {"pairs": {"X/USDT:USDT": {"kelly": {"min_trades": 40}}}},
            "riskguard.pairs.X/USDT:USDT.kelly.min_trades cannot be set for a pair",
        ),
        (
            {"profile": "moderate", "pairs": {"DOGE/USDT:USDT": {"max_leverage": 6}}},
            "riskguard.pairs.DOGE/USDT:USDT.max_leverage must be <= 5 (profile moderate), got 6",
        ),
        (
            {"pairs": {"DOGE/USDT:USDT": {"daily_loss_limit": 0.01}}},
            "riskguard.pairs.DOGE/USDT:USDT.daily_loss_limit cannot be set for a pair",
        ),
        *(
            (
                {"pairs": {"DOGE/USDT:USDT": {key: {}}}},
                f"riskguard.pairs.DOGE/USDT:USDT.{key} cannot be set for a pair",
            )
            for key in (
                "weekly_loss",
                "drawdown_ladder",
                "equity_stop",
                "account_margin",
                "own_rules",
                "strict",
            )
        ),
        (
            {"pairs": {"DOGE/USDT:USDT": 5}},
            "riskguard.pairs.DOGE/USDT:USDT must be an object of settings, got 5",
        ),
    ],
)
def test_a_mistake_is_named_with_key_expectation_and_value(raw, message):
    with pytest.raises(InvalidSettingsError) as error:
        load_config(raw)

    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    "raw",
    [
        {"api_key": "hunter2"},
        {"profile": "9XkQ2mB7" * 5},
        {"max_leverage": "https://me:hunter2@bot"},
        {"max_leverage": "pass=hunter2"},
        {"max_leverage": "hunter2"},
        {"profile": "hunter2"},
        {"enabled": "hunter2"},
        {"kelly": "hunter2"},
        {"pairs": "hunter2"},
        {"pass=hunter2": 1},
        {"event_windows": "hunter2"},
        {"event_windows": {"windows": [{"name": "a", "start": "hunter2", "end": "x"}]}},
        {"kelly": {"fraction": {"pw": "hunter2"}}},
        {"kelly": ["hunter2"]},
        {"pairs": {"X/USDT:USDT": {"token": "hunter2"}}},
        ["hunter2"],
        "https://discord.com/api/webhooks/1/hunter2",
    ],
)
def test_no_mistake_shows_a_secret(raw):
    with pytest.raises(InvalidSettingsError) as error:
        load_config(raw)

    # Nor does what a traceback would print.
    assert error.value.__suppress_context__ or error.value.__context__ is None
    for secret in ("hunter2", "9XkQ2mB7"):
        assert secret not in str(error.value)


def test_a_number_without_an_end_is_a_mistake_like_any_other():
    with pytest.raises(InvalidSettingsError, match="max_leverage must be"):
        load_config({"max_leverage": 10**5_000})


@pytest.mark.parametrize("part", ["a://", "https://x/", "https://hook", "token", "a", "key="])
def test_a_text_of_any_length_is_a_mistake_at_once(part):
    before = time.process_time()
    with pytest.raises(InvalidSettingsError, match="max_leverage must be a number, got a text"):
        load_config({"max_leverage": part * 20_000, "profile": part * 20_000})
    assert time.process_time() - before < 0.5


def test_every_mistake_is_reported_at_once():
    with pytest.raises(InvalidSettingsError) as error:
        load_config({"max_leverage": 0, "colour": "red", "kelly": {"fraction": 2}})

    assert len(str(error.value).splitlines()) == 3


def test_a_pair_has_its_own_settings_on_top_of_the_bots():
    config = load_config(
        {
            "profile": "moderate",
            "risk_per_trade": 0.005,
            "pairs": {"DOGE/USDT:USDT": {"max_leverage": 2, "atr_stop": {"multiple": 3.0}}},
        }
    )

    doge = for_pair(config, "DOGE/USDT:USDT")
    assert (doge.max_leverage, doge.atr_stop.multiple, doge.risk_per_trade) == (2, 3.0, 0.005)
    assert for_pair(config, "BTC/USDT:USDT") is config


def test_no_pair_enforces_while_the_bot_observes():
    config = load_config(
        {"profile": "moderate", "mode": "observe", "pairs": {"X/USDT:USDT": {"mode": "enforce"}}}
    )

    assert for_pair(config, "X/USDT:USDT").mode_of("kelly") == "observe"


def test_the_configuration_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_config({}).max_leverage = 100


@given(
    profile=st.sampled_from(sorted(PROFILES)),
    leverage=st.floats(1, 125),
)
def test_no_configuration_passes_the_profiles_cap(profile, leverage):
    raw = {"profile": profile, "max_leverage": leverage}
    if leverage > PROFILE_MAX_LEVERAGE[profile]:
        with pytest.raises(InvalidSettingsError, match="max_leverage must be <="):
            load_config(raw)
    else:
        assert load_config(raw).max_leverage == leverage


class TestMarginMode:
    def configured(self, *, is_cross):
        raw = {
            "profile": "moderate",
            "pairs": {"BTC/USDT:USDT": {"margin_ladder": {"mode": "enforce"}, "max_leverage": 2.0}},
        }
        return for_margin_mode(load_config(raw), is_cross=is_cross)

    def test_in_isolated_margin_nothing_changes(self):
        config = self.configured(is_cross=False)
        assert not config.is_cross
        assert config.mode_of("margin_ladder") == "enforce"

    def test_in_cross_what_judges_a_positions_own_margin_is_off(self):
        config = self.configured(is_cross=True)
        assert config.is_cross
        off = {rule for rule in RULES if config.mode_of(rule) == "off"}
        assert off == {"margin_ladder"}

    def test_no_pair_can_switch_it_on_again(self):
        own = for_pair(self.configured(is_cross=True), "BTC/USDT:USDT")
        assert own.is_cross
        assert own.mode_of("margin_ladder") == "off"
        assert own.max_leverage == 2.0
