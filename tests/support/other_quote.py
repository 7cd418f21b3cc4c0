"""The same recordings under the names of contracts that are settled in another currency."""

import shutil
from pathlib import Path


def settled_in(quote: str, data: Path, folder: Path) -> Path:
    """Copy a data folder of USDT contracts to ``folder``, as contracts of ``quote``."""
    (folder / "futures").mkdir(parents=True)
    for path in (data / "futures").glob("*.feather"):
        name = path.name.replace("_USDT_USDT-", f"_{quote}_{quote}-")
        shutil.copy(path, folder / "futures" / name)
    return folder
