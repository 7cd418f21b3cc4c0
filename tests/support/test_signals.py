import os
import signal
import subprocess
import sys

import pytest

ME = f"{__file__}::test_a_child_sees_ctrl_c"


def test_a_child_sees_ctrl_c():
    waiting = "import time; print(flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", waiting], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=20) == -signal.SIGINT


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_it_does_so_where_tests_run_in_the_background_of_a_script(workers, project):
    # What a shell without job control does for `make test &`.
    shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    done = subprocess.run(
        [*shell, sys.executable, "-m", "pytest", workers, "-q", "-p", "no:cacheprovider", ME],
        cwd=project,
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
