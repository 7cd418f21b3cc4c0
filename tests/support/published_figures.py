"""Tables of what published strategies came to, and how the guard did on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from freqtrade_riskguard.formatting import percent
from tests.support.freqtrade import Record

PLAIN = "1x"
# A loser may lose so much more than at 1x.
_TOLERATED = 0.01
_SAME = 1e-9
# Half of seatbelt's daily limit, and of its ladder's first step: nothing else is nearer at 1x.
_HEALTHY = 0.025


@dataclass(frozen=True, slots=True)
class Played:
    """A strategy on a window: the figures of its runs, by name."""

    strategy: str
    window: str
    runs: Mapping[str, Record]

    @property
    def is_winner(self) -> bool:
        """Whether it earned at 1x."""
        return bool(self.runs[PLAIN]["profit_ratio"] > 0)

    @property
    def is_healthy(self) -> bool:
        """Whether it never came within half of any limit without the guard, as it asks."""
        own = self.runs.get("bare", self.runs[PLAIN])
        return bool(
            own["marked_drawdown_ratio"] < _HEALTHY
            and own["worst_day_ratio"] > -_HEALTHY
            and own["liquidations"] == 0
        )

    def is_as_bare(self, run: str) -> bool:
        """Whether a run has the trades of the strategy as it asks."""
        return bool(self.runs[run]["digest"] == self.runs.get("bare", self.runs[PLAIN])["digest"])

    def keeps(self, run: str) -> bool:
        """Whether a run has at least the profit per drawdown of 1x."""
        return bool(self.runs[run]["ratio"] >= self.runs[PLAIN]["ratio"] - _SAME)

    def loses_more(self, run: str) -> bool:
        """Whether a run is worse than 1x by more than is tolerated."""
        return bool(self.runs[run]["profit_ratio"] < self.runs[PLAIN]["profit_ratio"] - _TOLERATED)


def played(records: Iterable[Record]) -> list[Played]:
    """Return the strategies that traded at 1x, with the runs that came to an end."""
    found: dict[tuple[str, str], dict[str, Record]] = {}
    for record in records:
        if "error" not in record:
            found.setdefault((record["strategy"], record["window"]), {})[record["run"]] = record
    return [
        Played(strategy, window, runs)
        for (strategy, window), runs in found.items()
        if runs.get(PLAIN, {}).get("trades")
    ]


def figures_table(records: Iterable[Record]) -> Table:
    """Return a row for every run."""
    table = Table(title="Marked at every candle's close")
    table.add_column("")
    table.add_column("Run")
    for name in ("Trades", "Profit", "Drawdown", "Day", "Profit / drawdown", "Liq.", "Lev."):
        table.add_column(name, justify="right", no_wrap=True)
    for case in played(records):
        for name, run in case.runs.items():
            table.add_row(
                f"{case.strategy}, {case.window}" if name == PLAIN else "",
                name,
                str(run["trades"]),
                percent(run["profit_ratio"]),
                percent(run["marked_drawdown_ratio"]),
                percent(run["worst_day_ratio"]),
                f"{run['ratio']:.2f}",
                str(run["liquidations"]),
                f"{run['highest_leverage']:g}x",
            )
    return table


def bars_table(records: Iterable[Record]) -> Table:
    """Return how each guarded run did on all strategies that have it."""
    cases = played(records)
    table = Table(title="Against 1x", caption="Healthy: within half of no limit without the guard.")
    table.add_column("")
    for name in (
        *("Winners kept", "Losers worse", "Median drawdown", "of 1x's", "Worst drawdown"),
        *("Worst day", "Median profit", "Liq.", "Healthy as bare"),
    ):
        table.add_column(name, justify="right")
    for name in dict.fromkeys(name for case in cases for name in case.runs):
        mine = [case for case in cases if name in case.runs]
        runs = [case.runs[name] for case in mine]
        drawdown = median(run["marked_drawdown_ratio"] for run in runs)
        plain = median(case.runs[PLAIN]["marked_drawdown_ratio"] for case in mine)
        winners = [case for case in mine if case.is_winner]
        losers = [case for case in mine if not case.is_winner]
        healthy = [case for case in mine if case.is_healthy]
        table.add_row(
            name,
            f"{sum(case.keeps(name) for case in winners)} of {len(winners)}",
            f"{sum(case.loses_more(name) for case in losers)} of {len(losers)}",
            percent(drawdown),
            percent(drawdown / plain if plain else 0.0),
            percent(max(run["marked_drawdown_ratio"] for run in runs)),
            percent(min(run["worst_day_ratio"] for run in runs)),
            percent(median(run["profit_ratio"] for run in runs)),
            str(sum(run["liquidations"] for run in runs)),
            f"{sum(case.is_as_bare(name) for case in healthy)} of {len(healthy)}",
        )
    return table
