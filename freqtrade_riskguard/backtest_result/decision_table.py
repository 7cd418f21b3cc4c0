"""The guard's decisions in a backtest, as tables for the terminal."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from math import isnan

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.engine.decision_stats import DecisionStats, Halt, RuleStats
from freqtrade_riskguard.engine.lock_origins import rule_label
from freqtrade_riskguard.formatting import sum_of_money

_HOUR_SECONDS = 3600
_DAY = timedelta(days=1)
# Locks end one second before the moment that is meant.
_SECOND = timedelta(seconds=1)
_REPEATS = "A signal that persists is decided, and counted, again on every candle."


def guard_summary(
    strategy: str, decision_stats: DecisionStats, end: datetime, currency: str
) -> Iterator[RenderableType]:
    """Yield what to print of one strategy: what was in force, then what only observed.

    Parameters
    ----------
    end : datetime
        Of the backtest.
    currency : str
        That amounts are in.
    """
    bound = [count for count in decision_stats if count.enforced]
    would_have = [count for count in decision_stats if not count.enforced]
    for line in halt_lines(decision_stats.halts, end):
        yield Text(f"{strategy}: {line}", style="bold red")
    if bound:
        yield _table(f"RISKGUARD: {strategy}", bound, end, currency)
    else:
        yield Text(f"RISKGUARD: {strategy}: no rule has changed anything.")
    if would_have:
        title = f"RISKGUARD WOULD HAVE: {strategy} (observed, nothing was changed)"
        yield _table(title, would_have, end, currency)


def halt_lines(halts: Sequence[Halt], end: datetime) -> Iterator[str]:
    """Yield ``HALTED on 2022-11-09, 52 days untraded``; the same for what only observed.

    Days are whole ones.
    """
    for enforced, word in ((True, "HALTED"), (False, "Would have HALTED")):
        found = [halt for halt in halts if halt.enforced is enforced]
        if not found:
            continue
        first = found[0].since.date()
        when = f"on {first}" if len(found) == 1 else f"{len(found)} times, first on {first}"
        days = sum((halt.duration_until(end) + _SECOND for halt in found), timedelta(0)) // _DAY
        yield f"{word} {when}, {days} day{'' if days == 1 else 's'} untraded"


def _table(title: str, counts: Sequence[RuleStats], end: datetime, currency: str) -> Table:
    table = Table(title=title, caption=_REPEATS)
    table.add_column("Question")
    table.add_column("Rule", overflow="fold")
    table.add_column("Times", justify="right")
    table.add_column("Pairs", justify="right")
    table.add_column("What it changed", overflow="fold")
    asked = ""
    for count in counts:
        question = "" if count.question == asked else count.question
        asked = count.question
        changed = _CHANGES[count.question](count, end, currency)
        pairs = "all" if count.pairs == {"*"} else str(len(count.pairs - {"*"}))
        table.add_row(question, rule_label(count.rule), f"{count.times:,}", pairs, changed)
    return table


def _leverage(count: RuleStats, _end: datetime, _currency: str) -> str:
    if isnan(count.mean_asked):
        return ""
    return f"mean {count.mean_asked:.1f}x > {count.mean_answered:.1f}x"


def _stake(count: RuleStats, _end: datetime, currency: str) -> str:
    # A refused signal asks again on every candle: the sum of that would tell nothing.
    parts = [f"-{_sum(count.trimmed)} {currency}"] if count.trimmed > 0 else []
    if count.refused:
        parts.append(f"{count.refused:,} refused")
    return ", ".join(parts)


def _locked(count: RuleStats, end: datetime, _currency: str) -> str:
    hours = count.locked_by(end).total_seconds() / _HOUR_SECONDS
    return f"{hours:,.0f} h locked" if hours else ""


def _margin(word: str) -> Callable[[RuleStats, datetime, str], str]:
    return lambda count, _end, currency: f"{_sum(count.taken)} {currency} {word}"


def _word(word: str) -> Callable[[RuleStats, datetime, str], str]:
    return lambda _count, _end, _currency: word


def _sum(quote: float) -> str:
    return sum_of_money(quote)


_CHANGES: dict[str, Callable[[RuleStats, datetime, str], str]] = {
    "leverage": _leverage,
    "stake": _stake,
    "entry": _word("denied"),
    "cancel": _margin("of waiting entries cancelled"),
    "stop": _word("nearer stop"),
    "cut": _margin("cut off"),
    "exit": _margin("closed"),
    "lock": _locked,
    "alert": _word("warned"),
}
