"""Where rules are asked: by pair, and so that none of them can break the bot."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar, TypeVarTuple

from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.config.schema import RiskGuardConfig
from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.journal import Journal, Question
from freqtrade_riskguard.rules import Rule, RuleBook
from freqtrade_riskguard.rules.answer_checks import check_answer
from freqtrade_riskguard.rules.registry import build_rules

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Given = TypeVarTuple("Given")
_ALL = "*"
FAILED = "the rule failed, see the log"


@dataclass(frozen=True, slots=True, eq=False)
class RuleMethod(Generic[Answer]):
    """One of the methods by which rules answer.

    Attributes
    ----------
    question : Question
        What the journal and the log call it.
    name : str
        The method's name, such as ``max_stake``.
    safe : object
        What is answered for a rule that fails and enforces.
    kind : type or tuple of types
        What an answer must be, unless it is None.
    """

    question: Question
    name: str
    safe: Answer
    kind: type | tuple[type, ...]


class RuleRunner:
    """Holds the rules of every pair, asks them, and records what they answered.

    A rule that raises answers in the safest way where it enforces and not at all where it
    observes; the log says so once per pair, rule and question.

    Parameters
    ----------
    config : RiskGuardConfig
        The bot's configuration, overrides of single pairs included.
    journal : Journal
        Where the decisions that bound are recorded.
    own_rules : sequence of Rule
        Those that the strategy brings, asked like all others.
    """

    def __init__(
        self, config: RiskGuardConfig, journal: Journal, own_rules: Sequence[Rule] = ()
    ) -> None:
        self.journal = journal
        self._config = config
        self._own_rules = own_rules
        self._books: dict[str, RuleBook] = {}
        self._reported: set[tuple[str, str, Question]] = set()

    def book(self, pair: str) -> RuleBook:
        """Return the rules of a pair; ``"*"`` for those of the account."""
        book = self._books.get(pair)
        if book is None and pair != _ALL and pair not in self._config.pairs:
            book = self._books[pair] = self.book(_ALL)
        if book is None:
            own = [(rule, self._config.mode_of(rule.name)) for rule in self._own_rules]
            rules = [*build_rules(for_pair(self._config, pair)), *own]
            book = self._sort([(rule, mode) for rule, mode in rules if mode != "off"])
            self._books[pair] = book
        return book

    def _sort(self, rules: Sequence[tuple[Rule, Mode]]) -> RuleBook:
        """Sort the rules of a pair by the questions that they are asked."""
        return RuleBook.sort(rules)

    def ask(
        self,
        method: RuleMethod[Answer],
        rule: Rule,
        mode: Mode,
        pair: str,
        answers: Callable[[*Given], Answer | None],
        *given: *Given,
    ) -> Answer | None:
        """Return a rule's answer; where it raises, the safe one if it enforces, else None.

        An answer of another kind (a strategy's own rules are not type checked) is an error of the
        rule, too.

        Parameters
        ----------
        method : RuleMethod
            Which answer it is.
        pair : str
            ``"*"`` for the account.
        answers : callable
            The rule's method itself.
        *given
            What it is asked about.
        """
        try:
            answer = answers(*given)
            if answer is not None and not isinstance(answer, method.kind):
                _refuse(answer, method.kind)
            if rule in self._own_rules:
                check_answer(answer)
        except Exception:
            key = (pair, rule.name, method.question)
            if key not in self._reported:
                self._reported.add(key)
                logger.exception(
                    "RiskGuard: rule %s failed on the %s of %s; %s",
                    rule.name,
                    method.question,
                    "the account" if pair == _ALL else pair,
                    "the most cautious answer is used" if mode == "enforce" else "it only observes",
                )
            return method.safe if mode == "enforce" else None
        return answer


def _refuse(answer: object, kind: type | tuple[type, ...]) -> NoReturn:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    msg = f"the answer must be {' or '.join(each.__name__ for each in kinds)}, got {answer!r}"
    raise TypeError(msg)
