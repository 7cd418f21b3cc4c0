"""Whether a stored backtest ran with the guard: freqtrade keeps the strategy's source with it."""

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_GUARD = "RiskGuard"
_MOST_BYTES = 2_000_000
_CLASS = re.compile(r"^class\s+(\w+)\s*\(([^)]*)\)", re.MULTILINE)


def is_stored_guarded(path: Path, strategy: str, config: Mapping[str, Any]) -> bool:
    """Whether the source that is stored with a result says that its strategy was guarded.

    False where no source is stored, and where the guard was off or only observed.
    """
    block = config.get("riskguard")
    settings = block if isinstance(block, Mapping) else {}
    if settings.get("enabled") is False or settings.get("mode") in {"observe", "off"}:
        return False
    return inherits_guard(_source(path, strategy), strategy)


def inherits_guard(source: str, strategy: str) -> bool:
    """Whether a class has the guard among its bases, as far as its own file tells."""
    bases = {
        name: [base.strip().rpartition(".")[2] for base in listed.split(",")]
        for name, listed in _CLASS.findall(source)
    }
    wanted, seen = [strategy], set[str]()
    while wanted:
        name = wanted.pop()
        if name == _GUARD:
            return True
        if name not in seen:
            seen.add(name)
            wanted += bases.get(name, ())
    return False


def _source(path: Path, strategy: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(
                (each for each in archive.namelist() if each.endswith(f"_{strategy}.py")), None
            )
            if name is None or archive.getinfo(name).file_size > _MOST_BYTES:
                return ""
            return archive.read(name).decode("utf-8", errors="replace")
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        # Older results are bare JSON; a damaged one is told of where its trades are read.
        return ""
