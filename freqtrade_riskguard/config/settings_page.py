"""The page of the documentation that lists every setting, from the schema itself."""

import json
from collections.abc import Iterator
from typing import Any

from freqtrade_riskguard.config.defaults import default_text, defaults_of
from freqtrade_riskguard.config.json_schema import Schema, json_schema
from freqtrade_riskguard.config.profiles import BREAKERS, PROFILE_MAX_LEVERAGE
from freqtrade_riskguard.config.schema import (
    ACCOUNT_WIDE,
    ACCOUNT_WIDE_WITHIN,
    RiskGuardConfig,
)
from freqtrade_riskguard.config_types import Section

# In the order of the page: the module or folder that sections stand in, and its title.
_MEASUREMENT, _LIVE = "measurement", "live"
_TITLES = {
    _LIVE: "On the exchange",
    _MEASUREMENT: "How it measures",
    "leverage": "Leverage",
    "stake": "Stake",
    "entry": "Entry",
    "stop": "Stop",
    "exits": "Cuts and exits",
    "pauses": "Pauses",
}
_LONG = 40
_TYPES = {"boolean": "true, false", "string": "text", "array": "a list", "object": "an object"}

_HEAD = """\
# Every setting

<!-- Written by `python -m freqtrade_riskguard.config.reference`: change the schema, not this. -->

All settings are in the `riskguard` block of freqtrade's configuration: `fraction` of `kelly` below
is `"riskguard": {"kelly": {"fraction": 0.5}}`. Leave out what should keep its default. Give
fractions, not percentages: 0.02 is 2 %. A value that is not allowed stops freqtrade at its start,
and the message names the key, what is allowed and what was given.

Where profiles have different defaults, the first is that of `moderate`, which has every rule on.
"Equity" is what the account is worth now, open profit and loss included.

**Every rule has a `mode`**: `"enforce"` (the rule decides), `"observe"` (its answer is journalled
and changes nothing) or `"off"`. `hard_cap` alone cannot be switched off by itself.

An editor completes and checks the block [with the JSON schema](commands.md#json-schema).
"""


def settings_page() -> str:
    """Return the page."""
    schema = json_schema()
    definitions = schema["$defs"]
    guard = definitions["RiskGuard"]["properties"]
    own = {name: each for name, each in guard.items() if "$ref" not in each}
    parts = [_HEAD, "## The bot\n", _table((), own), _of_pairs(), _of_profiles()]
    groups = section_groups()
    for group, title in _TITLES.items():
        parts.append(f"## {title}\n")
        if group not in (_MEASUREMENT, _LIVE):
            page = f"rules/{group}.md"
            parts.append(f"What these rules do, and when they apply: [{title}]({page}).\n")
        for name in groups[group]:
            section = definitions[guard[name]["$ref"].rsplit("/", 1)[1]]
            parts += [f"### `{name}`\n", f"{section['description']}\n"]
            settings = dict(section["properties"])
            if settings.pop("mode", None):
                parts.append(f"Mode: {default_text(defaults_of((name, 'mode')), '`')}.\n")
            parts.append(
                _table((name,), settings) if settings else "No settings besides the mode.\n"
            )
            parts += _long_defaults(name, settings)
    return "\n".join(parts)


def section_groups() -> dict[str, list[str]]:
    """Return the names of the sections by the module or folder that they stand in."""
    groups: dict[str, list[str]] = {}
    for name, field in RiskGuardConfig.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            *_, folder, module = field.annotation.__module__.split(".")
            groups.setdefault(module if folder == "config" else folder, []).append(name)
    return groups


def _table(path: tuple[str, ...], settings: Schema) -> str:
    rows = [
        "| Setting | Default | Allowed | What it means |",
        "| --- | --- | --- | --- |",
    ]
    for name, setting in settings.items():
        values = defaults_of((*path, name))
        default = default_text(values, "`")
        if len(default) > _LONG and isinstance(values["moderate"], list | dict):
            default = "see below"
        what = setting["description"].split(" (default: ")[0]
        rows.append(f"| `{name}` | {default} | {_allowed(setting)} | {what} |")
    return "\n".join(rows) + "\n"


def _allowed(setting: Schema) -> str:
    """Return what values a setting may have, in words."""
    if "anyOf" in setting:
        return " or ".join(_allowed(each) for each in setting["anyOf"])
    if "enum" in setting:
        return ", ".join(f"`{json.dumps(each)}`" for each in setting["enum"])
    if setting.get("type") == "null":
        return "`null`"
    if setting.get("type") in {"number", "integer"}:
        bounds = [
            f"{sign} {setting[key]:,g}"
            for key, sign in (
                ("exclusiveMinimum", ">"),
                ("minimum", "≥"),
                ("exclusiveMaximum", "<"),
                ("maximum", "≤"),
            )
            if key in setting
        ]
        whole = "whole number " if setting["type"] == "integer" else ""
        return whole + ", ".join(bounds)
    return _TYPES[setting["type"]]


def _long_defaults(name: str, settings: Schema) -> Iterator[str]:
    """Yield the defaults that do not fit into a table."""
    for key in settings:
        value: Any = defaults_of((name, key))["moderate"]
        if isinstance(value, list | dict) and len(json.dumps(value)) > _LONG:
            rows = (
                [json.dumps(each) for each in value]
                if isinstance(value, list)
                else [f'"{each}": {json.dumps(below)}' for each, below in value.items()]
            )
            opened, closed = ("[", "]") if isinstance(value, list) else ("{", "}")
            below = ",\n".join(f"    {row}" for row in rows)
            yield f"`{key}`:\n"
            yield f'```jsonc\n"{name}": {{"{key}": {opened}\n{below}\n{closed}}}\n```\n'


def _of_pairs() -> str:
    whole = ", ".join(f"`{name}`" for name in sorted(ACCOUNT_WIDE - {"pairs"}))
    parts = ", ".join(f"`{section}.{key}`" for section, key in sorted(ACCOUNT_WIDE_WITHIN))
    return (
        "These settings concern the whole account and are refused below a pair:\n"
        f"{whole}, and single settings of other sections: {parts}.\n"
    )


def _of_profiles() -> str:
    rows = ["| Profile | Highest `max_leverage` | `daily_loss_limit` |", "| --- | --- | --- |"]
    for profile, cap in PROFILE_MAX_LEVERAGE.items():
        limit = defaults_of(("daily_loss_limit",))[profile]
        rows.append(f"| `{profile}` | {cap:g}x | {100 * limit:g} % |")
    breakers = ", ".join(f"`{name}`" for name in BREAKERS)
    return (
        "## Profiles\n\n"
        + "\n".join(rows)
        + f"\n\n`speculative` refuses to start with any of these off: {breakers}.\n"
    )
