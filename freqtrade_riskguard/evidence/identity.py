"""Which strategy a trade is of: its file, its parameters and its timeframe."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Parameters of the guard: they decide about sizes, and a return per notional has none.
_GUARDS = "riskguard__"
# freqtrade's own spaces of a parameter file: what they set is among the exit settings.
_EXIT_SPACES = frozenset({"roi", "stoploss", "trailing", "max_open_trades"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What must be the same for a backtest's trades to speak for a bot.

    Attributes
    ----------
    source_digest : str
        SHA-256 of the strategy's file.
    parameters : mapping of str to str
        Each parameter that hyperopt has found, and each setting of freqtrade's own exits, as JSON.
    """

    strategy: str
    timeframe: str
    source_digest: str
    parameters: Mapping[str, str]

    def differences(self, other: "Identity") -> list[str]:
        """Return in words what is not the same in another; empty where all is."""
        found = []
        if self.strategy != other.strategy:
            found.append(f"strategy {self.strategy}, not {other.strategy}")
        elif self.source_digest != other.source_digest:
            found.append(f"another version of the file of {self.strategy}")
        if self.timeframe != other.timeframe:
            found.append(f"timeframe {self.timeframe} here, {other.timeframe} there")
        names = sorted({*self.parameters, *other.parameters})
        found += [
            f"{name}: {self.parameters.get(name, 'none')} here, "
            f"{other.parameters.get(name, 'none')} there"
            for name in names
            if self.parameters.get(name) != other.parameters.get(name)
        ]
        return found


def identity_of(
    strategy: str,
    timeframe: str,
    source: bytes,
    parameter_file: object,
    exits: Mapping[str, Any],
) -> Identity:
    """Return the identity of a strategy.

    Parameters
    ----------
    source : bytes
        Content of its file; line ends do not matter.
    parameter_file : object
        What its parameter file holds (``<file>.json``, written by hyperopt); None without one.
    exits : mapping
        freqtrade's own exit settings by name, as they were in force.
    """
    lines = source.replace(b"\r\n", b"\n")
    values = {**{name: _plain(exits[name]) for name in exits}, **dict(_found(parameter_file))}
    return Identity(
        strategy=strategy,
        timeframe=timeframe,
        source_digest=hashlib.sha256(lines).hexdigest(),
        parameters={name: json.dumps(value, sort_keys=True) for name, value in values.items()},
    )


def _found(parameter_file: object) -> Iterator[tuple[str, Any]]:
    """Yield the strategy's own parameters."""
    spaces = parameter_file.get("params") if isinstance(parameter_file, Mapping) else None
    for space, values in (spaces if isinstance(spaces, Mapping) else {}).items():
        if space in _EXIT_SPACES or not isinstance(values, Mapping):
            continue
        for name, value in values.items():
            if not str(name).startswith(_GUARDS):
                yield f"{space}.{name}", value


def _plain(value: object) -> object:
    """Return a setting as it is after it was stored as JSON, where 1 and 1.0 are the same."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
