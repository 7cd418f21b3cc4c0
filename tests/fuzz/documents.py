"""Documents that are almost right: a valid one with a few things wrong, and bytes of any kind."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# Stands in every document and must never be told to anybody.
SECRET = "hunter2"  # noqa: S105  nobody's

thorough = settings(
    max_examples=2_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
brief = settings(thorough, max_examples=150)

_NUMBERS = (0, -0.0, 1, -1, 3, -5, 0.5, 150, 1e-320, 1e-9, 1e18, 1e308, -1e308, 2**63, 10**30)
_TEXTS = ("", "x", "NaN", "\x00", "\x1b[2J\n", "\u202e", "\ud800", "a/b", "..", "[red]", "[/]")
# What takes minutes where a pattern is tried anew at each sign.
_LONG = tuple(part * 5_000 for part in ("a://", "https://x/", "https://hook", "token", "eyJ-", "a"))
_DATES = ("2024-01-01", "2024-01-01T00:00:00+00:00", "0001-01-01", "9999-12-31", "2024-13-45")
_OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [1, "a"],
    {"a": 1},
)
_VALUES = (
    *(*_NUMBERS, *_TEXTS, *_DATES, *_OTHERS, *_LONG, "9" * 500, SECRET),
    *({"pasword": SECRET}, [SECRET], f"https://me:{SECRET}@bot", f"https://x/hook/{SECRET}"),
)
_KEYS = ("pasword", "webhok", "", "\x1b[2J", "a.b", "__class__", "name", "0")
# In the place of a value, as no document of Python's can hold it.
_RAW = (
    *(b"[" * 3_000, b"[" * 120 + b"]" * 120, b"1" * 5_000, b"1e999", b"-Infinity", b"\xff\xfe"),
    *(b"\xed\xa0\x80", b'"\\ud800"', b"//", b"", b"}", b'"', b"\x00", b"1 2"),
)
_MARK = "the place of something raw"
_changes = st.lists(
    st.tuples(
        st.sampled_from(["replace", "replace", "drop", "rename", "repeat", "swap"]),
        st.integers(0, 2**16),
        st.integers(0, 2**16),
    ),
    max_size=3,
)
_spoils = st.one_of(
    st.none(),
    st.none(),
    st.none(),
    st.tuples(st.just("cut"), st.integers(0, 2**16), st.just(0)),
    st.tuples(st.just("flip"), st.integers(0, 2**16), st.integers(0, 255)),
    st.tuples(st.just("raw"), st.integers(0, 2**16), st.integers(0, len(_RAW) - 1)),
)
junk = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(_RAW),
    st.sampled_from([json.dumps(value).encode() for value in _VALUES]),
)


def near(valid: Any) -> st.SearchStrategy[Any]:
    """Return documents like a valid one, as Python has them."""
    return _changes.map(lambda changes: _changed(valid, changes))


def near_bytes(valid: Any) -> st.SearchStrategy[bytes]:
    """Return files like that of a valid document, and one in seven of any kind."""
    changed = st.tuples(_changes, _spoils).map(lambda drawn: _spoilt(valid, *drawn))
    return st.one_of(*[changed] * 6, junk)


def _changed(valid: Any, changes: list[tuple[str, int, int]]) -> Any:
    whole = [deepcopy(valid)]
    for kind, place, other in changes:
        holder, key = _pick(whole, place)
        if kind == "replace":
            holder[key] = deepcopy(_VALUES[other % len(_VALUES)])
        elif kind == "swap":
            there, its = _pick(whole, other)
            # A document must not come to hold itself.
            holder[key], there[its] = deepcopy(there[its]), deepcopy(holder[key])
        elif holder is whole:
            continue
        elif kind == "drop":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        else:
            holder[_KEYS[other % len(_KEYS)]] = deepcopy(holder[key])
            if kind == "rename" and len(holder) > 1:
                del holder[key]
    return whole[0]


def _pick(whole: list[Any], place: int) -> tuple[Any, Any]:
    """Return a place in a document: what holds it, and under which key."""
    places: list[tuple[Any, Any]] = []
    level: list[Any] = [whole]
    for holder in level:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            places.append((holder, key))
            if isinstance(holder[key], dict | list):
                level.append(holder[key])
    return places[place % len(places)]


def _spoilt(
    valid: Any, changes: list[tuple[str, int, int]], spoil: tuple[str, int, int] | None
) -> bytes:
    kind, place, other = spoil or ("", 0, 0)
    document = _changed(valid, changes)
    if kind == "raw":
        whole = [document]
        holder, key = _pick(whole, place)
        holder[key] = _MARK
        content = json.dumps(whole[0]).encode()
        return content.replace(json.dumps(_MARK).encode(), _RAW[other], 1)
    content = json.dumps(document).encode()
    if kind == "cut":
        return content[: place % len(content)]
    if kind == "flip":
        at = place % len(content)
        return content[:at] + bytes([other]) + content[at + 1 :]
    return content
