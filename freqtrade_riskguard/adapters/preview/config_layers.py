"""Where each setting of the guard comes from: which file, the environment, the profile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rapidjson
from freqtrade.configuration.environment_vars import environment_vars_to_dict
from freqtrade.configuration.load_config import CONFIG_PARSE_MODE
from freqtrade.constants import ENV_VAR_PREFIX

from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.bounded_json import (
    MEGABYTE,
    MissingFileError,
    UnreadableError,
    read_bytes,
)

_DEEPEST = 5
_MOST_BYTES = 10 * MEGABYTE

Path_ = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigLayer:
    """One source of settings.

    Attributes
    ----------
    name : str
        What a person calls it: the file as it was given, or ``environment``.
    content : mapping
        All of its settings, not only the guard's.
    """

    name: str
    content: Mapping[str, Any]


def read_layers(files: Sequence[str]) -> list[ConfigLayer]:
    """Read configuration files, with those that they add, and the environment.

    Returns
    -------
    list of Layer
        A later one counts more than an earlier one, as freqtrade merges them.

    Raises
    ------
    PreviewError
        Naming the file that is missing or broken, and where.
    """
    layers = [layer for name in files for layer in _read(Path(name), 0)]
    environment = environment_vars_to_dict()
    return [*layers, ConfigLayer("environment", environment)] if environment else layers


def _read(file: Path, depth: int) -> Iterator[ConfigLayer]:
    if depth > _DEEPEST:
        raise PreviewError(f"{file}: its add_config_files include each other; remove one")
    try:
        text = read_bytes(file, _MOST_BYTES).decode("utf-8")
    except MissingFileError:
        raise PreviewError(
            f"{file} does not exist; give the bot's configuration with --config"
        ) from None
    except UnicodeDecodeError:
        raise PreviewError(f"{file} cannot be read: it is not text in UTF-8") from None
    except UnreadableError as error:
        raise PreviewError(f"{file} {error}; give the bot's configuration with --config") from None
    try:
        content = rapidjson.loads(text, parse_mode=CONFIG_PARSE_MODE)
    except rapidjson.JSONDecodeError as error:
        raise PreviewError(
            f"{file} is not valid JSON{_place(text, str(error))}: {error}; fix it there"
        ) from None
    except (RecursionError, ValueError):
        raise PreviewError(
            f"{file} is not usable JSON: it is nested too deeply, or a number has too many digits; "
            "fix it there"
        ) from None
    if not isinstance(content, dict):
        raise PreviewError(f"{file} must be an object of settings ({{...}})")
    more = content.get("add_config_files", [])
    if not isinstance(more, list) or not all(isinstance(name, str) for name in more):
        raise PreviewError(
            f'{file}: add_config_files must be a list of file names; write it like ["secrets.json"]'
        )
    for added in more:
        yield from _read(file.resolve().parent / added, depth + 1)
    yield ConfigLayer(str(file), content)


def _place(text: str, error: str) -> str:
    """Return the line that rapidjson's error is about, as far as it tells."""
    _, found, offset = error.partition("at offset ")
    digits = offset.split(":")[0].strip()
    if not found or not digits.isdigit():
        return ""
    return f" (line {text[: int(digits)].count(chr(10)) + 1})"


def origin_of(layers: Sequence[ConfigLayer], path: Path_) -> str | None:
    """Return the name of the layer that sets ``riskguard.<path>``; None where none does."""
    for layer in reversed(layers):
        if _holds(layer.content.get("riskguard"), path):
            if layer.name == "environment":
                return "__".join([ENV_VAR_PREFIX.rstrip("_"), "RISKGUARD", *path]).upper()
            return layer.name
    return None


def _holds(settings: Any, path: Path_) -> bool:
    for key in path:
        if not isinstance(settings, Mapping) or key not in settings:
            return False
        settings = settings[key]
    return True
