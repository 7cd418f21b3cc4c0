"""Who gave a lock, told from its reason: freqtrade keeps nothing else of it."""

import re

# A lock of the strategy, of a person, or of a protection that is not in the table.
OTHER = "other lock"
_CLOSED_TRADES = "closed trades"
# The last word of each row is the guard's own rule, which words its locks like the protection.
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("CooldownPeriod", r"Cooldown period for ", ""),
    ("StoplossGuard", r"\d+ stoplosses in ", ""),
    ("MaxDrawdown", r"[-\d.e]+ passed [\d.]+ in ", ""),
    ("LowProfitPairs", r"[-\d.e]+ < [-\d.e]+ in ", ""),
    ("EquityDrawdown", r"HALTED\b", "drawdown_ladder"),
    ("CircuitBreaker", r"Entries paused.*\b(losing trades in a row|lost\b.*\bwithin)\b", ""),
    ("FundingBreaker", r"Entries paused.*\bfunding\b", "funding_breaker"),
    ("WeeklyLoss", r"Entries paused.*\bweek\b", "weekly_loss"),
    ("DailyLoss", r"Entries paused.*\b(today|day)\b", "daily_loss"),
)
_PATTERNS = tuple((name, re.compile(pattern), rule) for name, pattern, rule in _ROWS)
_TWINS = {name: rule for name, _, rule in _ROWS if rule} | {"CircuitBreaker": "circuit_breaker"}
PROTECTIONS = frozenset(name for name, _, _ in _ROWS)


def lock_origin(reason: str | None) -> str:
    """Return the protection that gave a lock, or the guard's rule; else ``"other lock"``.

    A protection of the guard counts closed trades and says so; a rule of the guard names another
    basis.
    """
    why = reason or ""
    for name, pattern, rule in _PATTERNS:
        if pattern.match(why):
            return rule if rule and _CLOSED_TRADES not in why else name
    return OTHER


def is_given_by_others(rule: str) -> bool:
    """Whether a decision's rule is no rule of the guard but a protection, or another lock."""
    return rule in PROTECTIONS or rule == OTHER


def twin_rule(name: str) -> str:
    """Return the guard's rule that pauses as a protection of the guard does; empty for others."""
    return _TWINS.get(name, "")


def rule_label(rule: str) -> str:
    """Return what tables call a rule: protections are told from the guard's rules."""
    return f"{rule} (protection)" if rule in PROTECTIONS else rule
