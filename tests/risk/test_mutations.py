"""The hand-derived tests notice when the mathematics is changed.

Each case copies the package, changes one operator, and runs the tests that mirror its file without
the drawn examples: they have to fail. The unchanged copy has to pass.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FORKED = TESTS.parent / "support" / "forked_pytest.py"
SOURCES = TESTS.parents[1] / "freqtrade_riskguard" / "risk"

# file, what stands there, what it becomes; the tests are those of the same name
MUTATIONS = [
    ("liquidation", "kept = 1.0 - side * taker_fee", "kept = 1.0 + side * taker_fee"),
    ("liquidation", "- margin_quote - funding_quote", "- margin_quote + funding_quote"),
    ("liquidation", "notional_quote >= floors[index + 1]", "notional_quote < floors[index + 1]"),
    ("liquidation_array", "1.0 - sides * fees", "1.0 + sides * fees"),
    ("liquidation_leverage", "/ price_ratio + taker_fee", "/ price_ratio - taker_fee"),
    ("liquidation_cap", "stop_price - side * MAINTENANCE", "stop_price + side * MAINTENANCE"),
    ("cross_liquidation", "realised_quote - other.main", "realised_quote + other.main"),
    ("tiers", "amount_quote + floor * step", "amount_quote - floor * step"),
    ("distance", "1.0 + side * slippage_ratio", "1.0 - side * slippage_ratio"),
    ("stops", "entry_price - side * multiple * atr", "entry_price + side * multiple * atr"),
    ("stops", "nearer_price + side * buffer_quote", "nearer_price - side * buffer_quote"),
    ("stop_conversion", "stop_price / rate)) * leverage", "stop_price / rate)) / leverage"),
    ("sizing", "* taker_fee + slippage_ratio", "* taker_fee - slippage_ratio"),
    ("kelly", "win_probability / mean_loss -", "win_probability / mean_loss +"),
    ("edge", "self.counted_trades < self.min_trades", "self.counted_trades <= self.min_trades"),
    ("edge_estimator", ", end - self._max_trades,", ", end + self._max_trades,"),
    ("leverage", "math.floor(", "math.ceil("),
    ("ladders", "badness >= self._badness", "badness > self._badness"),
    ("volatility", "moments.count[enough] - 1.0", "moments.count[enough] + 1.0"),
    ("transfers", "track.peak_quote * scale", "track.peak_quote / scale"),
    ("scenarios", "equity_quote + profits", "equity_quote - profits"),
    ("fill_stress", "1.0 - self.side * slippage_ratio", "1.0 + self.side * slippage_ratio"),
]


def copied(folder: Path) -> Path:
    """A project of its own: the risk package under an empty parent, and its tests."""
    package = folder / "freqtrade_riskguard"
    # With its bytecode: only the file that is written anew is compiled anew.
    shutil.copytree(SOURCES, package / "risk")
    (package / "__init__.py").touch()
    shutil.copytree(TESTS, folder / "tests" / "risk", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n"
    )
    return folder


def mutate(folder: Path, file: str, before: str, after: str) -> None:
    source = copied(folder) / "freqtrade_riskguard" / "risk" / f"{file}.py"
    text = source.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file}: {before!r} stands there {text.count(before)} times"
    source.write_text(text.replace(before, after), encoding="utf-8")


def outcomes(files: dict[Path, list[str]]) -> dict[Path, int]:
    """Run the tests of some files in each of the folders; return pytest's exit codes."""
    tests = {
        str(folder): [f"tests/risk/test_{name}.py" for name in names]
        for folder, names in files.items()
    }
    done = subprocess.run(
        [sys.executable, "-P", FORKED],
        input=json.dumps(tests),
        # Loading freqtrade's and everybody else's plugins would take longer than the tests.
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=500,
        check=True,
    )
    codes = json.loads(done.stdout)
    return {folder: codes[str(folder)] for folder in files}


def said(folder: Path) -> str:
    return (folder / "said.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_changed_operator_is_noticed(tmp_path):
    files = {copied(tmp_path / "unchanged"): sorted({file for file, *_ in MUTATIONS})}
    for number, mutation in enumerate(MUTATIONS):
        mutate(tmp_path / str(number), *mutation)
        files[tmp_path / str(number)] = [mutation[0]]

    unchanged, *mutated = outcomes(files).items()

    assert unchanged[1] == 0, said(unchanged[0])
    # 1 is "tests failed"; anything else (2: could not be read) would prove nothing
    survivors = [
        f"{file}: {after!r} was not noticed:\n{said(folder)}"
        for (folder, code), (file, _, after) in zip(mutated, MUTATIONS, strict=True)
        if code != 1
    ]
    assert not survivors, "\n".join(survivors)
