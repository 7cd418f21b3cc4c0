"""A pair's rules, sorted by the question they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from freqtrade_riskguard.config.fields import Mode
from freqtrade_riskguard.rules.base import (
    BreakerRule,
    EntryRule,
    LeverageRule,
    Rule,
    StakeRule,
    StopRule,
)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules by question, each with the mode it runs in; those that enforce come first."""

    leverage: tuple[tuple[LeverageRule, Mode], ...]
    stake: tuple[tuple[StakeRule, Mode], ...]
    entry: tuple[tuple[EntryRule, Mode], ...]
    stop: tuple[tuple[StopRule, Mode], ...]
    breaker: tuple[tuple[BreakerRule, Mode], ...]

    @classmethod
    def sort(cls, rules: Sequence[tuple[Rule, Mode]]) -> Self:
        """Sort rules by the answers they have. A rule may answer several questions."""
        rules = sorted(rules, key=lambda item: item[1] != "enforce")
        return cls(
            leverage=tuple((r, mode) for r, mode in rules if isinstance(r, LeverageRule)),
            stake=tuple((r, mode) for r, mode in rules if isinstance(r, StakeRule)),
            entry=tuple((r, mode) for r, mode in rules if isinstance(r, EntryRule)),
            stop=tuple((r, mode) for r, mode in rules if isinstance(r, StopRule)),
            breaker=tuple((r, mode) for r, mode in rules if isinstance(r, BreakerRule)),
        )
