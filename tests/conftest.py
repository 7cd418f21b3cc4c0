"""What all tests share: hypothesis profiles, the project's folder, candles to run on."""

import gc
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest
from freqtrade.loggers.ft_rich_handler import FtRichHandler
from hypothesis import HealthCheck, settings

from freqtrade_riskguard.adapters.selftest.gate import require_freqtrade
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from tests.support.signals import restore_interrupt

# Before anything is started.
restore_interrupt()

# A shared machine may stall in the middle of an example: time is measured by the benchmarks alone.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    # The same examples on every run: what fails there fails here, and a passing commit stays so.
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "default")

PROJECT = Path(__file__).parent.parent


# Minutes each, the longest first. A trade in real time mostly waits, beside the others.
LONGEST = (
    *("test_parity", "test_docs", "test_bot_restarts", "test_proof_survival"),
    *("test_every_fault", "test_bare_equality", "test_dry_run", "test_proof_earning"),
    *("test_wheel", "test_exchange_faults", "test_demo"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: all others would wait for one that begins last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def order(item: pytest.Item) -> tuple[int, bool, bool]:
        stem = item.path.stem
        place = LONGEST.index(stem) if stem in LONGEST else len(LONGEST)
        return place, "e2e" not in item.path.parts, item.path not in slow

    items.sort(key=order)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among modules and tests, which stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> Iterator[None]:
    """Bots of this process log without colours."""
    # Late: it loads one of freqtrade's engines, which a process that runs no test does not need.
    write_line = import_module("tests.support.one_by_one").write_line
    with patch.object(FtRichHandler, "emit", write_line):
        yield


@pytest.fixture(autouse=True)
def _log_levels() -> None:
    """Python's own levels at the beginning: a bot that runs in this process sets others."""
    # Only where it changes: each time all loggers forget which levels they are enabled for.
    if logging.root.level != logging.WARNING:
        logging.root.setLevel(logging.WARNING)
    for name, logger in logging.root.manager.loggerDict.items():
        if not isinstance(logger, logging.Logger) or logger.level == logging.NOTSET:
            continue
        if name.split(".")[0].startswith("freqtrade"):
            logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def _freqtrade_tested() -> None:
    """The self-test of freqtrade that the first guarded strategy of a process waits for."""
    # Before any test has changed a clock, or what freqtrade does.
    require_freqtrade()


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def real_candles() -> Callable[[str], Path]:
    """Return the data folder of a window of real candles, or skip where it is not there."""

    def folder(window: str) -> Path:
        found = PROJECT.parent / "shared" / "data" / window
        if not found.is_dir():
            pytest.skip(f"no real candles of {window} in ../shared/data beside the project")
        return found

    return folder


@pytest.fixture(scope="session")
def scenario_candles(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return the data folder of a generated scenario, generated once per process.

    Keyword arguments change the scenario, as ``dataclasses.replace`` does.
    """
    known: dict[tuple[object, ...], Path] = {}

    def folder(name: str, **changes: object) -> Path:
        key = (name, *sorted(changes.items()))
        if key not in known:
            scenario = replace(SCENARIOS[name], **changes)  # type: ignore[arg-type]
            known[key] = write(scenario, tmp_path_factory.mktemp(name))
        return known[key]

    return folder


@pytest.fixture(scope="session")
def calm(scenario_candles: Callable[..., Path]) -> Path:
    """The data folder of a calm fortnight, four pairs."""
    return scenario_candles("calm_trend", days=14)


@pytest.fixture(scope="session")
def exchange(calm: Path) -> Iterator[ReplayExchange]:
    """An exchange that lists them."""
    with ReplayExchange(calm) as opened:
        yield opened
