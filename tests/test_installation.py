"""``make install`` as a newcomer runs it: with uv, else with pip, never with a wrong Python."""

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = "requirements-dev.lock"
# A whole project for the Makefile, but for what it takes to build one.
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "freqtrade-riskguard"
version = "0"

[tool.hatch.build]
dev-mode-dirs = ["."]

[tool.hatch.build.targets.wheel]
packages = ["freqtrade_riskguard"]
"""
NEEDED = ("hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers", "coverage")
# Looks like Python 3.14 to whoever asks.
NEWER = """#!{python}
import platform, sys
sys.version_info = (3, 14, 0, "final", 0)
platform.python_version = lambda: "3.14.0"
exec(sys.argv[2])
"""


def pinned(text):
    """Return each package's lines of a lock, by name."""
    entries = re.findall(r"^([a-z0-9][a-z0-9.-]*)((?:\[.+\])?==.*(?:\n +.*)*)", text, re.MULTILINE)
    return {name: name + rest for name, rest in entries}


@pytest.fixture
def locked(project):
    """What the lock pins."""
    return pinned((project / LOCK).read_text(encoding="utf-8"))


@pytest.fixture
def checkout(project, locked, tmp_path):
    """A project of almost nothing, with the real Makefile and some of the real lock."""
    shutil.copy(project / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "freqtrade_riskguard").mkdir()
    (tmp_path / "freqtrade_riskguard" / "__init__.py").touch()
    write_lock(tmp_path, locked, *NEEDED, "uv")
    return tmp_path


def write_lock(folder, locked, *names):
    (folder / LOCK).write_text("\n".join(locked[name] for name in names) + "\n")


def install(folder, python=sys.executable, **environment):
    return subprocess.run(
        ["make", "install", f"PYTHON={python}"],
        cwd=folder,
        # Not as a part of the make that runs the tests.
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def installed(folder):
    (packages,) = (folder / ".venv" / "lib").glob("python3*/site-packages")
    return {
        canonicalize_name(found.metadata["Name"]): found
        for found in metadata.distributions(path=[str(packages)])
    }


class TestPython:
    def refused(self, folder, python, version):
        done = install(folder, python)

        assert done.returncode == 2
        assert done.stdout == ""
        assert f"Python 3.11, 3.12 or 3.13 is needed; {python} is {version}." in done.stderr
        assert "make PYTHON=python3.12" in done.stderr
        # Nothing has been made, so nothing has been downloaded.
        assert not (folder / ".venv").exists()

    def test_a_newer_one_is_refused(self, checkout):
        python = checkout / "python3.14"
        python.write_text(NEWER.format(python=sys.executable))
        python.chmod(0o755)
        self.refused(checkout, python, "3.14.0")

    def test_an_older_one_is_refused(self, checkout):
        pyenv = (Path.home() / ".pyenv" / "versions").glob("3.10.*/bin/python")
        found = next(pyenv, None) or shutil.which("python3.10")
        version = found and subprocess.run(
            [found, "-V"], capture_output=True, text=True, check=False
        )
        if not version or version.returncode:
            pytest.skip("no Python 3.10 on this machine")
        self.refused(checkout, found, version.stdout.split()[1])

    def test_one_that_is_not_there_is_refused(self, checkout):
        self.refused(checkout, "python3.no", "not there")

    def test_the_package_asks_for_the_same(self, project):
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
        assert 'requires-python = ">=3.11,<3.14"' in text
        assert re.findall(r"Python :: (3\.\d+)", text) == ["3.11", "3.12", "3.13"]


@pytest.mark.slow
class TestPackages:
    def test_uv_installs_the_lock(self, checkout):
        done = install(checkout)

        assert done.returncode == 0, done.stderr
        assert "uv could not" not in done.stderr
        found = installed(checkout)
        assert found.keys() >= {*NEEDED, "uv", "freqtrade-riskguard"}
        assert all(found[name].read_text("INSTALLER") == "uv" for name in NEEDED)
        # Compiled here, once, whatever the environment says about it later.
        assert list(checkout.glob(".venv/lib/python3*/site-packages/pluggy/__pycache__/*.pyc"))
        # A second time nothing is left to do.
        assert "Nothing to be done" in install(checkout).stdout

    @pytest.mark.parametrize("reason", ["no uv in the lock", "no index for uv"])
    def test_pip_stands_by(self, reason, checkout, locked):
        environment = {}
        if reason == "no uv in the lock":
            write_lock(checkout, locked, *NEEDED)
        else:
            nobody = "http://127.0.0.1:9/simple"
            environment = {"UV_DEFAULT_INDEX": nobody, "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"}

        done = install(checkout, **environment)

        assert done.returncode == 0, done.stderr
        assert f"uv could not install {LOCK}: pip does it now" in done.stderr
        found = installed(checkout)
        assert all(found[name].read_text("INSTALLER").strip() == "pip" for name in NEEDED)

    def test_what_is_not_as_in_the_lock_is_not_installed(self, checkout):
        lock = checkout / LOCK
        lock.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", lock.read_text()))

        done = install(checkout)

        assert done.returncode == 2
        assert f"pip could not install {LOCK}: see above" in done.stderr
        assert not (checkout / ".venv" / ".installed").exists()
        assert "pluggy" not in installed(checkout)


class TestLock:
    def test_it_names_the_extras_that_are_asked_for(self, locked):
        """Without them old pips take ``coverage[toml]`` for a package that the lock lacks."""
        extras = {
            name: set(Requirement(entry.split(" ")[0]).extras) for name, entry in locked.items()
        }
        asked: dict[str, set[str]] = {}
        for found in metadata.distributions():
            name = canonicalize_name(found.metadata["Name"])
            for text in found.requires or () if name in locked else ():
                wanted = Requirement(text)
                contexts = [{"extra": extra} for extra in ("", *extras[name])]
                if wanted.marker is None or any(map(wanted.marker.evaluate, contexts)):
                    asked.setdefault(canonicalize_name(wanted.name), set()).update(wanted.extras)

        assert asked["coverage"] == {"toml"}
        assert not {name: missing for name in asked if (missing := asked[name] - extras[name])}

    def test_every_entry_is_pinned_and_hashed(self, locked):
        assert len(locked) > 100
        assert all("--hash=sha256:" in entry for entry in locked.values())

    def test_freqtrade_has_no_upper_bound(self, project):
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
        assert '"freqtrade>=2026.6",' in text
