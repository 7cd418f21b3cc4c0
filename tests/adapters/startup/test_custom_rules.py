"""The rules that a strategy brings, or why freqtrade does not start with them."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

import pytest
from freqtrade.exceptions import ConfigurationError

from freqtrade_riskguard.adapters.startup.custom_rules import own_rules
from freqtrade_riskguard.rules import QUESTIONS


@dataclass(frozen=True)
class NoFridays:
    name: ClassVar[str] = "no_fridays"

    hour: int = 12

    def denial(self, entry):
        return None


class Nameless:
    def denial(self, entry):
        return None


class Silent:
    name = "silent"


class Needy(NoFridays):
    name: ClassVar[str] = "needy"

    def __init__(self, hour):
        super().__init__(hour)


class Twin(NoFridays):
    """Of another class, but under the same name."""


class Misspelt(NoFridays):
    name: ClassVar[str] = "misspelt"

    def max_leverages(self, entry):
        return None


class Chatty(NoFridays):
    name: ClassVar[str] = "chatty"

    @staticmethod
    def weekday(entry):
        return entry.time.weekday()


class Taken(NoFridays):
    name: ClassVar[str] = "kelly"


def strategy(**attributes):
    return SimpleNamespace(**attributes)


def test_a_strategy_without_rules_has_none():
    assert own_rules(strategy()) == ()
    assert own_rules(strategy(riskguard_rules=[])) == ()


@pytest.mark.parametrize("listed", [[NoFridays], (NoFridays,), [NoFridays()]])
def test_a_class_is_made_and_an_object_taken_as_it_is(listed):
    assert own_rules(strategy(riskguard_rules=listed)) == (NoFridays(12),)


def test_an_object_keeps_its_settings():
    assert own_rules(strategy(riskguard_rules=[NoFridays(8), Needy(9)])) == (NoFridays(8), Needy(9))


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (NoFridays, "riskguard_rules must be a list of rules"),
        ("NoFridays", "riskguard_rules must be a list of rules, got 'NoFridays'"),
        ([Needy], "Needy needs arguments .*: list an object"),
        ([Nameless], "must have a name, e.g. name = 'my_rule'"),
        ([Silent], "'silent' has no method that RiskGuard calls; it needs one of"),
        (
            [Misspelt],
            "never calls 'max_leverages' of 'misspelt': did you mean 'max_leverage'\\? Begin",
        ),
        ([Chatty], "never calls 'weekday' of 'chatty': it calls max_leverage, max_stake, .*locks"),
        (["a rule"], "'a rule' must have a name"),
        ([NoFridays, Twin], "the name 'no_fridays' is taken"),
        ([Taken], "the name 'kelly' is taken; give the rule another one"),
        ([type("Wordy", (Twin,), {"name": "x" * 33})], "a name must have at most 32 characters"),
    ],
)
def test_what_cannot_be_asked_stops_the_bot(listed, reason):
    with pytest.raises(ConfigurationError, match=reason):
        own_rules(strategy(riskguard_rules=listed))


def test_a_rule_that_answers_nothing_is_told_every_question():
    with pytest.raises(ConfigurationError) as raised:
        own_rules(strategy(riskguard_rules=[Silent]))

    # Each question is a protocol with one method beside the name.
    methods = {name for question in QUESTIONS for name in vars(question) if name[0] != "_"}
    assert len(methods) == len(QUESTIONS)
    assert all(method in str(raised.value) for method in methods)
