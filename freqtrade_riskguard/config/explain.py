"""pydantic's errors in words a trader can act on: the key, what it may be, what was given."""

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from freqtrade_riskguard.config.fields import NOT_A_MOMENT

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
    "tuple_type": "a list",
    "finite_number": "a finite number",
    NOT_A_MOMENT: "a time like '2026-01-28T19:00' (UTC where no zone is given)",
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
    if kind == "missing":
        return f"{key} is missing in {given!r}"
    allowed = _allowed(kind, context)
    if allowed is None:
        return f"{key}: {details['msg']}, got {given!r}"
    return f"{key} must {allowed}, got {given!r}{_hint(given, context, kind)}"


def _allowed(kind: str, context: dict[str, Any]) -> str | None:
    """Return what the value must be; None where pydantic's own words have to do."""
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return f"be {sign} {context[name]:g}"
    if kind == "literal_error":
        return f"be one of {context['expected']}"
    if kind == "too_short":
        return f"have {context['min_length']} or more entries"
    return f"be {_TYPES[kind]}" if kind in _TYPES else None


def _hint(given: float, context: dict[str, Any], kind: str) -> str:
    """Return a suggestion where the value looks like a percentage."""
    if kind not in {"less_than", "less_than_equal"}:
        return ""
    bound, meant = context[_BOUNDS[kind][0]], given / _PERCENT
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
