import json
import signal
import subprocess
import sys

import pytest
import requests

from freqtrade_riskguard.replay.command import run

PROGRAM = """
import sys
from pathlib import Path
from freqtrade_riskguard.replay.command import run
sys.exit(run(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_prints_how_to_use_it_and_serves_until_told_to_stop(data_dir, stop_signal):
    command = [sys.executable, "-c", PROGRAM, str(data_dir), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = ""
        # The explanation ends with how to stop; the process goes on.
        while "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        config = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
        url = config["exchange"]["ccxt_config"]["urls"]["api"]["fapiPublic"]
        assert "serverTime" in requests.get(f"{url}/time", timeout=5).json()
        process.send_signal(stop_signal)
        assert process.wait(timeout=10) == 0
    assert "BTC/USDT:USDT" in printed


def test_an_unusable_folder_is_one_line_on_stderr(tmp_path, capsys):
    assert run(tmp_path / "nothing", 0) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("riskguard replay: data folder")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("port", [-1, 70_000])
def test_an_impossible_port_is_one_line_on_stderr(data_dir, capsys, port):
    assert run(data_dir, port) == 2
    assert f"cannot listen on port {port}" in capsys.readouterr().err


def test_leaves_the_signal_handlers_as_they_were(tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run(tmp_path, 0)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
