"""The file of evidence: trades of backtests, whose they are, and which were out of sample."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json
from freqtrade_riskguard.evidence.identity import Identity

MOST_BYTES = 50 * MEGABYTE
_FORMAT = 1
# Above any return of a trade on its notional, costs included; a loss of all is -1.
_LARGEST_RETURN = 1_000.0


class EvidenceError(ValueError):
    """Evidence that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class EvidenceTrade:
    """One trade of a backtest.

    Attributes
    ----------
    return_ratio : float
        Profit with all costs / notional.
    """

    close_time: datetime
    pair: str
    side: int
    return_ratio: float
    is_out_of_sample: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """What the file holds.

    Attributes
    ----------
    start, end : datetime
        Of the backtests.
    results : tuple of str
        Names of the result files.
    trades : tuple of EvidenceTrade
        In the order of their closes.
    """

    identity: Identity
    start: datetime
    end: datetime
    results: tuple[str, ...]
    trades: tuple[EvidenceTrade, ...]

    @property
    def out_of_sample(self) -> int:
        """How many trades were out of sample."""
        return sum(trade.is_out_of_sample for trade in self.trades)


def as_json(record: EvidenceRecord) -> str:
    """Return the content of the file, with a digest that shows damage."""
    document: dict[str, Any] = {
        "riskguard_evidence": _FORMAT,
        **asdict(record.identity),
        "start": record.start.isoformat(),
        "end": record.end.isoformat(),
        "results": list(record.results),
        "columns": ["close_time", "pair", "side", "return_ratio", "is_out_of_sample"],
        "trades": [
            [
                *(trade.close_time.isoformat(), trade.pair, trade.side),
                *(trade.return_ratio, trade.is_out_of_sample),
            ]
            for trade in record.trades
        ],
    }
    return json.dumps({**document, "digest": _digest(document)}, indent=1) + "\n"


def from_json(content: bytes) -> EvidenceRecord:
    """Return what a file of evidence holds.

    Raises
    ------
    EvidenceError
        Where it is no such file, of a later format, or was changed.
    """
    try:
        document = parse_json(content)
    except UnreadableError as error:
        raise EvidenceError(str(error)) from None
    if not isinstance(document, dict) or "riskguard_evidence" not in document:
        raise EvidenceError("is not a file of `riskguard evidence`")
    if document["riskguard_evidence"] != _FORMAT:
        raise EvidenceError("was written by another version of riskguard: write it again")
    if document.pop("digest", None) != _digest(document):
        raise EvidenceError("was changed or is damaged: write it again")
    try:
        return _record(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EvidenceError("does not hold what `riskguard evidence` writes") from None


def is_evidence(content: bytes) -> bool:
    """Return whether a file was written by ``riskguard evidence``, whatever its version."""
    try:
        document = parse_json(content)
    except UnreadableError:
        return False
    return isinstance(document, dict) and "riskguard_evidence" in document


def _record(document: Mapping[str, Any]) -> EvidenceRecord:
    return EvidenceRecord(
        identity=Identity(
            strategy=str(document["strategy"]),
            timeframe=str(document["timeframe"]),
            source_digest=str(document["source_digest"]),
            parameters={str(name): str(value) for name, value in document["parameters"].items()},
        ),
        start=_moment(document["start"]),
        end=_moment(document["end"]),
        results=tuple(map(str, document["results"])),
        trades=tuple(sorted(map(_trade, document["trades"]), key=lambda trade: trade.close_time)),
    )


def _trade(row: list[Any]) -> EvidenceTrade:
    close_time, pair, side, return_ratio, is_out_of_sample = row
    number = float(return_ratio)
    if side not in {-1, 1} or not (isfinite(number) and abs(number) <= _LARGEST_RETURN):
        raise ValueError(row)
    return EvidenceTrade(_moment(close_time), str(pair), side, number, is_out_of_sample is True)


def _moment(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=time.tzinfo or UTC)


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
