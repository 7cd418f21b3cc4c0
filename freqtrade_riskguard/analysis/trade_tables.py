"""Trades, pairs, tags and pauses as tables that the page sorts, filters and turns the leaves of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from freqtrade_riskguard.analysis.performance import profit_factor, win_rate
from freqtrade_riskguard.analysis.report_data import Examined
from freqtrade_riskguard.backtest_result.result import RecordedLock, Trade
from freqtrade_riskguard.formatting import side_text

# How the page writes a value, and sorts by it. Names are kept once, and meant by their place.
Kind = Literal["name", "time", "minutes", "count", "leverage", "money", "percent", "number"]
Value = str | float | None
# Enough for what is shown, times included; thousands of rows stay small.
_SIGNIFICANT, _SIGNIFICANT_TIME = 6, 12
_MINUTE_SECONDS = 60
_NO_TAG = "(none)"
# The column of profits, the largest first.
_BY_PROFIT = (3, True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``note`` is its unit."""

    title: str
    kind: Kind
    note: str = ""


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table that the page draws itself from :attr:`data`.

    Attributes
    ----------
    name : str
        Unique on the page.
    sort : tuple of int and bool
        The column that it is sorted by at first, and whether from the largest.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    sort: tuple[int, bool]

    @property
    def data(self) -> dict[str, Any]:
        """Plain values for JSON: each name once, what is not known null."""
        columns: list[dict[str, Any]] = []
        cells: list[list[float | None]] = []
        for place, column in enumerate(self.columns):
            values = [row[place] for row in self.rows]
            if column.kind == "name":
                names = {str(name): number for number, name in enumerate(dict.fromkeys(values))}
                columns.append({"kind": column.kind, "names": list(names)})
                cells.append([names[str(value)] for value in values])
            else:
                columns.append({"kind": column.kind})
                digits = _SIGNIFICANT_TIME if column.kind == "time" else _SIGNIFICANT
                cells.append([_rounded(value, digits) for value in values])
        sort, descending = self.sort
        return {
            "columns": columns,
            "rows": list(zip(*cells, strict=True)),
            "sort": sort,
            "descending": descending,
        }


@dataclass(frozen=True, slots=True)
class TradeTables:
    """All tables of one run."""

    label: str
    trades: DataTable
    pairs: DataTable
    tags: DataTable
    exits: DataTable


def trade_tables(side: Examined, number: int) -> TradeTables:
    """Return the tables of a run, the ``number``-th of the page."""
    trades, currency = side.found.result.trades, side.found.result.currency

    def grouped(name: str, title: str, head: str, key: Callable[[Trade], str]) -> DataTable:
        columns = (Column(head, "name"), *_group_columns(currency))
        rows = _group_rows(_by(trades, key))
        return DataTable(f"{name}-{number}", title, columns, rows, _BY_PROFIT)

    return TradeTables(
        side.label,
        _trades(side, f"trades-{number}"),
        grouped("pairs", "Pairs", "Pair", lambda trade: trade.pair),
        grouped("tags", "Enter tags", "Enter tag", lambda trade: trade.enter_tag or _NO_TAG),
        grouped("exits", "Exit reasons", "Exit reason", lambda trade: trade.exit_reason or _NO_TAG),
    )


def pause_table(pauses: Iterable[RecordedLock]) -> DataTable:
    """Return every pause of entries with its reason."""
    columns = (
        Column("Since", "time", "UTC"),
        Column("Until", "time", "UTC"),
        Column("Pair", "name"),
        Column("Side", "name"),
        Column("Reason", "name"),
    )
    rows = (
        (
            pause.since.timestamp() / _MINUTE_SECONDS,
            pause.until.timestamp() / _MINUTE_SECONDS,
            "all" if pause.pair == "*" else pause.pair,
            side_text(pause.side) if pause.side else "both",
            pause.why,
        )
        for pause in pauses
    )
    return DataTable("pauses", "Pauses of entries", columns, tuple(rows), (0, False))


def _trades(side: Examined, name: str) -> DataTable:
    result, excursions = side.found.result, side.excursions
    columns = (
        Column("Opened", "time", "UTC"),
        Column("Pair", "name"),
        Column("Side", "name"),
        Column("Leverage", "leverage"),
        Column("Held", "minutes"),
        Column("Profit", "money", result.currency),
        Column("Profit", "percent", "% of notional"),
        Column("MAE", "percent", "% of entry price"),
        Column("Enter tag", "name"),
        Column("Exit reason", "name"),
    )
    rows = (
        (
            trade.open_time.timestamp() / _MINUTE_SECONDS,
            trade.pair,
            side_text(trade.side),
            trade.leverage,
            _held(trade),
            trade.profit_quote,
            returned,
            adverse,
            trade.enter_tag or _NO_TAG,
            trade.exit_reason or _NO_TAG,
        )
        for trade, returned, adverse in zip(
            result.trades,
            excursions.return_ratio.tolist(),
            excursions.adverse_ratio.tolist(),
            strict=True,
        )
    )
    return DataTable(name, "Trades", columns, tuple(rows), (0, False))


def _group_columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("Trades", "count"),
        Column("Win rate", "percent"),
        Column("Profit", "money", currency),
        Column("Profit factor", "number"),
        Column("Worst trade", "money", currency),
        Column("Mean held", "minutes"),
    )


def _group_rows(groups: dict[str, list[Trade]]) -> tuple[tuple[Value, ...], ...]:
    rows: list[tuple[Value, ...]] = []
    for group, trades in groups.items():
        profits = np.array([trade.profit_quote for trade in trades], dtype=np.float64)
        rows.append(
            (
                group,
                float(len(trades)),
                win_rate(profits),
                float(profits.sum()),
                profit_factor(profits),
                float(profits.min()),
                sum(map(_held, trades)) / len(trades),
            )
        )
    return tuple(rows)


def _by(trades: Sequence[Trade], key: Callable[[Trade], str]) -> dict[str, list[Trade]]:
    groups: dict[str, list[Trade]] = {}
    for trade in trades:
        groups.setdefault(key(trade), []).append(trade)
    return groups


def _held(trade: Trade) -> float:
    return (trade.close_time - trade.open_time).total_seconds() / _MINUTE_SECONDS


def _rounded(value: Value, digits: int) -> float | None:
    if value is None or isinstance(value, str) or not isfinite(value):
        return None
    return int(value) if value == int(value) else float(f"{value:.{digits}g}")
