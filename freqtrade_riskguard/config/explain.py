"""pydantic's errors in words a trader can act on: the key, what it may be, what was given."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from freqtrade_riskguard.config_types import NOT_A_MOMENT
from freqtrade_riskguard.sanitize import MASK, escaped, is_secret_key, masked

_PERCENT = 100.0
# No percentage is as large; beyond floats no number can be divided.
_FAR = 1e9
_FRACTION = " (a fraction: 0.05 is 5 %)"
_LONGEST_VALUE = 60
_LONGEST_KEY = 80
_LONGEST_REASON = 500
_SWITCHES = ("true", "false", "yes", "no", "on", "off")
_WORD = re.compile(r"[A-Za-z0-9_./:-]{1,24}")
# A number, a time, a pair: what is none of these, nor like a word that is allowed, may be a secret
# that has slipped into the wrong line.
_FIGURE = re.compile(
    r"|[+-]?[\d.,_]{1,15}(?:e[+-]?\d{1,3})?\s?[%x]?|[+-]?(?:nan|inf|infinity)|\d{1,4}[smhdwM]"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|[A-Z0-9]{1,12}/[A-Z]{2,6}(?::[A-Z]{2,6})?",
    re.ASCII | re.IGNORECASE,
)
_BOUNDS = {
    "greater_than": ("gt", ">"),
    "greater_than_equal": ("ge", ">="),
    "less_than": ("lt", "<"),
    "less_than_equal": ("le", "<="),
}
_TYPES = {
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text",
    "dict_type": "an object of settings",
    "model_type": "an object of settings",
    "tuple_type": "a list",
    "finite_number": "a finite number",
    NOT_A_MOMENT: "a time like '2026-01-28T19:00' (UTC where no zone is given)",
}


def explain(
    error: ValidationError, path: str, model: type[BaseModel], *, shows_values: bool = True
) -> str:
    """Return one line per mistake in a ``model``, each starting with the full key.

    Parameters
    ----------
    shows_values : bool
        Whether to say what was given, secrets masked. Not for a file that may be another's: then
        nothing but its keys is named.
    """
    lines = (_line(details, path, model, shows_values=shows_values) for details in error.errors())
    return "\n".join(map(escaped, lines))


def _line(details: ErrorDetails, path: str, model: type[BaseModel], *, shows_values: bool) -> str:
    location = [masked(str(part)[:_LONGEST_KEY]) for part in details["loc"] if part != "[key]"]
    key = ".".join([path, *location])
    kind, given = details["type"], details["input"]
    context = details.get("ctx", {})
    if kind == "value_error":
        # Ours: the text already names the setting below this key.
        text = masked(str(context["error"])[:_LONGEST_REASON])
        return f"{key}: {text}" if location else f"{path}.{text}"
    if kind == "extra_forbidden":
        return _unknown(key, location, model)
    if kind == "missing":
        return f"{key} is missing"
    allowed = _allowed(kind, context) or f"be as expected ({details['msg']})"
    if not shows_values:
        return f"{key} must {allowed}{_FRACTION if kind == 'less_than' else ''}"
    words = _words(kind, context)
    hint = _nearest(given, words) or _hint(given, context, kind)
    return f"{key} must {allowed}, got {shown(given, location, words)}{hint}"


def shown(given: object, location: Sequence[str] = (), allowed: Sequence[str] = ()) -> str:
    """Return what was given under a key as it may be shown.

    Parameters
    ----------
    location : sequence of str
        The key's parts.
    allowed : sequence of str
        Words that belong there, besides true and false. Of a text that is like none of them,
        and no figure, nothing is shown.
    """
    if any(map(is_secret_key, location)):
        return MASK
    if isinstance(given, Mapping | list | tuple) and given:
        return f"{'an object' if isinstance(given, Mapping) else 'a list'} of {len(given)}"
    if isinstance(given, str) and not (
        _FIGURE.fullmatch(given) or _near(given, (*allowed, *_SWITCHES))
    ):
        return "a text"
    if given and not isinstance(given, str | bool | int | float):
        return f"a {type(given).__name__}"
    try:
        text = repr(given)
    except ValueError:
        return "a number of too many digits"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _words(kind: str, context: dict[str, Any]) -> Sequence[str]:
    """Return the words that a setting may be."""
    return re.findall(r"'([^']*)'", context["expected"]) if kind == "literal_error" else ()


def _near(given: str, allowed: Sequence[str]) -> str | None:
    found = get_close_matches(given.lower(), allowed, n=1) if _WORD.fullmatch(given) else []
    return found[0] if found else None


def _nearest(given: object, allowed: Sequence[str]) -> str:
    """Return a suggestion where a word is misspelt."""
    near = _near(given, allowed) if isinstance(given, str) else None
    return f": did you mean '{near}'?" if near else ""


def _allowed(kind: str, context: dict[str, Any]) -> str | None:
    """Return what the value must be; None where pydantic's own words have to do."""
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return f"be {sign} {context[name]:g}"
    if kind == "literal_error":
        return f"be one of {context['expected']}"
    if kind == "too_short":
        # Only a secret is called a value.
        what = "characters" if context["field_type"] == "Value" else "entries"
        return f"have {context['min_length']} or more {what}"
    return f"be {_TYPES[kind]}" if kind in _TYPES else None


def _hint(given: float, context: dict[str, Any], kind: str) -> str:
    """Return a suggestion where the value looks like a percentage."""
    if kind not in {"less_than", "less_than_equal"}:
        return ""
    bound, meant = context[_BOUNDS[kind][0]], min(given, _FAR) / _PERCENT
    # Only what can be a percentage ends with `lt`, see fields.py.
    fraction = kind == "less_than" and meant < bound
    share = kind == "less_than_equal" and bound <= 1 <= given and meant <= bound
    return f": did you mean {meant:g}?" if fraction or share else ""


def _unknown(key: str, location: list[str], model: type[BaseModel]) -> str:
    for part in location[:-1]:
        field = model.model_fields.get(part)
        # Without a field it is the place in a list, or a name in an object.
        below = _section_in(field.annotation) if field is not None else None
        model = below or model
    allowed = sorted(model.model_fields)
    close = get_close_matches(location[-1], allowed, n=1)
    hint = f": did you mean '{close[0]}'?" if close else f"; allowed: {', '.join(allowed)}"
    return f"{key} is not a setting{hint}"


def _section_in(annotation: object) -> type[BaseModel] | None:
    """Return the part of the configuration that a setting is, or is a list or object of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section_in(inner) for inner in get_args(annotation))
    return next((section for section in found if section is not None), None)
