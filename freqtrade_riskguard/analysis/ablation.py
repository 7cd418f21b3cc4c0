"""What each rule costs and saves: the same backtest without it, and with it alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

from rich.table import Table

from freqtrade_riskguard.analysis.equity_curve import curve_of
from freqtrade_riskguard.backtest_result.candles import FloatArray, IntArray
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.decision_stats import DecisionStats
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import percent

# The profile's cap cannot be switched off.
ALWAYS_ON = "hard_cap"
Kind = Literal["bare", "guarded", "observing", "alone"]
_LABELS: Mapping[Kind, str] = {
    "bare": "bare",
    "guarded": "guarded",
    "observing": "without {rule}",
    "alone": "only {rule}",
}


@dataclass(frozen=True, slots=True)
class AblationRun:
    """One backtest of an ablation.

    Attributes
    ----------
    rule : str
        The one that only observes, or is alone; empty for none.
    marked_drawdown_ratio, worst_day_ratio : float
        Marked to market at each candle's close; the day 0 or below.
    """

    kind: Kind
    rule: str
    trades: int
    profit_ratio: float
    marked_drawdown_ratio: float
    worst_day_ratio: float

    @property
    def label(self) -> str:
        """What tables call it."""
        return _LABELS[self.kind].format(rule=self.rule)

    @property
    def profit_per_drawdown(self) -> float:
        """The profit over the marked drawdown; infinite without one, 0 where nothing happened."""
        if self.marked_drawdown_ratio > 0:
            return self.profit_ratio / self.marked_drawdown_ratio
        return inf if self.profit_ratio > 0 else 0.0


def ablation_run(
    kind: Kind, rule: str, result: Result, closes: Mapping[str, tuple[IntArray, FloatArray]]
) -> AblationRun:
    """Return the figures of a backtest.

    Parameters
    ----------
    closes : mapping
        Of each pair, when its candles opened (epoch seconds) and their closes.
    """
    curve = curve_of(result, closes)
    profit_quote = sum(trade.profit_quote for trade in result.trades)
    return AblationRun(
        kind,
        rule,
        trades=len(result.trades),
        profit_ratio=profit_quote / result.starting_balance_quote,
        marked_drawdown_ratio=curve.max_drawdown_ratio,
        worst_day_ratio=curve.worst_day_ratio,
    )


def deciding_rules(decisions: DecisionStats) -> list[str]:
    """Return the rules that have changed anything, in the order of the settings, own ones last."""
    decided = {count.rule for count in decisions if count.enforced and count.question != "alert"}
    return sorted(decided, key=lambda rule: (_place(rule), rule))


def _place(rule: str) -> int:
    return RULES.index(rule) if rule in RULES else len(RULES)


def silent_rules(decided: Collection[str], modes: Mapping[str, Mode]) -> list[str]:
    """Return the rules that enforce and have never changed anything."""
    return [rule for rule, mode in modes.items() if mode == "enforce" and rule not in decided]


def observing(settings: Mapping[str, Any], rule: str) -> dict[str, Any]:
    """Return the guard's settings with one rule only observing, also where a pair has its own."""
    changed = _with_mode(settings, rule, "observe")
    pairs = changed.get("pairs") or {}
    if pairs:
        changed["pairs"] = {
            pair: _with_mode(own, rule, "observe") if rule in own else dict(own)
            for pair, own in pairs.items()
        }
    return changed


def alone(settings: Mapping[str, Any], rule: str, own_rules: Iterable[str] = ()) -> dict[str, Any]:
    """Return the guard's settings with all rules but one observing; the hard cap always is on.

    Observing and not off: a profile may insist on its breakers.

    Parameters
    ----------
    own_rules : iterable of str
        Names of the strategy's own rules.
    """
    changed = dict(settings)
    for other in (*RULES, *own_rules):
        if other not in {rule, ALWAYS_ON}:
            changed = observing(changed, other)
    return changed


def _with_mode(settings: Mapping[str, Any], rule: str, mode: Mode) -> dict[str, Any]:
    if rule in RULES:
        return {**settings, rule: {**(settings.get(rule) or {}), "mode": mode}}
    return {**settings, "own_rules": {**(settings.get("own_rules") or {}), rule: mode}}


def ablation_table(title: str, runs: Sequence[AblationRun]) -> Table:
    """Return a row for every backtest."""
    table = FoldingTable(title=title, caption="Drawdown and day marked at each candle's close.")
    table.add_column("Run", no_wrap=True)
    for header in ("Trades", "Profit", "Drawdown", "Worst day", "Profit / drawdown"):
        table.add_column(header, justify="right")
    for run in runs:
        table.add_row(
            run.label,
            f"{run.trades:,}",
            percent(run.profit_ratio),
            percent(-run.marked_drawdown_ratio),
            percent(run.worst_day_ratio),
            f"{run.profit_per_drawdown:.2f}",
        )
    return table
