"""Faults for a rehearsal whose user has none of his own: one of each kind, spread over it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from freqtrade_riskguard.replay.fault_rules import Rule, read_rules

DEFAULT = "default"

_ORDERS, _ALL = "/fapi/v1/order", "/fapi/*"


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault; one without minutes waits for what it is to strike.

    Attributes
    ----------
    one_pair : bool
        Whether it is about one contract, the first.
    """

    what: str
    keys: dict[str, Any] = field(default_factory=dict)
    minutes: int | None = None
    one_pair: bool = False


# In the order of the rehearsal. Seconds are the machine's: short, so that nobody waits for them.
_FAULTS = (
    _Fault("late", {"path": _ORDERS, "seconds": 0.2, "times": 2}),
    _Fault("rate_limit", {"path": _ALL, "times": 4}),
    _Fault("refuse_stops", {"times": 40}),
    _Fault("time_out", {"path": _ALL, "seconds": 0.1, "times": 3}),
    _Fault("cancel_order", {"stops": True, "times": 1}),
    _Fault("partial_fill", {"share": 0.4, "times": 1}),
    _Fault("go_away", {"path": _ALL, "times": 3}),
    _Fault("forget_order", {"times": 2}),
    _Fault("mark_differs", {"change": 0.005}, minutes=30, one_pair=True),
    _Fault("refuse", {"path": "/fapi/v3/*", "code": -1001, "status": 503, "times": 20}, minutes=20),
    _Fault("lose_answer", {"path": _ORDERS, "method": "POST", "times": 1}),
    _Fault("liquidate_first", minutes=30),
    _Fault("price_jump", {"change": -0.03}, minutes=10, one_pair=True),
)


def default_faults(start: datetime, length: timedelta, symbol: str) -> Sequence[Rule]:
    """Return one fault of each kind, at equal distances.

    Parameters
    ----------
    symbol : str
        Binance's name of the contract whose prices jump.
    """
    step = length / (len(_FAULTS) + 1)
    rules: list[dict[str, Any]] = []
    for place, fault in enumerate(_FAULTS, start=1):
        since = start + place * step
        rule = {"what": fault.what, "name": f"default {place}", "since": since, **fault.keys}
        if fault.minutes is not None:
            rule["until"] = since + timedelta(minutes=fault.minutes)
        if fault.one_pair:
            rule["symbol"] = symbol
        rules.append(rule)
    return read_rules(rules, DEFAULT)
