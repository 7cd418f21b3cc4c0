"""The rules that a strategy brings along: ``riskguard_rules = [MyRule, ...]``."""

from difflib import get_close_matches
from inspect import isroutine
from typing import Any

from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.startup.checks import refuse
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.rules import ANSWERS, QUESTIONS, Rule

NAME = "riskguard_rules"
# As the end of a key in the bot's database, which takes 50.
_NAME_LENGTH = 32


def own_rules(strategy: IStrategy) -> tuple[Rule, ...]:
    """Return the strategy's own rules, or stop freqtrade with what is wrong with one.

    A class is instantiated without arguments.
    """
    listed = getattr(strategy, NAME, ())
    if not isinstance(listed, list | tuple):
        refuse(f"{NAME} must be a list of rules, got {listed!r}")
    rules = tuple(_made(item) for item in listed)
    names = [rule.name for rule in rules]
    for name in names:
        if name in RULES or names.count(name) > 1:
            refuse(f"{NAME}: the name '{name}' is taken; give the rule another one")
    return rules


def _made(item: Any) -> Rule:
    try:
        rule: Rule = item() if isinstance(item, type) else item
    except TypeError as error:
        refuse(f"{NAME}: {item.__name__} needs arguments ({error}): list an object of the class")
    if not isinstance(getattr(rule, "name", None), str):
        refuse(f"{NAME}: {rule!r} must have a name, e.g. name = 'my_rule'")
    if len(rule.name) > _NAME_LENGTH:
        refuse(f"{NAME}: a name must have at most {_NAME_LENGTH} characters, got '{rule.name}'")
    if name := _uncalled(rule):
        close = get_close_matches(name, ANSWERS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"it calls {', '.join(ANSWERS)}."
        refuse(
            f"{NAME}: RiskGuard never calls '{name}' of '{rule.name}': {hint} Begin the name of a "
            "method that only the rule itself calls with _"
        )
    if not any(isinstance(rule, question) for question in QUESTIONS):
        refuse(
            f"{NAME}: '{rule.name}' has no method that RiskGuard calls; it needs one of "
            f"{', '.join(ANSWERS)}"
        )
    return rule


def _uncalled(rule: Rule) -> str | None:
    """Return a public method that nobody will call: a question misspelt decides nothing."""
    return next(
        (
            name
            for name in dir(type(rule))
            if not name.startswith("_")
            and name not in ANSWERS
            and isroutine(getattr(type(rule), name))
        ),
        None,
    )
