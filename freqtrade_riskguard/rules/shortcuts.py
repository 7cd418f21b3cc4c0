"""What a rule says so that it is asked less often, and of which answers that is taken.

A rule that is derived from another inherits what the other says of itself. That was said of the
other's answers: one that answers anew, or counts differently in a method that an inherited answer
calls, would not be asked where it had something to say.
"""

from functools import cache

from freqtrade_riskguard.rules.base import Rule

_MONOTONE_ANSWERS = ("locks", "advance", "advance_account", "equity_floor")


def is_monotone(rule: Rule) -> bool:
    """Whether it acts the sooner the worse things are, and on nothing else."""
    return _says(rule, "is_monotone", *_MONOTONE_ANSWERS)


def watches_funding(rule: Rule) -> bool:
    """Whether it has nothing new to say while a position's funding is what it was."""
    return _says(rule, "watches_funding", "exit_reason", "advance")


def is_fixed(rule: Rule) -> bool:
    """Whether its stop stays where it is until a fill or a payment."""
    return _says(rule, "is_fixed", "stop_price")


def has_may_lock(rule: Rule) -> bool:
    """Whether its ``may_lock`` says when its ``locks`` need not be asked."""
    return _says(rule, "may_lock", "locks")


def _says(rule: Rule, shortcut: str, *answers: str) -> bool:
    return _is_own(type(rule), shortcut, answers) and bool(getattr(rule, shortcut))


@cache
def _is_own(kind: type, shortcut: str, answers: tuple[str, ...]) -> bool:
    """Whether the rule's own class has both the shortcut and all of these answers that it gives."""
    own = vars(kind)
    return shortcut in own and all(name in own for name in answers if hasattr(kind, name))
