"""A command that is forked is a process of its own, like one that is started."""

import json
import os
import signal

import pytest

from tests.support import warm_freqtrade

pytestmark = pytest.mark.slow

TELLS = """
import json, os, sys
known = [name for name in sys.modules if name.startswith(("freqtrade_riskguard", "tests"))]
print(json.dumps([os.getpid(), os.getcwd(), sys.argv, dict(os.environ), known]))
sys.stderr.write("and that")
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a program in place of freqtrade's command."""

    def run(program, *arguments, timeout_seconds=30, **environment):
        script = tmp_path / "script.py"
        script.write_text(program)
        return warm_freqtrade.run(
            tmp_path, arguments, environment, script=script, timeout_seconds=timeout_seconds
        )

    return run


def test_it_has_its_own_folder_arguments_environment_and_exit_code(run, tmp_path):
    code, said = run(TELLS, "3", COLOUR="red")

    assert code == 3
    told, after = said.splitlines()
    pid, folder, argv, environment, known = json.loads(told)
    assert pid != os.getpid()
    assert (folder, argv[1:]) == (str(tmp_path), ["3"])
    assert environment == {"COLOUR": "red"}
    # Nothing of the guard, nor of its tests, is loaded before a strategy loads it.
    assert known == []
    assert after == "and that"


def test_nothing_is_left_for_the_next_one(run):
    run("import sys, freqtrade; sys.modules['freqtrade_riskguard'] = None; print('a lot' * 1000)")

    code, said = run(TELLS, "0")

    assert code == 0
    assert json.loads(said.splitlines()[0])[4] == []


def test_one_that_hangs_is_killed(run):
    assert run("import time; time.sleep(60)", timeout_seconds=1)[0] == -signal.SIGALRM
