from dataclasses import replace

from freqtrade_riskguard.adapters.preview.recorder import RecordingGuard, RecordingRunner
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.rules import Cap
from tests.factories import account, entry, market, portfolio

MODERATE = load_config({"profile": "moderate", "kelly": {"mode": "observe"}})
ENTRY = entry(market=market(daily_volatility=0.03), portfolio=portfolio())


def guards():
    runner = RecordingRunner(MODERATE, Journal())
    return runner, RecordingGuard(runner), Guard(RuleRunner(MODERATE, Journal()))


def test_it_answers_as_the_guard_does():
    _, heard, plain = guards()

    leverage = heard.leverage(ENTRY)
    sized = replace(ENTRY, leverage=leverage)

    assert leverage == plain.leverage(ENTRY)
    assert heard.stake(sized) == plain.stake(sized)
    assert heard.denial(sized) == plain.denial(sized)


def test_what_every_rule_says_is_heard():
    runner, heard, _ = guards()
    heard.leverage(ENTRY)

    said = {item.rule: item for item in runner.take("leverage")}

    assert said["hard_cap"].answer == Cap(5.0, "cap 5x, profile moderate")
    assert said["kelly"].mode == "observe"
    assert said["losing_leverage"].answer is None
    assert {item.method for item in said.values()} == {"max_leverage"}
    assert runner.take("leverage") == ()


def test_a_factor_is_told_from_a_cap():
    runner, heard, _ = guards()
    # 6 % below the peak: the drawdown ladder leaves 90 % of the stake.
    heard.stake(replace(ENTRY, account=account(equity_quote=9_400.0, wallet_quote=9_400.0)))

    methods = {item.rule: item.method for item in runner.take("stake")}

    assert methods["drawdown_ladder"] == "stake_factor"
    assert methods["fixed_risk"] == "max_stake"


def test_what_was_asked_for_is_kept():
    _, heard, _ = guards()
    heard.leverage(ENTRY)
    heard.stake(replace(ENTRY, leverage=2.0))
    heard.denial(replace(ENTRY, stake_quote=7.0))

    assert heard.asked["leverage"].leverage == 10.0
    assert heard.asked["stake"].leverage == 2.0
    assert heard.asked["entry"].stake_quote == 7.0
