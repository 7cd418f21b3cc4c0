"""What the guard costs and saves on strategies that others have published.

``python -m tests.support.published --strategies DIR``, in the project's folder, runs each strategy
of a folder on the real candles beside the project: as it asks for leverage, at 1x, and guarded. The
figures of every run are appended to a file as it ends; what is in there is not run again. The
strategies are read where they are: nothing of them belongs to the project.
"""

import argparse
import ast
import json
import logging
import signal
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pandas as pd
from freqtrade.exchange import timeframe_to_seconds
from rich.console import Console

from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import collected_log
from freqtrade_riskguard.adapters.reruns.backtests import Backtests
from freqtrade_riskguard.analysis.ablation import ablation_run, deciding_rules
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.data_folder import futures_files
from tests.support.freqtrade import Record, futures_config
from tests.support.published_figures import bars_table, figures_table

# The finest candles of each window; coarser ones are made of them.
WINDOWS: Mapping[str, str] = {"ftx-2022": "15m", "feb-2025": "5m", "covid-2020": "1h"}
TIMEFRAMES = ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d")
GUARDED = ("moderate", "seatbelt")
# Of each run at 1x, on a machine that does other things too; a guarded one may take more.
SCREENING_SECONDS, GUARDED_SECONDS = 30, 300
_AGGREGATED = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
_TWINS = """
from {module} import {name}
from freqtrade_riskguard import RiskGuard


class Guarded{name}(RiskGuard, {name}):
    pass


class AtOne{name}(RiskGuard, {name}):
    def leverage(self, **kwargs):
        return 1.0
"""

_CONSOLE = Console(width=150)


class TooSlow(BaseException):
    """A run that takes longer than it may; no strategy catches it as its own error."""


@dataclass(frozen=True, slots=True)
class Published:
    """A strategy in somebody's file.

    Attributes
    ----------
    timeframe : str
        Empty where the file does not say so in one word.
    has_leverage : bool
        Whether it asks for leverage itself.
    """

    file: Path
    name: str
    timeframe: str
    has_leverage: bool


def strategies_in(folder: Path) -> list[Published]:
    """Return the strategies that derive from freqtrade's own class, by file."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        found += [
            Published(file, node.name, _timeframe(node), _has_leverage(node))
            for node in classes
            if any(ast.unparse(base).endswith("IStrategy") for base in node.bases)
        ]
    return found


def _timeframe(node: ast.ClassDef) -> str:
    for line in node.body:
        targets = line.targets if isinstance(line, ast.Assign) else []
        targets += [line.target] if isinstance(line, ast.AnnAssign) else []
        value = getattr(line, "value", None)
        if [ast.unparse(target) for target in targets] == ["timeframe"] and isinstance(
            value, ast.Constant
        ):
            return str(value.value)
    return ""


def _has_leverage(node: ast.ClassDef) -> bool:
    return any(isinstance(line, ast.FunctionDef) and line.name == "leverage" for line in node.body)


def write_coarser(source: Path, folder: Path, finest: str) -> Path:
    """Write a data folder with all timeframes from the finest on, and return it.

    Candles that began before the first one, or end after the last one, are left out.
    """
    (folder / "futures").mkdir(parents=True)
    for coin, paths in futures_files(source).items():
        stem = f"{coin.base}_{coin.quote}_{coin.quote}"
        for path in (source / "futures").glob(f"{stem}-1h-*.feather"):
            if not path.name.endswith("-futures.feather"):
                (folder / "futures" / path.name).symlink_to(path.resolve())
        (found,) = (path for path in paths if f"-{finest}-" in path.name)
        candles = pd.read_feather(found).set_index("date")
        for timeframe in TIMEFRAMES[TIMEFRAMES.index(finest) :]:
            whole = timeframe_to_seconds(timeframe) // timeframe_to_seconds(finest)
            groups = candles.resample(pd.Timedelta(seconds=timeframe_to_seconds(timeframe)))
            coarser = groups.agg(_AGGREGATED)[groups["close"].count() == whole]
            name = f"{stem}-{timeframe}-futures.feather"
            coarser.reset_index().to_feather(folder / "futures" / name)
    return folder


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let a run end where it takes longer."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Harness:
    """Runs strategies, and keeps what they came to.

    Parameters
    ----------
    results : Path
        One line of JSON for each run; they are appended.
    settings : mapping
        The guard's settings of each guarded run, by its name.
    """

    def __init__(self, work: Path, results: Path, settings: Mapping[str, Any]) -> None:
        self._work, self._results, self._settings = work, results, settings
        self._done = {_key(record): record for record in read_results(results)}

    def run(self, strategy: Published, window: str, data: Path, exchange: ReplayExchange) -> None:
        """Run a strategy on a window: all that has not been run yet."""
        first = self._played(strategy, window, "1x", data, exchange, ("1x",))
        if first is None or not first.get("trades"):
            return
        rest = (("bare",) if strategy.has_leverage else ()) + tuple(self._settings)
        self._played(strategy, window, rest[-1], data, exchange, rest)

    def _played(
        self,
        strategy: Published,
        window: str,
        last: str,
        data: Path,
        exchange: ReplayExchange,
        names: Sequence[str],
    ) -> Record | None:
        key = (strategy.file.stem, strategy.name, window)
        todo = [name for name in names if (*key, name) not in self._done]
        try:
            if todo:
                for record in self._runs(strategy, data, exchange, todo):
                    self._keep({**_named(*key), "timeframe": strategy.timeframe, **record})
        except (TooSlow, Exception) as error:  # noqa: BLE001
            # Whatever a strategy of somebody's does.
            text = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            failed = next(name for name in todo if (*key, name) not in self._done)
            self._keep({**_named(*key), "run": failed, "error": text})
        return self._done.get((*key, last))

    def _runs(
        self, strategy: Published, data: Path, exchange: ReplayExchange, names: Collection[str]
    ) -> Iterator[Record]:
        with tempfile.TemporaryDirectory(dir=self._work) as name, ExitStack() as opened:
            bot = _write_bot(Path(name), strategy, exchange)
            loaded: dict[str, Backtests] = {}
            log = opened.enter_context(collected_log())
            for run in names:
                kind = "AtOne" if run == "1x" and strategy.has_leverage else "Guarded"
                if kind not in loaded:
                    request = Request(
                        config_files=(str(bot),),
                        strategy=f"{kind}{strategy.name}",
                        userdir=str(bot.parent),
                        datadir=str(data),
                    )
                    found = read_configuration(request, for_backtest=True)
                    loaded[kind] = opened.enter_context(closing(Backtests(found, log)))
                settings = self._settings.get(run, {"enabled": False})
                with limited(SCREENING_SECONDS if run == "1x" else GUARDED_SECONDS):
                    done = loaded[kind].run(settings)
                figures = ablation_run("bare", "", done.result, loaded[kind].closes)
                rules = [] if done.decisions is None else deciding_rules(done.decisions)
                yield {
                    **asdict(figures),
                    "run": run,
                    "ratio": figures.profit_per_drawdown,
                    "liquidations": sum(trade.is_liquidation for trade in done.result.trades),
                    "highest_leverage": _highest_leverage(done.result),
                    "decided": rules,
                    "digest": _digest(done.result),
                }
            sys.modules.pop(strategy.file.stem, None)

    def _keep(self, record: Record) -> None:
        with self._results.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(record) + "\n")
        self._done[_key(record)] = record
        said = {key: record[key] for key in ("trades", "profit_ratio", "error") if key in record}
        _CONSOLE.print(*_key(record), said)


def read_results(results: Path) -> list[Record]:
    """Return the figures of every run so far."""
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]


def _named(stem: str, name: str, window: str) -> Record:
    return {"file": stem, "strategy": name, "window": window}


def _key(record: Record) -> tuple[str, str, str, str]:
    return record["file"], record["strategy"], record["window"], record["run"]


def _highest_leverage(result: Result) -> float:
    return max((trade.leverage for trade in result.trades), default=0.0)


def _digest(result: Result) -> list[list[Any]]:
    """Return what makes two backtests the same: when each trade was, how large and why it ended."""
    return [
        [
            trade.pair,
            trade.side,
            trade.open_time.timestamp(),
            trade.close_time.timestamp(),
            round(trade.profit_quote, 6),
            trade.exit_reason,
        ]
        for trade in result.trades
    ]


def _write_bot(folder: Path, strategy: Published, exchange: ReplayExchange) -> Path:
    (folder / "strategies").mkdir()
    module, text = strategy.file.stem, strategy.file.read_text(encoding="utf-8")
    (folder / "strategies" / f"{module}.py").write_text(text, encoding="utf-8")
    twins = _TWINS.format(module=module, name=strategy.name)
    (folder / "strategies" / "twins.py").write_text(twins, encoding="utf-8")
    file = folder / "config.json"
    config = {**futures_config(exchange), "fee": 0.0005, "riskguard": {"enabled": False}}
    file.write_text(json.dumps(config), encoding="utf-8")
    return file


def main() -> None:
    """Run all strategies of a folder, window by window."""
    parser = argparse.ArgumentParser(description="What the guard costs on published strategies.")
    parser.add_argument("--strategies", type=Path, required=True, metavar="DIR")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), metavar="DIR")
    parser.add_argument("--results", type=Path, default=Path("published.jsonl"), metavar="FILE")
    parser.add_argument("--windows", nargs="+", choices=WINDOWS, default=list(WINDOWS))
    parser.add_argument(
        "--runs",
        type=json.loads,
        default={profile: {"profile": profile} for profile in GUARDED},
        help="settings of the guarded runs, by name: JSON",
    )
    options = parser.parse_args()
    logging.disable(logging.INFO)
    strategies = strategies_in(options.strategies)
    with tempfile.TemporaryDirectory(prefix="riskguard-published-") as folder:
        harness = Harness(Path(folder), options.results, options.runs)
        for window in options.windows:
            finest = WINDOWS[window]
            source = (options.data / window).resolve()
            data = write_coarser(source, Path(folder) / window, finest)
            able = TIMEFRAMES[TIMEFRAMES.index(finest) :]
            with ReplayExchange(data) as exchange:
                for strategy in strategies:
                    if strategy.timeframe in able:
                        harness.run(strategy, window, data, exchange)
    records = read_results(options.results)
    _CONSOLE.print(figures_table(records), bars_table(records))


if __name__ == "__main__":
    main()
