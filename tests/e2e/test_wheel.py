"""The wheel, installed as a user installs it: into an environment of its own, not editable."""

import os
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.support.freqtrade import backtest, strategy_files

pytestmark = pytest.mark.slow

PROTECTIONS = {
    "CircuitBreaker": "circuit_breaker.py",
    "DailyLoss": "daily_loss.py",
    "FundingBreaker": "funding_breaker.py",
}


def run(*command, cwd):
    # PYTHONPATH would smuggle the project's folder into the new environment.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", str(folder), str(project)),
        cwd=folder,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """Return the folder of the new environment's commands."""
    folder = tmp_path_factory.mktemp("installed")
    # The versions that the tests run with: what pip finds in its cache.
    pins = {f"{found.name}=={found.version}" for found in metadata.distributions()}
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(sorted(pins)), encoding="utf-8")
    venv.create(folder / "venv", with_pip=False)
    commands = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(
        *(sys.executable, "-m", "pip", "--python", str(commands / "python")),
        *("install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--constraint", str(constraints), str(wheel)),
        cwd=folder,
    )
    return commands


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "freqtrade_riskguard/py.typed" in names
    tops = {Path(name).parts[0] for name in names}
    assert tops == {"freqtrade_riskguard", f"{'-'.join(wheel.stem.split('-')[:2])}.dist-info"}
    assert all(f"freqtrade_riskguard/protections/{name}" in names for name in PROTECTIONS.values())


def test_it_adds_only_itself_to_what_freqtrade_installs(environment):
    listed = run(
        *(sys.executable, "-m", "pip", "--python", str(environment / "python")),
        *("list", "--format", "freeze", "--not-required"),
        cwd=environment,
    )
    names = {line.split("==")[0].replace("_", "-").lower() for line in listed.split()}
    # Nothing else is there that nothing requires; freqtrade itself is required by the guard.
    assert names == {"freqtrade-riskguard"}


def test_the_command_answers(environment):
    answer = run(str(environment / "riskguard"), "--help", cwd=environment)
    assert "demo" in answer
    assert "replay" in answer


def test_protections_load_by_name_from_site_packages(
    environment, scenario_candles, tmp_path, monkeypatch
):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    result = backtest(
        tmp_path / "bot",
        scenario_candles("flash_crash", days=23),
        "Protected",
        args=("--timerange", "20240121-20240123"),
        strategies=strategy_files("protected"),
        riskguard=None,
        executable=(str(environment / "freqtrade"),),
    ).succeeded()
    for name, file in PROTECTIONS.items():
        (line,) = [
            line for line in result.log.splitlines() if f"Using resolved protection {name}" in line
        ]
        found = Path(line.split("'")[1])
        assert found.parts[-4:] == ("site-packages", "freqtrade_riskguard", "protections", file)
        assert environment.parent in found.parents
    assert any(lock["reason"].startswith("Entries paused") for lock in result.locks)
