"""One calibration: the searches on each part, their judgement, and what follows from it."""

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from freqtrade_riskguard.adapters.preview.bot_config import BotConfig, read_configuration
from freqtrade_riskguard.adapters.preview.errors import LogCollector
from freqtrade_riskguard.adapters.reruns.backtests import backtests
from freqtrade_riskguard.adapters.reruns.calibration import Trials, digests, span_text
from freqtrade_riskguard.analysis.ablation import ALWAYS_ON, alone
from freqtrade_riskguard.analysis.equity_curve import curve_of
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.calibration.answer import Answer, Judged
from freqtrade_riskguard.calibration.errors import CalibrationError
from freqtrade_riskguard.calibration.folds import Fold, Span, folds
from freqtrade_riskguard.calibration.outlook import Outlook, best_multiple, has_edge, outlook
from freqtrade_riskguard.calibration.record import kelly_waits, record_of
from freqtrade_riskguard.calibration.space import (
    Dimension,
    neighbours,
    search_space,
    values_in,
    with_values,
)
from freqtrade_riskguard.calibration.study import Study
from freqtrade_riskguard.commands.bot_arguments import request_of
from freqtrade_riskguard.commands.console import ProgressBar
from freqtrade_riskguard.evidence.collection import Period, collect
from freqtrade_riskguard.evidence.files import write_record
from freqtrade_riskguard.evidence.identity import Identity

# As much leverage as any profile allows.
_MOST_MULTIPLE = 20.0
# What else of the configuration decides about trades.
_ACCOUNT = (
    *("stake_currency", "stake_amount", "max_open_trades", "tradable_balance_ratio"),
    *("dry_run_wallet", "available_capital", "fee", "margin_mode", "timeframe_detail"),
)
# What the first worker decides for all.
_PLANNED = ("max_drawdown", "space", "trials", "folds", "slippage", "timerange", "wallet", "seed")


class Calibration:
    """One run of the command, of the machine that began it or of one that helps.

    Attributes
    ----------
    ran : int
        Trials that this process has run.
    title : str
        Strategy and days.
    """

    def __init__(self, options: argparse.Namespace, log: LogCollector, wait: ProgressBar) -> None:
        self._options, self._log, self._wait = options, log, wait
        self._is_worker = options.join is not None
        self.ran = 0
        self.title = ""
        self._seconds = 0.0
        self._until = math.inf
        self._values: Mapping[str, float] | None = None
        self._tested: list[Result] = []

    def run(self) -> Answer | None:
        """Return the answer; None of a worker, which only helps."""
        options = self._options
        found = read_configuration(request_of(options), for_backtest=True)
        name = str(found.config["strategy"])
        if self._is_worker:
            plan = Study(options.join, _title(name)).plan()
            if plan is None:
                raise CalibrationError(f"there is no calibration of {name} in this database yet")
            vars(options).update({key: plan[key] for key in _PLANNED})
            found = read_configuration(request_of(options), for_backtest=True)
        self._limit = float(options.max_drawdown)
        self._raw: dict[str, Any] = dict(found.config.get("riskguard") or {})
        self._user_dir = Path(found.config["user_data_dir"])
        space = search_space(found.settings, options.space)
        first = values_in(found.settings, space)
        url = options.join or options.study or _file(found, name)
        study = Study(url, _title(name), waiting=self._wait.describe)
        self._wait.describe("Loading candles")
        with backtests(found, self._log) as loaded:
            self._loaded = loaded
            study.begin(self._plan(found))
            self._trials = Trials(
                loaded,
                self._raw,
                max_drawdown_ratio=self._limit,
                slippage_ratio=options.slippage,
                seed=options.seed,
            )
            span = loaded.span
            self.title = f"{name}, {span_text(span)}"
            cut = folds(*span, options.folds)
            if self._is_worker:
                self._search_all(study, space, first, cut)
                return None
            self._wait.describe("Backtesting without the guard")
            if not self._trials.result({**self._raw, "enabled": False}, span).trades:
                raise CalibrationError(f"{name} makes no trade on these candles: give more of them")
            with _workers(options, url):
                best = self._search_all(study, space, first, cut)
            return self._answer(cut, best, space)

    def _plan(self, found: BotConfig) -> dict[str, Any]:
        """Return what must be the same for all workers."""
        planned = {key: getattr(self._options, key) for key in _PLANNED}
        account = {key: found.config.get(key) for key in _ACCOUNT}
        texts = {"settings": self._raw, "account": account}
        return {
            **planned,
            **{key: json.dumps(part, sort_keys=True, default=str) for key, part in texts.items()},
            **digests(self._loaded),
        }

    def _search_all(
        self, study: Study, space: Sequence[Dimension], first: Mapping[str, float], cut: list[Fold]
    ) -> list[Mapping[str, float] | None]:
        """Return the best values on each fold's training part, and on all of the candles."""
        if self._options.timeout is not None:
            self._until = time.monotonic() + 60.0 * self._options.timeout
        parts = {f"fold {number}": fold.training for number, fold in enumerate(cut, start=1)}
        parts["all"] = self._loaded.span
        return [
            self._search(study, space, first, part, len(parts) - number)
            for number, part in enumerate(parts.items())
        ]

    def _search(
        self,
        study: Study,
        space: Sequence[Dimension],
        first: Mapping[str, float],
        named: tuple[str, Span],
        left: int,
    ) -> Mapping[str, float] | None:
        options, (part, span) = self._options, named

        def told(finished: int, seconds: float) -> None:
            self.ran += 1
            self._seconds += seconds
            missing = max(options.trials - finished, 0) + (left - 1) * options.trials
            minutes = missing * self._seconds / self.ran / options.jobs / 60.0
            self._wait.describe(
                f"Searching on {part}: {finished} of {options.trials}, about {minutes:.0f} min left"
            )

        self._wait.describe(f"Searching on {part}")
        found = study.search(
            part,
            space,
            first,
            lambda values: self._trials.score(values, span),
            trials=options.trials,
            # Each search has its share of what is left.
            seconds=(self._until - time.monotonic()) / left,
            seed=None if self._is_worker else options.seed,
            told=told,
        )
        return None if found is None else found.values

    def _answer(
        self,
        cut: list[Fold],
        best: list[Mapping[str, float] | None],
        space: Sequence[Dimension],
    ) -> Answer:
        self._wait.describe("Judging")
        raw, span = self._raw, self._loaded.span
        pairs = []
        for number, (fold, values) in enumerate(zip(cut, best[:-1], strict=True), start=1):
            settings = raw if values is None else with_values(raw, values)
            inside, _ = self._judged(f"fold {number} in sample", settings, fold.training)
            outside, tested = self._judged(f"fold {number} out of sample", settings, fold.test)
            self._tested.append(tested)
            pairs.append((inside, outside))
        self._values = best[-1]
        chosen, believed = None, False
        if self._values is not None:
            settings = with_values(raw, self._values)
            chosen, result = self._judged("the answer, in sample", settings, span)
            # An edge shows at any size.
            every = record_of(result, self._options.slippage)
            believed = has_edge(every, seed=self._options.seed)
        at_1x = {**alone(raw, ALWAYS_ON, self._loaded.own_rules), "max_leverage": 1.0}
        bare, after = {**raw, "enabled": False}, (cut[0].test[0], span[1])
        bare_at_1x, _ = self._judged("bare at 1x, in sample", at_1x, span)
        alike = best_multiple(
            bare_at_1x.record, self._limit, _MOST_MULTIPLE, seed=self._options.seed
        )
        return Answer(
            max_drawdown_ratio=self._limit,
            folds=pairs,
            chosen=chosen,
            chosen_has_edge=believed,
            profile=self._judged("as it is, out of sample", raw, after)[0],
            bare_at_1x=self._judged("bare at 1x, out of sample", at_1x, after)[0],
            bare=self._judged("bare as asked, out of sample", bare, after)[0],
            bare_at_1x_in_sample=bare_at_1x,
            bare_multiple=None if alike is None else alike[0],
            evidence_trades=sum(
                not trade.is_censored for result in self._tested for trade in result.trades
            ),
            values=self._values or {},
            around=self._around(space, chosen) if chosen and self._options.page else {},
        )

    def _around(
        self, space: Sequence[Dimension], chosen: Judged
    ) -> Mapping[str, Sequence[tuple[float, Outlook]]]:
        """Return what a year looks like with other values of each setting, the others as chosen."""
        values = self._values or {}
        found = {each.key: [(values[each.key], chosen.outlook)] for each in space}
        every = list(neighbours(space, values))
        for number, (key, value) in enumerate(every, start=1):
            self._wait.describe(f"Trying settings around the answer: {number} of {len(every)}")
            settings = with_values(self._raw, {**values, key: value})
            judged, _ = self._judged(key, settings, self._loaded.span)
            found[key].append((value, judged.outlook))
        return {key: sorted(years, key=lambda year: year[0]) for key, years in found.items()}

    def _judged(self, label: str, settings: Mapping[str, Any], span: Span) -> tuple[Judged, Result]:
        result = self._trials.result(settings, span)
        start_quote = result.starting_balance_quote
        waits = kelly_waits(settings)
        record = record_of(result, self._options.slippage, waits=waits)
        judged = Judged(
            label,
            len(result.trades),
            sum(trade.profit_quote for trade in result.trades) / start_quote,
            curve_of(result, self._loaded.closes).equity_quote / start_quote,
            record,
            outlook(record, self._limit, seed=self._options.seed),
        )
        return judged, result

    def block(self, answer: Answer) -> dict[str, Any] | None:
        """Return what is to be pasted, None for nothing; writes the evidence that it names."""
        if answer.objections:
            return None
        block = with_values(self._raw, answer.values)
        path = write_evidence(
            self._tested, self._loaded.identity, self._user_dir, self._options.evidence
        )
        if path is not None:
            block.setdefault("kelly", {})["evidence_file"] = str(path)
        return block


def write_evidence(
    results: Sequence[Result], identity: Identity, user_dir: Path, given: Path | None
) -> Path | None:
    """Write what was traded out of sample; return the path for the configuration.

    Parameters
    ----------
    given : Path or None
        Where to; None for a place in the user directory.

    Returns
    -------
    Path or None
        Relative to the user directory where it is in its place; None where nothing was traded.

    Raises
    ------
    EvidenceError
        Where it cannot be written.
    """
    traded = [(result, identity) for result in results if result.trades]
    if not traded:
        return None
    found = collect(traded, [Period()])
    path = given or user_dir / "evidence" / f"{identity.strategy}.json"
    write_record(path, found.record, "--evidence")
    return path.resolve() if given else path.relative_to(user_dir)


def _title(strategy: str) -> str:
    return f"riskguard {strategy}"


def _file(found: BotConfig, name: str) -> str:
    folder = Path(found.config["user_data_dir"]) / "calibrations"
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / f'{name}-{int(time.time())}.sqlite'}"


@contextmanager
def _workers(options: argparse.Namespace, url: str) -> Iterator[None]:
    """Run further processes that help until the trials are done."""
    argv = ["calibrate", "--join", url]
    for file in options.config:
        argv += ["-c", file]
    for name in ("strategy", "strategy_path", "userdir", "datadir", "timeout"):
        value = getattr(options, name)
        if value is not None:
            argv += [f"--{name.replace('_', '-')}", str(value)]
    # A fork would share the connections to the exchange and the database.
    context = get_context("spawn")
    started = [
        context.Process(target=_help, args=(argv,), daemon=True) for _ in range(options.jobs - 1)
    ]
    for worker in started:
        worker.start()
    try:
        yield
    finally:
        for worker in started:
            worker.terminate()
            worker.join()


def _help(argv: Sequence[str]) -> None:
    """Run a worker, in a process of its own that says nothing."""
    # The arguments of all commands name this one.
    from freqtrade_riskguard.commands.arguments.parser import parse

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        options = parse(argv)
        options.run(options)
