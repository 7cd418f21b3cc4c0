"""What a guard costs a backtest: ratios between runs that make the same trades. They are printed.

Measured is the processor's time for a whole backtest, from configuration to tables: the best of a
few runs in turn, each variant in a process of its own. The loop over the candles, without loading
and indicators, is told beside. Every rule is on and observes, so that the trades are those of the
bare strategy.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pytest

from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from freqtrade_riskguard.replay.scenarios.coins import DEFAULT_PAIRS
from tests.support.freqtrade import strategy_files

pytestmark = [pytest.mark.slow, pytest.mark.benchmark]

WORKER = Path(__file__).with_name("backtest_worker.py")
DAYS, SLOTS = 45, 10
WALLET_QUOTE, STAKE_QUOTE = 10_000, 900
OTHER_COINS = ("XRP", "ADA", "AVAX", "LINK", "LTC", "DOT")
ROUNDS = 4
# Its margin is wide and its runs are long: one is enough.
IDLE_ROUNDS = 1

# Those rules too that do nothing until they are told something.
EVERYTHING: Mapping[str, Any] = {
    "profile": "moderate",
    "mode": "observe",
    "target_leverage": {"target": 3.0},
    "percent_stop": {"max_loss": 0.05},
    "side_limit": {"max_longs": 9, "max_shorts": 9},
    "event_windows": {
        "windows": [
            {"name": "CPI", "start": "2024-01-20T12:00:00", "end": "2024-01-20T18:00:00"},
        ]
    },
}
GUARDED = """
from busy import Busy
from freqtrade_riskguard import RiskGuard


class GuardedBusy(RiskGuard, Busy):
    def riskguard_conviction(self, **kwargs):
        return 0.9

    def riskguard_target(self, rate, side, **kwargs):
        return rate * (1.05 if side == "long" else 0.95)
"""
BARE, IDLE, GUARD = "Busy", "BusyForNothing", "GuardedBusy"


def show(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print(f"\n  {line}", end="")  # noqa: T201 - the figures are what a benchmark is for


@dataclass(frozen=True)
class Variant:
    """The runs of one strategy, in order."""

    runs: Sequence[Mapping[str, Any]]

    @property
    def seconds(self) -> float:
        """Of the best run: what else happens on the machine only ever adds."""
        return float(min(run["seconds"] for run in self.runs))

    @property
    def loop_seconds(self) -> float:
        """The same of the loop over the candles alone."""
        return float(min(run["loop_seconds"] for run in self.runs))

    @property
    def peak_mib(self) -> float:
        """After the first run: later ones keep some of the earlier."""
        return float(self.runs[0]["peak_mib"])


class Worker:
    """A process that runs one strategy's backtest again and again."""

    def __init__(self, config: Path, data: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, WORKER, config, data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self) -> Mapping[str, Any]:
        """Run it once more."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self._process.communicate()[1][-3000:]
        found: Mapping[str, Any] = json.loads(answer)
        return found


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Variant]:
    """Run all variants, one after the other and in turn."""
    folder = tmp_path_factory.mktemp("cost")
    model = DEFAULT_PAIRS[2]
    others = (replace(model, pair=f"{coin}/USDT:USDT") for coin in OTHER_COINS)
    pairs = (*DEFAULT_PAIRS, *others)
    data = write(replace(SCENARIOS["calm_trend"], days=DAYS, pairs=pairs), folder / "data")
    (folder / "strategies").mkdir()
    for name, source in {**strategy_files("busy"), "guarded_busy.py": GUARDED}.items():
        (folder / "strategies" / name).write_text(source, encoding="utf-8")
    found: dict[str, list[Mapping[str, Any]]] = {BARE: [], GUARD: [], IDLE: []}
    with ReplayExchange(data) as exchange, ExitStack() as stack:
        workers = {}
        for name in found:
            config = folder / f"{name}.json"
            config.write_text(json.dumps(configuration(exchange, folder, name)), encoding="utf-8")
            workers[name] = stack.enter_context(Worker(config, data))
        for turn in range(ROUNDS):
            for name, worker in workers.items():
                if name != IDLE or turn < IDLE_ROUNDS:
                    found[name].append(worker.run())
    return {name: Variant(runs) for name, runs in found.items()}


def configuration(exchange: ReplayExchange, folder: Path, strategy: str) -> dict[str, Any]:
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    return {
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "stake_currency": "USDT",
        "stake_amount": STAKE_QUOTE,
        "max_open_trades": SLOTS,
        "dry_run": True,
        "dry_run_wallet": WALLET_QUOTE,
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {**exchange.config()["exchange"], "pair_whitelist": list(exchange.pairs)},
        "user_data_dir": str(folder),
        "strategy_path": str(folder / "strategies"),
        "strategy": strategy,
        "timeframe": "5m",
        "fee": 0.0005,
        "export": "none",
        "riskguard": dict(EVERYTHING),
    }


def test_all_make_the_same_trades_and_many(variants, capsys):
    runs = [run for variant in variants.values() for run in variant.runs]
    assert len({run["digest"] for run in runs}) == 1
    trades, held_hours = runs[0]["trades"], runs[0]["held_hours"]
    show(capsys, f"{trades} trades, {held_hours / (DAYS * 24):.1f} of {SLOTS} slots filled")
    assert trades > 300
    assert held_hours > 0.3 * SLOTS * DAYS * 24
    loaded = {name for name, variant in variants.items() if variant.runs[0]["guarded"]}
    assert loaded == {GUARD}


def test_a_guard_costs_little(variants, capsys):
    bare, guard = variants[BARE].seconds, variants[GUARD].seconds
    loop = variants[GUARD].loop_seconds / variants[BARE].loop_seconds
    show(capsys, f"bare {bare:.1f} s, guarded {guard:.1f} s: ratio {guard / bare:.2f}")
    show(capsys, f"the loop over the candles alone: ratio {loop:.2f}")
    assert guard <= 1.5 * bare


def test_a_guard_costs_less_than_callbacks_that_do_nothing(variants, capsys):
    idle, guard = variants[IDLE].seconds, variants[GUARD].seconds
    show(capsys, f"idle callbacks {idle:.1f} s, guarded {guard:.1f} s: ratio {guard / idle:.2f}")
    assert guard <= 0.5 * idle


def test_a_guard_needs_little_memory(variants, capsys):
    bare, guard = variants[BARE].peak_mib, variants[GUARD].peak_mib
    show(capsys, f"peak memory: bare {bare:.0f} MiB, guarded {guard:.0f} MiB ({guard / bare:.3f})")
    assert guard <= 1.10 * bare
