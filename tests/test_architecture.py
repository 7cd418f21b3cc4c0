"""Dependencies point one way: strategy -> guard -> rules -> risk; adapters feed snapshots."""

import ast
from pathlib import Path

import pytest

import freqtrade_riskguard

ROOT = Path(freqtrade_riskguard.__file__).parent
# Folder or file: what it may import of ours. None of them may import freqtrade.
PURE = {
    "risk": {"risk"},
    "formatting.py": set(),
    "sanitize.py": set(),
    "bounded_json.py": set(),
    "snapshot": {"risk", "snapshot"},
    "config": {"config", "risk", "sanitize"},
    "rules": {"risk", "rules", "config", "snapshot", "formatting"},
    "engine": {"risk", "rules", "config", "snapshot", "formatting", "engine"},
    "backtest_result": {"backtest_result", "engine", "risk", "formatting"},
}
# The only others that may.
FREQTRADES = {"strategy.py", "adapters", "protections"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_knows_neither_freqtrade_nor_the_rooms_above_it(room):
    place = ROOT / room
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files

    for path in files:
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] != "freqtrade", f"{path} imports {name}"
            if parts[0] == "freqtrade_riskguard":
                assert parts[1] in PURE[room], f"{path} imports {name}"


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


def test_the_package_exports_its_public_names_only():
    assert set(freqtrade_riskguard.__all__) == {"RiskGuard", "RiskGuardConfig", "__version__"}
