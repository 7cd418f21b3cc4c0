"""Remembers that this freqtrade has passed the self-test of this guard, across processes."""

import json
import logging
import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import freqtrade

import freqtrade_riskguard

logger = logging.getLogger(__name__)

_FILE, _ENGINES = "selftest.json", "engines"
# Ours has a few hundred characters.
_LARGEST_BYTES = 4_096


def cache_file() -> Path:
    """Return the file that remembers it, in the user's folder for caches.

    Raises
    ------
    RuntimeError
        Where the user has no home.
    """
    folder = os.environ.get("XDG_CACHE_HOME")
    return (Path(folder) if folder else Path.home() / ".cache") / "freqtrade-riskguard" / _FILE


def versions() -> dict[str, str]:
    """Return what a result holds for: both versions, and their files as they are on disk."""
    return {
        "freqtrade": freqtrade.__version__,
        "riskguard": freqtrade_riskguard.__version__,
        "files": _files(freqtrade.__file__, freqtrade_riskguard.__file__),
    }


def remembered() -> frozenset[str]:
    """Return the engines that have passed. A file that cannot be read remembers nothing."""
    try:
        with cache_file().open(encoding="utf-8") as file:
            text = file.read(_LARGEST_BYTES + 1)
        if len(text) > _LARGEST_BYTES:
            return frozenset()
        found = json.loads(text)
        engines = frozenset(map(str, found.pop(_ENGINES)))
    except (OSError, ValueError, RecursionError, RuntimeError):
        return frozenset()
    except (AttributeError, LookupError, TypeError):
        # It is JSON, but not ours.
        return frozenset()
    return engines if found == versions() else frozenset()


def remember(engines: Collection[str]) -> None:
    """Remember it of some engines. Where that is not possible, the next start tests them again."""
    try:
        known = sorted(remembered().union(engines))
        path = cache_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", dir=path.parent, prefix=_FILE, delete=False, encoding="utf-8"
        ) as file:
            json.dump({**versions(), _ENGINES: known}, file)
        Path(file.name).replace(path)
    except (OSError, RuntimeError) as error:
        logger.debug("RiskGuard: the self-test's result is not kept: %s", error)


def _files(*packages: str) -> str:
    """Return a digest of the names, sizes and times of the packages' files: cheap, and enough."""
    digest = sha256()
    for package in packages:
        root = Path(package).parent
        for path in sorted(root.rglob("*.py")):
            found = path.stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
