"""Real signals and closed pipes, on real processes of ``riskguard``."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil  # type: ignore[import-untyped]
import pytest

from freqtrade_riskguard import cli
from tests.stress.parts import content

PATIENCE_SECONDS = 60
ENDS = {signal.SIGINT: "riskguard: interrupted\n", signal.SIGTERM: "riskguard: terminated\n"}
# The signal comes when the first of these modules is imported: always at the same moment.
SIGNALLED = """
import os, sys

def hook(event, arguments):
    global wanted
    if event == "import" and arguments[0] == wanted:
        wanted = None
        os.kill(os.getpid(), number)

number, wanted, *sys.argv = int(sys.argv[1]), sys.argv[2], "riskguard", *sys.argv[3:]
sys.addaudithook(hook)
from freqtrade_riskguard.cli import main
sys.exit(main())
"""
CHECK = ("check", "-c", "nowhere.json")


@pytest.mark.parametrize(
    ("number", "module", "arguments"),
    [
        (signal.SIGINT, "argparse", CHECK),
        (signal.SIGINT, "difflib", ("--help",)),
        (signal.SIGINT, "rich.console", CHECK),
        (signal.SIGTERM, "pandas", CHECK),
        (signal.SIGINT, "numpy._core._multiarray_umath", ("scenario", "calm_trend")),
        (signal.SIGINT, "freqtrade.exchange", ("survive",)),
        (signal.SIGTERM, "ccxt.base.exchange", ("report",)),
        # Servers listen for signals themselves; before that they end like all others.
        (signal.SIGINT, "aiohttp", ("replay", "--data", "nowhere")),
        (signal.SIGTERM, "pydantic", ("watch", "--url", "http://127.0.0.1:1")),
    ],
)
def test_an_interrupted_start_is_one_line_and_the_code_of_the_signal(
    number, module, arguments, tmp_path
):
    if arguments[0] == "scenario":
        arguments = (*arguments, "--output", "new")
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED, str(int(number)), module, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (128 + number, ENDS[number], "")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("number", list(ENDS))
def test_a_demo_that_is_stopped_leaves_no_process_and_no_file(number, project, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "freqtrade_riskguard.cli", "demo"],
        cwd=project,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        backtest = child_of(demo.pid)
        demo.send_signal(number)
        _, error = demo.communicate(timeout=PATIENCE_SECONDS)
    assert (demo.returncode, error) == (128 + number, ENDS[number])
    assert not backtest.is_running() or backtest.status() == psutil.STATUS_ZOMBIE
    assert not list(tmp_path.glob("riskguard-demo-*"))


def child_of(pid):
    """Wait for a process to start another one."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for child in psutil.Process(pid).children():
            if "backtesting" in child.cmdline():
                return child
        time.sleep(0.05)
    raise TimeoutError(f"process {pid} has started nothing")


class Interrupted:
    """Gets the signal where Python can raise nothing: while it is destroyed."""

    def __init__(self, number):
        self.number = number

    def __del__(self):
        os.kill(os.getpid(), self.number)


def lost(number):
    victim = Interrupted(number)
    del victim


def misunderstood(number):
    try:
        os.kill(os.getpid(), number)
        time.sleep(PATIENCE_SECONDS)
    except KeyboardInterrupt:
        raise ImportError("a part of a library is missing") from None


@pytest.mark.parametrize("number", list(ENDS))
@pytest.mark.parametrize("how", [lost, misunderstood])
def test_a_library_that_loses_or_mistakes_a_signal_changes_nothing(
    how, number, monkeypatch, capsys
):
    def command(_):
        how(number)
        time.sleep(PATIENCE_SECONDS)
        return 0

    before = signal.getsignal(number), sys.unraisablehook
    monkeypatch.setattr(cli, "_command", command)
    began = time.monotonic()
    assert cli.main(["check"]) == 128 + number
    # At once, whatever it waits for.
    assert time.monotonic() - began < PATIENCE_SECONDS / 2
    assert capsys.readouterr().err == ENDS[number]
    assert (signal.getsignal(number), sys.unraisablehook) == before


def test_a_signal_that_is_ignored_stays_ignored(monkeypatch):
    def command(_):
        os.kill(os.getpid(), signal.SIGINT)
        return 7

    monkeypatch.setattr(cli, "_command", command)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert cli.main(["check"]) == 7
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_of_a_command_stays_an_error(monkeypatch):
    def command(_):
        raise BrokenPipeError("of a socket")

    monkeypatch.setattr(cli, "_command", command)
    with pytest.raises(BrokenPipeError, match="of a socket"):
        cli.main(["check"])


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("stress", "--positions", "positions.json"),
    ],
)
def test_a_reader_that_has_gone_away_is_no_error(arguments, unbuffered, tmp_path):
    (tmp_path / "positions.json").write_text(json.dumps(content()))
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "freqtrade_riskguard.cli", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_error_that_nobody_reads_is_no_traceback(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "freqtrade_riskguard.cli", *CHECK],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=writing,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stdout) == (141, b"")
