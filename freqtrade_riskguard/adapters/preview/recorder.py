"""A guard that is overheard: what it was asked, what every rule said, what it answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal, Question
from freqtrade_riskguard.engine.rule_runner import Answer, Given, RuleMethod, RuleRunner
from freqtrade_riskguard.rules import Rule
from freqtrade_riskguard.snapshot import Entry


@dataclass(frozen=True, slots=True)
class RuleReply:
    """The reply of one rule to one question.

    Attributes
    ----------
    method : str
        Which of the rule's answers it is, such as ``max_stake``.
    answer : object
        A cap, a price, a denial, or None for no opinion.
    """

    question: Question
    rule: str
    mode: Mode
    method: str
    answer: object


class RecordingRunner(RuleRunner):
    """The real guard's rule runner; it also keeps what the rules reply.

    Parameters
    ----------
    config, journal, own_rules
        As for :class:`RuleRunner`.
    """

    def __init__(
        self, config: RiskGuardConfig, journal: Journal, own_rules: Sequence[Rule] = ()
    ) -> None:
        super().__init__(config, journal, own_rules)
        self._said: list[RuleReply] = []

    def ask(
        self,
        method: RuleMethod[Answer],
        rule: Rule,
        mode: Mode,
        pair: str,
        answers: Callable[[*Given], Answer | None],
        *given: *Given,
    ) -> Answer | None:
        """Return a rule's answer, and keep it."""
        answer = super().ask(method, rule, mode, pair, answers, *given)
        self._said.append(RuleReply(method.question, rule.name, mode, method.name, answer))
        return answer

    def take(self, question: Question) -> tuple[RuleReply, ...]:
        """Return what was said to a question since the last call, and forget everything."""
        said = tuple(item for item in self._said if item.question == question)
        self._said.clear()
        return said


class RecordingGuard(Guard):
    """The real guard; it also keeps what it was asked for.

    Attributes
    ----------
    asked : dict
        By question, the entry as the guard was asked about it last.
    """

    def __init__(self, runner: RecordingRunner) -> None:
        super().__init__(runner)
        self.asked: dict[Question, Entry] = {}

    def leverage(self, entry: Entry) -> float:
        """Return the leverage for an entry."""
        self.asked["leverage"] = entry
        return super().leverage(entry)

    def stake(self, entry: Entry) -> float:
        """Return the stake for an entry."""
        self.asked["stake"] = entry
        return super().stake(entry)

    def denial(self, entry: Entry) -> str | None:
        """Return why an entry is denied, or None."""
        self.asked["entry"] = entry
        return super().denial(entry)
