"""freqtrade with one line of its code changed: in this process, or as a copy for another one."""

import inspect
import shutil
from pathlib import Path
from typing import Any

import freqtrade

_PACKAGE = Path(freqtrade.__file__).parent
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "ui", "templates", "freqai")


def doctored(owner: Any, name: str, old: str, new: str) -> Any:
    """Return a function of a class or module of freqtrade's with some of its text replaced."""
    function = inspect.unwrap(vars(owner)[name])
    source = inspect.getsource(function)
    assert source.count(old) == 1, f"{name} holds {source.count(old)} times {old!r}"
    source = source.replace(old, new)
    if inspect.isclass(owner):
        # So that names which begin with two underscores mean the same.
        source = f"class {owner.__name__}:\n{source}"
    found: dict[str, Any] = {}
    exec(compile(source, "doctored", "exec"), function.__globals__, found)  # noqa: S102
    return vars(found[owner.__name__])[name] if inspect.isclass(owner) else found[name]


def doctored_copy(folder: Path, file: str, old: str, new: str) -> Path:
    """Return a folder with a copy of freqtrade in it, some text of one file replaced."""
    copy = folder / "freqtrade"
    shutil.copytree(_PACKAGE, copy, ignore=_LEFT_OUT)
    source = (copy / file).read_text(encoding="utf-8")
    assert old in source
    (copy / file).write_text(source.replace(old, new), encoding="utf-8")
    return folder
