"""The answer of a calibration: figures in and out of sample, and in plain words what they mean."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import expm1, prod
from typing import Any

import numpy as np
from rich.table import Table

from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.calibration.outlook import FEWEST_TRADES, MOST_BEYOND, Outlook, Record
from freqtrade_riskguard.evidence.collection import PROVING_TRADES
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import percent

COLUMNS = ("Backtest", "Trades", "Profit", "Drawdown", "Beyond", "Year")
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One backtest.

    Attributes
    ----------
    profit_ratio : float
        Of the backtest as it was filled.
    equity : ndarray
        The account at each candle's close over the account at the start, open trades included.
    record : Record
        Its trades, stops filled badly, without those that Kelly waits for.
    outlook : Outlook
        A year of them.
    """

    label: str
    trades: int
    profit_ratio: float
    equity: FloatArray
    record: Record
    outlook: Outlook

    @property
    def marked_drawdown_ratio(self) -> float:
        """The deepest fall from a peak, over that peak, marked at each candle's close."""
        return _deepest(self.equity)

    @property
    def is_telling(self) -> bool:
        """Whether it has trades enough for an outlook."""
        return self.record.returns.size >= FEWEST_TRADES

    @property
    def too_few(self) -> str:
        """How many there are, where that is too few."""
        found = int(self.record.returns.size)
        after = " after those that Kelly waits for" if found < self.trades else ""
        return f"{found:,}{after}, of at least {FEWEST_TRADES}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that was found.

    Attributes
    ----------
    folds : sequence of (Judged, Judged)
        In sample and out of sample, of each fold.
    chosen : Judged or None
        What a search over all of the candles found; None where it found nothing.
    chosen_has_edge : bool
        Whether its trades are more than luck.
    profile, bare_at_1x, bare : Judged
        Over the parts that are out of sample.
    bare_at_1x_in_sample : Judged
        Over all of the candles, as ``chosen`` is.
    bare_multiple : float or None
        By how much the sizes of the bare strategy at 1x may be multiplied for the most growth
        within the budget; None where no multiple beats not trading.
    evidence_trades : int
        Of the folds out of sample, without those that were open when a fold ended.
    values : mapping
        What ``chosen`` was found with.
    around : mapping
        Of each setting, values around the chosen one, all others as chosen, and what a year looks
        like with them; empty where nobody asked for it.
    """

    max_drawdown_ratio: float
    folds: Sequence[tuple[Judged, Judged]]
    chosen: Judged | None
    chosen_has_edge: bool
    profile: Judged
    bare_at_1x: Judged
    bare: Judged
    bare_at_1x_in_sample: Judged
    bare_multiple: float | None
    evidence_trades: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    around: Mapping[str, Sequence[tuple[float, Outlook]]] = field(default_factory=dict)

    @property
    def backtests(self) -> list[Judged]:
        """All of them, as tables show them."""
        found = [each for fold in self.folds for each in fold]
        found += [self.profile, self.bare_at_1x, self.bare, self.bare_at_1x_in_sample]
        return [*found, self.chosen] if self.chosen else found

    @property
    def out_of_sample_profit_ratio(self) -> float:
        """The profit of one fold after the other."""
        return prod(1.0 + test.profit_ratio for _, test in self.folds) - 1.0

    @property
    def out_of_sample_drawdown_ratio(self) -> float:
        """The deepest marked fall of an account that goes from one fold to the next."""
        level, curves = 1.0, [np.empty(0)]
        for _, test in self.folds:
            curves.append(level * test.equity)
            level *= 1.0 + test.profit_ratio
        return _deepest(np.concatenate(curves))

    @property
    def objections(self) -> list[str]:
        """Why nothing is recommended, as sentences; empty where something is."""
        budget = f"a drawdown of {percent(self.max_drawdown_ratio, 0)}"
        if self.chosen is None or not self.chosen.trades:
            return [f"Nothing within {budget} beats not trading: no trial has kept it."]
        unproven = self._unproven(self.chosen, budget)
        if unproven is not None:
            return [unproven]
        bare = self.bare_at_1x_in_sample.outlook
        if bare.is_within and bare.median_log_growth >= self.chosen.outlook.median_log_growth:
            return [f"Nothing within {budget} beats the bare strategy at 1x."]
        found = []
        outside = sum(test.trades for _, test in self.folds)
        if outside < FEWEST_TRADES:
            found.append(
                f"Too few trades to tell out of sample: {outside}, of at least {FEWEST_TRADES}."
            )
        elif self.out_of_sample_profit_ratio <= 0.0:
            found.append(
                "Out of sample contradicts the search: what gained on the older candles made "
                f"{percent(self.out_of_sample_profit_ratio)} on those after them."
            )
        if self.out_of_sample_drawdown_ratio > self.max_drawdown_ratio:
            found.append(
                "Out of sample contradicts the search: the drawdown there was "
                f"{percent(self.out_of_sample_drawdown_ratio)}, beyond {budget}."
            )
        return found

    def _unproven(self, chosen: Judged, budget: str) -> str | None:
        year, gained = chosen.outlook, chosen.profit_ratio > 0.0
        if not self.chosen_has_edge and (not gained or chosen.trades >= FEWEST_TRADES):
            chance = "what the trades gained is no more than chance gives"
            why = chance if gained else "its trades lost"
            return f"Nothing within {budget} beats not trading: {why}."
        if not chosen.is_telling:
            return f"Too few trades to tell: {chosen.too_few}."
        if not year.is_within or year.median_log_growth <= 0.0:
            return f"Nothing within {budget} beats not trading."
        return None


def _deepest(equity: FloatArray) -> float:
    curve = np.concatenate(([1.0], equity))
    return float((1.0 - curve / np.maximum.accumulate(curve)).max())


def answer_table(title: str, answer: Answer) -> Table:
    """Return a row for each backtest that the answer rests on."""
    table = FoldingTable(title=title, caption=columns_words(answer))
    table.add_column(COLUMNS[0], no_wrap=True)
    for header in COLUMNS[1:]:
        table.add_column(header, justify="right")
    for cells in cells_of(answer):
        table.add_row(*cells)
    return table


def columns_words(answer: Answer) -> str:
    """Return what the columns of the table are."""
    limit, most = percent(answer.max_drawdown_ratio, 0), percent(MOST_BEYOND, 0)
    words = (
        f"Beyond: chance of a drawdown of more than {limit} within a year (at most {most} is asked "
        "for). Year: half of the years end above. Both with stops filled at the worst and open "
        "trades at their worst."
    )
    if all(row.is_telling for row in answer.backtests):
        return words
    few = (
        f"Unknown: fewer than {FEWEST_TRADES} trades after those that Kelly waits for tell nothing."
    )
    return f"{words} {few}"


def cells_of(answer: Answer) -> Iterator[list[str]]:
    """Yield the cells of each backtest, as ``COLUMNS`` name them."""
    for row in answer.backtests:
        year = row.outlook
        yield [
            row.label,
            f"{row.trades:,}",
            percent(row.profit_ratio),
            percent(-row.marked_drawdown_ratio),
            percent(year.beyond_ratio) if row.is_telling else _UNKNOWN,
            percent(expm1(year.median_log_growth)) if row.is_telling else _UNKNOWN,
        ]


def bare_words(answer: Answer) -> str:
    """Return what the strategy could stand by itself."""
    bare = answer.bare_at_1x_in_sample
    if not bare.is_telling:
        return f"The bare strategy made too few trades to tell what it could stand: {bare.too_few}."
    if answer.bare_multiple is None:
        return "The bare strategy, whatever its leverage, does not beat not trading."
    return (
        "The bare strategy would grow most within the budget at "
        f"{answer.bare_multiple:.1f} times its sizes at 1x."
    )


def verdict(answer: Answer) -> str:
    """Return whether anything is recommended."""
    if answer.objections:
        return "No settings are recommended."
    return "Most growth within the budget, and out of sample agrees."


def evidence_words(answer: Answer) -> str:
    """Return what the evidence of a block to paste is worth."""
    trades = answer.evidence_trades
    words = f"Its evidence file has the {trades:,} trades that were out of sample"
    if trades < PROVING_TRADES:
        return (
            f"{words}: they count a quarter each, which is less than the {FEWEST_TRADES} trades "
            "that Kelly asks for, so the strategy starts at 1x and needs fewer own ones."
        )
    return f"{words}, so that the strategy starts at what it has proven."


def to_paste(block: Mapping[str, Any]) -> str:
    """Return a ``riskguard`` block as a configuration has it."""
    return json.dumps({"riskguard": block}, indent=2, default=str)


def conclusion(answer: Answer, block: Mapping[str, Any] | None) -> list[str]:
    """Return in words what is to be done.

    Parameters
    ----------
    block : mapping or None
        The ``riskguard`` block to paste; None where there is an objection.
    """
    if block is None:
        return [bare_words(answer), *answer.objections, verdict(answer)]
    pasted = f"{verdict(answer)} To paste:"
    return [bare_words(answer), pasted, to_paste(block), evidence_words(answer)]
