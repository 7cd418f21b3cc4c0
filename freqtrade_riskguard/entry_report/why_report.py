"""The report of ``riskguard why``: the fields are the keys of its JSON document."""

from dataclasses import dataclass, replace
from math import isnan, nan

from freqtrade_riskguard.adapters.preview.entry_request import OWN_STOP, EntryPreview
from freqtrade_riskguard.adapters.preview.recorder import RuleReply
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.journal import Question
from freqtrade_riskguard.entry_report.entry_figures import EntryFigures
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.entry.max_spread import MaxSpread
from freqtrade_riskguard.rules.entry.reward_risk import RewardRisk
from freqtrade_riskguard.rules.entry.side_limit import SideLimit
from freqtrade_riskguard.snapshot import Entry

_STEPS: tuple[Question, ...] = ("leverage", "stake", "entry", "stop")
_FACTOR = "stake_factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """The reply of one rule.

    Attributes
    ----------
    question : str
        ``leverage``, ``stake``, ``entry`` or ``stop``, in the order in which they are asked.
    limit : float
        A leverage, a stake in quote units or a stop's price; NaN where the rule has no figure.
    factor : float
        What a stake is multiplied with; NaN for all other answers.
    denies : bool
        Whether it refuses the entry.
    binds, would_bind : bool
        Whether it made the answer smaller (of a stop: is the nearest), or would have if it did not
        only observe.
    unjudged : str
        Why a rule that does not refuse the entry has not looked at it; empty where it has.
    """

    question: Question
    rule: str
    mode: str
    limit: float = nan
    factor: float = nan
    denies: bool = False
    why: str = ""
    binds: bool = False
    would_bind: bool = False
    unjudged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that the command found; its fields are the keys of the JSON document."""

    strategy: str
    guarded: bool
    enforcing: bool
    exchange: str
    source: str
    margin_mode: str
    stake_currency: str
    equity_quote: float
    wallet_quote: float
    wallet_origin: str
    open_trades: int
    database: str | None
    edge: str
    closed_trades: int
    evidence: str | None
    daily_volatility_ratio: float
    regime: str
    funding_rate_8h: float
    signal: bool | None
    enter_tag: str | None
    entry: EntryFigures
    rules: tuple[RuleAnswer, ...]
    warnings: tuple[str, ...]


def rule_answers(answered: EntryPreview, settings: RiskGuardConfig) -> tuple[RuleAnswer, ...]:
    """Return what every rule said, in the order of the questions; the strategy's own stop, too.

    Parameters
    ----------
    settings : RiskGuardConfig
        Those of the entry's pair.
    """
    rows = [_row(said, answered, settings) for step in _STEPS for said in answered.said[step]]
    own = answered.entry.own_stop_price
    if not isnan(own):
        rows.append(
            RuleAnswer(
                question="stop",
                rule=OWN_STOP,
                mode="strategy",
                limit=own,
                why=f"{_distance(own, answered.entry)}, the strategy's own",
                binds=answered.stop_rule == OWN_STOP,
            )
        )
    return tuple(rows)


def _row(said: RuleReply, answered: EntryPreview, settings: RiskGuardConfig) -> RuleAnswer:
    row = RuleAnswer(
        question=said.question,
        rule=said.rule,
        mode=said.mode,
        binds=_binds(said, answered, enforced=True),
        would_bind=_binds(said, answered, enforced=False),
    )
    answer = said.answer
    if isinstance(answer, Cap):
        if said.method == _FACTOR:
            return replace(row, factor=answer.limit, why=answer.why)
        return replace(row, limit=answer.limit, why=answer.why)
    if isinstance(answer, str):
        return replace(row, denies=True, why=answer)
    if isinstance(answer, int | float):
        return replace(row, limit=float(answer), why=_distance(float(answer), answered.entry))
    if said.question == "entry" and answer is None:
        return _silent(row, answered.entry, settings)
    return row


def _silent(row: RuleAnswer, entry: Entry, settings: RiskGuardConfig) -> RuleAnswer:
    """Return a rule that does not refuse: with what it measured, or why it has not judged."""
    sides = settings.side_limit
    if row.rule == MaxSpread.name:
        limit, spread_ratio = settings.max_spread.max_ratio, entry.market.spread_ratio
        if limit is None:
            return replace(row, unjudged="not set")
        if spread_ratio is None:
            return replace(row, unjudged="not asked: no order book then")
        return replace(row, why=f"{percent(spread_ratio, 3)}, limit {percent(limit, 3)}")
    if row.rule == SideLimit.name:
        most = sides.max_longs if entry.side > 0 else sides.max_shorts
        return replace(row, unjudged="not set" if most is None else "")
    if row.rule == RewardRisk.name and entry.target_price is None:
        return replace(row, unjudged="no target")
    return row


def _binds(said: RuleReply, answered: EntryPreview, *, enforced: bool) -> bool:
    if said.question == "stop" and enforced:
        return said.rule == answered.stop_rule
    return any(
        made.question == said.question and made.rule == said.rule and made.enforced == enforced
        for made in answered.decisions
    )


def _distance(price: float, entry: Entry) -> str:
    if isnan(price):
        return "none: the data it needs is missing"
    return f"{percent(entry.side * (entry.rate - price) / entry.rate)} away"
