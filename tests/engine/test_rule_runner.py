import logging
from dataclasses import dataclass
from typing import ClassVar, cast

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleMethod, RuleRunner
from freqtrade_riskguard.rules import Cap
from tests.factories import PAIR

OTHER = "DOGE/USDT:USDT"
NUMBER = RuleMethod("stake", "max_stake", 0.0, (float, int))


@dataclass(frozen=True)
class Own:
    """A rule of a strategy's own."""

    name: ClassVar[str] = "own"

    def max_leverage(self, entry):
        return Cap(1.0, "because")

    def denial(self, entry):
        return None


def desk_of(own=(), **config):
    return RuleRunner(load_config(config), Journal(), own)


def fail():
    raise ZeroDivisionError


def ask(runner, rule, pair=PAIR, *, mode="enforce", question="stake"):
    return runner.ask(RuleMethod(question, "", "safe", str), rule, mode, pair, fail)


def test_what_a_rule_answers_is_the_answer():
    runner = desk_of()

    assert runner.ask(NUMBER, Own(), "enforce", PAIR, sum, (1.0, 2.0)) == 3.0
    assert runner.ask(NUMBER, Own(), "observe", PAIR, lambda: None) is None


@pytest.mark.parametrize(("mode", "answer"), [("enforce", "safe"), ("observe", None)])
def test_a_rule_that_fails_answers_safely_where_it_enforces_and_not_where_it_observes(mode, answer):
    assert ask(desk_of(), Own(), mode=mode) == answer


def test_the_log_says_so_once_per_pair_rule_and_question(caplog):
    runner, rule = desk_of(), Own()

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            ask(runner, rule)
            ask(runner, rule, question="cut")
            ask(runner, rule, OTHER)

    assert len(caplog.records) == 3
    assert all(record.exc_info for record in caplog.records)
    assert (
        "rule own failed on the stake of BTC/USDT:USDT; the most cautious answer is used"
        in caplog.text
    )
    assert "rule own failed on the cut of BTC/USDT:USDT" in caplog.text
    assert "rule own failed on the stake of DOGE/USDT:USDT" in caplog.text


def test_the_log_says_where_it_made_no_difference(caplog):
    ask(desk_of(), Own(), mode="observe")

    assert "it only observes" in caplog.text


def test_a_rule_may_stop_the_bot_on_purpose():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk_of().ask(NUMBER, Own(), "enforce", PAIR, interrupted)


@pytest.mark.parametrize(("mode", "expected"), [("enforce", 0.0), ("observe", None)])
def test_an_answer_of_another_kind_is_a_failure(caplog, mode, expected):
    runner = desk_of()

    for answer in ("much", (1.0,), Cap(1.0, "because")):
        asked = runner.ask(NUMBER, Own(), mode, PAIR, lambda said=answer: said)
        assert asked == expected
    assert len(caplog.records) == 1
    assert "got 'much'" in caplog.text


@pytest.mark.parametrize(("mode", "expected"), [("enforce", "safe"), ("observe", None)])
def test_an_own_rules_answer_that_would_break_the_others_is_a_failure(caplog, mode, expected):
    rule, five = Own(), "5"
    runner = desk_of((rule,))
    answer = Cap(cast("float", five), "because")

    method = RuleMethod("leverage", "max_leverage", "safe", Cap)
    asked = runner.ask(method, rule, mode, PAIR, lambda: answer)

    assert asked == expected
    assert "a cap's limit must be a number, got '5'" in caplog.text


def test_a_pair_has_its_own_rules_and_the_account_the_general_ones():
    runner = desk_of(profile="moderate", pairs={OTHER: {"max_leverage": 2}})

    def hard_cap(pair):
        (cap,) = (rule for rule, _ in runner.book(pair).leverage if rule.name == "hard_cap")
        return cap.max_leverage(None).limit

    assert (hard_cap(OTHER), hard_cap(PAIR), hard_cap("*")) == (2.0, 5.0, 5.0)


def test_a_pair_asked_about_again_has_the_same_rules():
    runner = desk_of()

    assert runner.book(PAIR) is runner.book(PAIR)


def names(questions):
    return {rule.name for rule, _ in questions}


def test_a_strategys_own_rules_are_asked_like_all_others():
    runner = desk_of((Own(),))
    book = runner.book(PAIR)

    assert "own" in names(book.leverage)
    assert "own" in names(book.entry)
    assert "own" not in names(book.stake)
    assert "own" in names(runner.book("*").leverage)


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_an_own_rule_runs_in_the_mode_that_is_configured(mode):
    runner = desk_of((Own(),), own_rules={"own": mode})

    assert [found for rule, found in runner.book(PAIR).entry if rule.name == "own"] == [mode]


def test_an_own_rule_that_is_off_is_not_asked():
    assert "own" not in names(desk_of((Own(),), own_rules={"own": "off"}).book(PAIR).entry)


def test_the_global_mode_holds_for_an_own_rule_too():
    book = desk_of((Own(),), mode="observe").book(PAIR)

    assert {mode for _, mode in (*book.leverage, *book.entry, *book.breaker)} == {"observe"}


def test_with_everything_off_nobody_is_asked():
    off = {name: {"mode": "off"} for name in RULES if name != "hard_cap"}
    book = desk_of(**off).book(PAIR)

    assert names(book.leverage) == {"hard_cap"}
    others = (
        *(book.stake, book.stake_factor, book.entry, book.stop, book.exit),
        *(book.exit_price, book.ladder, book.account_ladder, book.breaker),
    )
    assert not any(others)
