"""Dependencies point one way: strategy -> guard -> rules -> risk; adapters feed snapshots."""

import ast
from pathlib import Path

import pytest

import freqtrade_riskguard

ROOT = Path(freqtrade_riskguard.__file__).parent
# Rooms that know no freqtrade, and what each may import of ours.
PURE = {
    "risk": {"risk"},
    "formatting": set(),
    "sanitize": set(),
    "bounded_json": set(),
    "venues": {"risk", "venues"},
    "snapshot": {"risk", "snapshot"},
    "config_types": set(),
    "rules": {"risk", "rules", "config", "config_types", "snapshot", "formatting"},
    "config": {"config", "config_types", "risk", "rules", "sanitize"},
    "engine": {"risk", "rules", "config", "config_types", "snapshot", "formatting", "engine"},
    "status": {
        *("status", "engine", "rules", "risk", "config", "config_types", "snapshot"),
        *("formatting", "folding_table", "sanitize"),
    },
    "backtest_result": {"backtest_result", "engine", "risk", "formatting"},
    "calibration": {
        *("calibration", "backtest_result", "config", "evidence", "risk"),
        *("folding_table", "formatting", "sanitize"),
    },
    "evidence": {"evidence", "backtest_result", "bounded_json", "risk", "rules"},
}
# From the ground up: a room may import those before it, and itself.
ROOMS = (
    *("lazy_exports", "formatting", "folding_table", "sanitize", "bounded_json", "config_types"),
    # A rule has its settings beside it; the registry makes rules of them.
    *("risk", "venues", "snapshot", "rules", "config", "rules.registry", "engine"),
    "status",
    *("backtest_result", "evidence", "calibration", "replay", "rehearsal"),
    "adapters.run_mode",
    *("adapters.persistence", "adapters.account", "adapters.market", "adapters.charts"),
    *("adapters.live", "adapters.backtests", "adapters.startup", "adapters.bot"),
    *("adapters.callbacks", "adapters.selftest", "strategy", "callbacks"),
    *("", "protections", "adapters.preview", "adapters.reruns", "adapters.rehearsal"),
    *(
        "rest_api",
        "watch",
        "analysis",
        "entry_report",
        "rehearsal_report",
        "calibration_report",
        "stress",
        "commands",
        "cli",
    ),
)
# The only others that may.
FREQTRADES = {"strategy.py", "callbacks.py", "adapters", "protections"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def room_of(module):
    """Return the room of a module of ours, the innermost one."""
    inner = module.removeprefix("freqtrade_riskguard").removeprefix(".")
    while inner not in ROOMS:
        assert inner, f"{module} is in no room"
        inner = inner.rpartition(".")[0]
    return inner


def name_of(path):
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_knows_neither_freqtrade_nor_the_rooms_above_it(room):
    place = ROOT / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    assert files

    for path in files:
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] != "freqtrade", f"{path} imports {name}"
            if parts[0] == "freqtrade_riskguard":
                assert parts[1] in PURE[room], f"{path} imports {name}"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=name_of)
def test_no_arrow_runs_up(path):
    # A folder of rooms has nothing of its own.
    if name_of(path) == "freqtrade_riskguard.adapters":
        assert not list(imports(path))
        return
    room = room_of(name_of(path))
    for name in imports(path):
        # The package itself has what every strategy imports, and loads it late.
        if name.startswith("freqtrade_riskguard."):
            below = room_of(name)
            assert ROOMS.index(below) <= ROOMS.index(room), f"{path} imports {name}"


def test_freqtrade_is_imported_at_the_boundary_only():
    for path in ROOT.rglob("*.py"):
        if any(name.split(".")[0] == "freqtrade" for name in imports(path)):
            assert path.relative_to(ROOT).parts[0] in FREQTRADES, path


def test_nothing_but_the_package_itself_knows_the_strategy():
    for path in ROOT.rglob("*.py"):
        if "freqtrade_riskguard.strategy" in imports(path):
            assert path == ROOT / "__init__.py"


def test_the_mathematics_reads_no_clock_and_writes_no_log():
    for path in (ROOT / "risk").rglob("*.py"):
        assert not {"logging", "time", "datetime", "os", "pathlib"} & set(imports(path)), path


def test_the_matching_of_orders_knows_no_network_and_reads_no_clock():
    beside = {"candles", "candle_store", "filters", "funding", "intervals", "matching"}
    beside |= {"open_candle", "recording"}
    files = sorted((ROOT / "replay" / "matching").glob("*.py"))
    assert files

    for path in files:
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] not in {"aiohttp", "json", "logging", "time", "datetime"}, path
            if parts[:2] == ["freqtrade_riskguard", "replay"]:
                assert parts[2] in beside, f"{path} imports {name}"


def test_the_package_exports_its_public_names_only():
    assert set(freqtrade_riskguard.__all__) == {"RiskGuard", "RiskGuardConfig", "__version__"}
