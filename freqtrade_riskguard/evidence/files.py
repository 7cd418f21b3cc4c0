"""Evidence in a file, which takes the place of no other file than an older evidence."""

from pathlib import Path

from freqtrade_riskguard.bounded_json import UnreadableError, read_bytes
from freqtrade_riskguard.evidence.record import (
    MOST_BYTES,
    EvidenceError,
    EvidenceRecord,
    as_json,
    is_evidence,
)


def write_record(path: Path, record: EvidenceRecord, option: str) -> None:
    """Write evidence to a file.

    Parameters
    ----------
    option : str
        Of the command, which names another file.

    Raises
    ------
    EvidenceError
        Where the file cannot be written, or is there and holds anything else.
    """
    if path.is_file() and not _may_be_replaced(path):
        raise EvidenceError(
            f"{path} is there already and is no evidence, so it is left as it is: give another "
            f"{option}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_json(record), encoding="utf-8")
    except OSError as error:
        raise EvidenceError(
            f"{path} cannot be written ({error.strerror or error}): give another {option}"
        ) from None


def _may_be_replaced(path: Path) -> bool:
    try:
        return is_evidence(read_bytes(path, MOST_BYTES))
    except UnreadableError:
        return False
