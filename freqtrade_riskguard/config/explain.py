"""pydantic's errors in words a trader can act on: the key, what it may be, what was given."""

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_PERCENT = 100.0
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
    "finite_number": "a finite number",
}


def explain(error: ValidationError, path: str, model: type[BaseModel]) -> str:
    """Return one line per mistake in a ``model``, each starting with the full key."""
    return "\n".join(_line(details, path, model) for details in error.errors())


def _line(details: ErrorDetails, path: str, model: type[BaseModel]) -> str:
    location = [str(part) for part in details["loc"] if part != "[key]"]
    key = ".".join([path, *location])
    kind, given = details["type"], details["input"]
    context = details.get("ctx", {})
    if kind == "value_error":
        # Ours: the text already names the setting below this key.
        return f"{key}: {context['error']}" if location else f"{path}.{context['error']}"
    if kind == "extra_forbidden":
        return _unknown(key, location, model)
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return f"{key} must be {sign} {context[name]:g}, got {given!r}{_hint(given, context, name)}"
    if kind == "literal_error":
        return f"{key} must be one of {context['expected']}, got {given!r}"
    if kind in _TYPES:
        return f"{key} must be {_TYPES[kind]}, got {given!r}"
    return f"{key}: {details['msg']}, got {given!r}"


def _hint(given: float, context: dict[str, Any], name: str) -> str:
    """Return a suggestion where the value looks like a percentage."""
    is_ratio = name in ("lt", "le") and context[name] <= 1
    meant = given / _PERCENT
    if is_ratio and 1 <= given <= _PERCENT and (meant < context[name] or name == "le"):
        return f": did you mean {meant:g}?"
    return ""


def _unknown(key: str, location: list[str], model: type[BaseModel]) -> str:
    for part in location[:-1]:
        field = model.model_fields.get(part)
        if field is None or not isinstance(field.annotation, type):
            break
        if issubclass(field.annotation, BaseModel):
            model = field.annotation
    allowed = sorted(model.model_fields)
    close = get_close_matches(location[-1], allowed, n=1)
    hint = f": did you mean '{close[0]}'?" if close else f"; allowed: {', '.join(allowed)}"
    return f"{key} is not a setting{hint}"
