"""The effect of one rule's decisions."""

from dataclasses import dataclass, field
from math import isnan

from freqtrade_riskguard.engine.journal import Question
from freqtrade_riskguard.engine.lock_origins import rule_label


@dataclass(slots=True)
class RuleEffect:
    """The effect that one rule had, or would have had, on trades.

    Attributes
    ----------
    enforced : bool
        False for what it would have changed.
    times : int
        Decisions; a signal that stays is decided anew on every candle.
    trades : set of int
        Places of the result's trades that it changed, or would have.
    missed : set of int
        Places of the trades of the other result that it kept from being opened here.
    refused : int
        Of ``times``, how often nothing was left: no stake, no entry.
    unknown : int
        Of all trades, how many could not be estimated.
    avoided_quote, forgone_quote : float
        Extra losses and extra profits without it; for a rule that only observes, the losses and
        profits that it would have taken away. Estimates.
    """

    question: Question
    rule: str
    enforced: bool
    times: int = 0
    trades: set[int] = field(default_factory=set)
    missed: set[int] = field(default_factory=set)
    refused: int = 0
    unknown: int = 0
    avoided_quote: float = 0.0
    forgone_quote: float = 0.0

    @property
    def label(self) -> str:
        """What tables call the rule."""
        return rule_label(self.rule)

    @property
    def estimated(self) -> int:
        """How many of its interventions could be estimated."""
        return len(self.trades) + len(self.missed) - self.unknown

    @property
    def needs_comparison(self) -> bool:
        """Whether only another result could tell what it was worth."""
        keeps_out = self.refused > 0 or self.question == "lock"
        return self.enforced and (keeps_out or self.unknown > 0)

    @property
    def net_quote(self) -> float:
        """Loss avoided less profit forgone: what the account has, or would have, more with it."""
        return self.avoided_quote - self.forgone_quote

    def count(self, lost_without_quote: float) -> None:
        """Count an intervention by the profit without the rule less that with it; NaN unknown."""
        if isnan(lost_without_quote):
            self.unknown += 1
        elif lost_without_quote < 0:
            self.avoided_quote -= lost_without_quote
        else:
            self.forgone_quote += lost_without_quote
