"""The answer of a calibration: figures in and out of sample, and in plain words what they mean."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import expm1, prod
from typing import Any

from rich.table import Table

from freqtrade_riskguard.calibration.outlook import FEWEST_TRADES, MOST_BEYOND, Outlook
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import percent

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judged:
    """One backtest.

    Attributes
    ----------
    profit_ratio, marked_drawdown_ratio : float
        Of the backtest as it was filled; the drawdown marked at each candle's close.
    outlook : Outlook
        A year of trades like these, stops filled badly.
    """

    label: str
    trades: int
    profit_ratio: float
    marked_drawdown_ratio: float
    outlook: Outlook

    @property
    def is_telling(self) -> bool:
        """Whether it has trades enough for an outlook."""
        return self.trades >= FEWEST_TRADES


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

    @property
    def out_of_sample_profit_ratio(self) -> float:
        """The profit of one fold after the other."""
        return prod(1.0 + test.profit_ratio for _, test in self.folds) - 1.0

    @property
    def out_of_sample_drawdown_ratio(self) -> float:
        """The worst marked drawdown of a fold."""
        return max((test.marked_drawdown_ratio for _, test in self.folds), default=0.0)

    @property
    def objections(self) -> list[str]:
        """Why nothing is recommended, as sentences; empty where something is."""
        budget = f"a drawdown of {percent(self.max_drawdown_ratio, 0)}"
        if self.chosen is None or not self.chosen.trades:
            return [f"Nothing within {budget} beats not trading: no trial has kept it."]
        if not self.chosen.is_telling:
            return [f"Too few trades to tell: {self.chosen.trades}, of at least {FEWEST_TRADES}."]
        year = self.chosen.outlook
        if not self.chosen_has_edge:
            gained = self.chosen.profit_ratio > 0.0
            why = (
                "what the trades gained is no more than chance gives"
                if gained
                else "its trades lost"
            )
            return [f"Nothing within {budget} beats not trading: {why}."]
        if not year.is_within or year.median_log_growth <= 0.0:
            return [f"Nothing within {budget} beats not trading."]
        bare = self.bare_at_1x_in_sample.outlook
        if bare.is_within and bare.median_log_growth >= year.median_log_growth:
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


def answer_table(title: str, answer: Answer) -> Table:
    """Return a row for each backtest that the answer rests on."""
    limit, most = percent(answer.max_drawdown_ratio, 0), percent(MOST_BEYOND, 0)
    caption = (
        f"Beyond: chance of a drawdown of more than {limit} within a year (at most {most} is asked "
        "for). Year: half of the years end above. Both with stops filled at the worst and open "
        "trades at their worst."
    )
    table = FoldingTable(title=title, caption=caption)
    table.add_column("Backtest", no_wrap=True)
    for header in ("Trades", "Profit", "Drawdown", "Beyond", "Year"):
        table.add_column(header, justify="right")
    rows = [each for fold in answer.folds for each in fold]
    rows += [answer.profile, answer.bare_at_1x, answer.bare, answer.bare_at_1x_in_sample]
    rows += [answer.chosen] if answer.chosen else []
    if not all(row.is_telling for row in rows):
        table.caption = f"{caption} Unknown: fewer than {FEWEST_TRADES} trades tell nothing."
    for row in rows:
        year = row.outlook
        table.add_row(
            row.label,
            f"{row.trades:,}",
            percent(row.profit_ratio),
            percent(-row.marked_drawdown_ratio),
            percent(year.beyond_ratio) if row.is_telling else _UNKNOWN,
            percent(expm1(year.median_log_growth)) if row.is_telling else _UNKNOWN,
        )
    return table


def conclusion(answer: Answer, block: Mapping[str, Any]) -> list[str]:
    """Return in words what is to be done.

    Parameters
    ----------
    block : mapping
        The ``riskguard`` block to paste, where there is no objection.
    """
    bare = answer.bare_at_1x_in_sample
    if not bare.is_telling:
        by_itself = (
            f"The bare strategy made too few trades to tell what it could stand: {bare.trades}, of "
            f"at least {FEWEST_TRADES}."
        )
    elif answer.bare_multiple is None:
        by_itself = "The bare strategy, whatever its leverage, does not beat not trading."
    else:
        by_itself = (
            "The bare strategy would grow most within the budget at "
            f"{answer.bare_multiple:.1f} times its sizes at 1x."
        )
    if answer.objections:
        return [by_itself, *answer.objections, "No settings are recommended."]
    return [
        by_itself,
        "Most growth within the budget, and out of sample agrees. To paste:",
        json.dumps({"riskguard": block}, indent=2, default=str),
    ]
