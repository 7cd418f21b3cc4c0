"""The table of monthly returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, prod

from freqtrade_riskguard.analysis.report_data import Examined

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A month that is coloured fully; the same on every page, so that pages can be compared.
_FULL_COLOUR = 0.15


@dataclass(frozen=True, slots=True)
class Cell:
    """A month, or a year; empty where it is not part of the run.

    Attributes
    ----------
    heat : float
        How strongly it is coloured, from 0 to 1.
    tone : str
        ``"gain"``, ``"loss"`` or empty.
    """

    text: str = ""
    heat: float = 0.0
    tone: str = ""


@dataclass(frozen=True, slots=True)
class MonthlyRow:
    """One year of one run: its months, then the year.

    Attributes
    ----------
    run : int
        Its place among the runs.
    """

    year: int
    run: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class MonthlyTable:
    """Monthly returns of the runs; a year of each below the other.

    Attributes
    ----------
    months : tuple of str
        The columns: those that any run has where all lie within one year, else all twelve.
    basis : str
        What they are measured on.
    """

    months: tuple[str, ...]
    rows: tuple[MonthlyRow, ...]
    basis: str


def monthly_table(sides: Sequence[Examined]) -> MonthlyTable:
    """Return the monthly returns of the results."""
    every = [month for side in sides for month in side.performance.monthly_returns]
    years = sorted({month.year for month in every})
    numbers = sorted({month.month for month in every}) if len(years) == 1 else list(range(1, 13))
    rows = []
    for year in years:
        for run, side in enumerate(sides):
            returns = {
                each.month: each.return_ratio
                for each in side.performance.monthly_returns
                if each.year == year
            }
            if not returns:
                continue
            months = [_cell(returns[number]) if number in returns else Cell() for number in numbers]
            total = _cell(prod(1 + ratio for ratio in returns.values()) - 1)
            rows.append(MonthlyRow(year, run, (*months, total)))
    bases = dict.fromkeys(side.performance.monthly_basis for side in sides)
    names = tuple(MONTHS[number - 1] for number in numbers)
    return MonthlyTable(names, tuple(rows), " against ".join(bases))


def _cell(ratio: float) -> Cell:
    if isnan(ratio):
        return Cell("unknown")
    text = f"{100 * ratio:+.1f} %"
    if text in {"+0.0 %", "-0.0 %"}:
        return Cell("0.0 %")
    return Cell(text, min(abs(ratio) / _FULL_COLOUR, 1.0), "gain" if ratio > 0 else "loss")
