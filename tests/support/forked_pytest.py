"""pytest in many folders, each in a process that is forked from one that has imported it already.

Standard input tells the tests by folder, standard output the exit codes. What each of them says is
in a file of its folder.
"""

import json
import os
import sys

import hypothesis.extra.numpy
import numpy as np
import pytest

_AT_ONCE = 2
# What takes long, and is the same for all of them; the package under test is each folder's own.
_SHARED = (hypothesis, np, pytest)


def main() -> None:
    """Run all, some at once."""
    assert all(_SHARED)
    assert "freqtrade_riskguard" not in sys.modules
    waiting = list(json.load(sys.stdin).items())
    running: dict[int, str] = {}
    codes: dict[str, int] = {}
    while waiting or running:
        if waiting and len(running) < _AT_ONCE:
            folder, tests = waiting.pop(0)
            child = os.fork()
            if not child:
                os._exit(_run(folder, tests))
            running[child] = folder
        else:
            child, status = os.wait()
            codes[running.pop(child)] = os.waitstatus_to_exitcode(status)
    json.dump(codes, sys.stdout)


def _run(folder: str, tests: list[str]) -> int:
    os.chdir(folder)
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT)
    for number in (1, 2):
        os.dup2(said, number)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "hypothesis.extra.pytestplugin"]
    code = int(pytest.main([*options, "-m", "not hypothesis", *tests]))
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    main()
