"""The JSON schema by which editors complete and check the ``riskguard`` block of a configuration.

It goes with freqtrade's own, published schema, so that one ``"$schema"`` covers the whole file.
"""

import json
from copy import deepcopy
from typing import Any

from freqtrade_riskguard.config.defaults import default_text, defaults_of
from freqtrade_riskguard.config.schema import ACCOUNT_WIDE, ACCOUNT_WIDE_WITHIN, RiskGuardConfig

FREQTRADES = "https://schema.freqtrade.io/schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WHAT = "RiskGuard: limits on the risk of this bot's trades."
_OF_A_PAIR = "Settings of one pair, in place of the bot's."
_MOMENT_FORMAT = "date-time"

Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return the schema of a bot's whole configuration: freqtrade's, and the guard's block."""
    guard = _plain(RiskGuardConfig.model_json_schema())
    definitions: Schema = {_short(name): each for name, each in guard.pop("$defs").items()}
    for path, setting in _settings(guard, definitions):
        _tell_default(setting, path)
    of_a_pair = _of_a_pair(guard, definitions)
    guard["properties"]["pairs"]["additionalProperties"] = {"$ref": "#/$defs/RiskGuardOfAPair"}
    guard["description"] = _WHAT
    return {
        "$schema": _DIALECT,
        "title": "freqtrade's configuration with a riskguard block",
        "allOf": [{"$ref": FREQTRADES}],
        "properties": {"riskguard": {"$ref": "#/$defs/RiskGuard"}},
        "$defs": {"RiskGuard": guard, "RiskGuardOfAPair": of_a_pair, **definitions},
    }


def schema_text() -> str:
    """Return the schema as it is shipped."""
    return json.dumps(json_schema(), indent=2) + "\n"


def _plain(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without what only Python programmers need."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        # A setting of that name is an object, the description or title of one is a text.
        key: _plain_text(key, value) if isinstance(value, str) else _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
        # A date alone will do here, and a time without a zone.
        and not (key == "format" and value == _MOMENT_FORMAT)
    }


def _plain_text(key: str, text: str) -> str:
    if key == "description":
        return text.replace("``", "`")
    return _short(text) if key == "$ref" else text


def _short(name: str) -> str:
    """Return the name of a rule for that of its settings: ``KellyConfig`` is ``Kelly``."""
    return name.removesuffix("Config")


def _settings(guard: Schema, definitions: Schema) -> list[tuple[tuple[str, ...], Schema]]:
    """Return every setting that has a default of its own, with its path."""
    found: list[tuple[tuple[str, ...], Schema]] = []
    for name, setting in guard["properties"].items():
        if "$ref" in setting:
            setting.pop("default", None)
            section = definitions[setting["$ref"].rsplit("/", 1)[1]]
            found += [((name, key), below) for key, below in section["properties"].items()]
        else:
            found.append(((name,), setting))
    return found


def _tell_default(setting: Schema, path: tuple[str, ...]) -> None:
    """Name a default that is the same in all profiles; say where they differ."""
    values = defaults_of(path)
    first = next(iter(values.values()))
    setting.pop("default", None)
    if all(value == first for value in values.values()):
        setting["default"] = first
    else:
        setting["description"] += f" (default: {default_text(values)})"


def _of_a_pair(guard: Schema, definitions: Schema) -> Schema:
    """Return the schema of a pair's settings; adds the sections that it has only parts of."""
    properties = deepcopy(
        {name: each for name, each in guard["properties"].items() if name not in ACCOUNT_WIDE}
    )
    for section, key in sorted(ACCOUNT_WIDE_WITHIN):
        whole = properties[section]["$ref"].rsplit("/", 1)[1].removesuffix("OfAPair")
        part = f"{whole}OfAPair"
        definitions.setdefault(part, deepcopy(definitions[whole]))["properties"].pop(key, None)
        properties[section] = {"$ref": f"#/$defs/{part}"}
    return {
        "type": "object",
        "description": _OF_A_PAIR,
        "additionalProperties": False,
        "properties": properties,
    }
