"""Why a calibration cannot be done."""

from freqtrade_riskguard.sanitize import escaped

_LONGEST = 300


class CalibrationError(Exception):
    """A calibration that cannot go on; the text says why and what to do, in one line."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one line."""
        super().__init__(escaped(" ".join(reason.split())))


def short(reason: object) -> str:
    """Return the beginning of the first line of what somebody else's error says."""
    lines = str(reason).splitlines() or [type(reason).__name__]
    return lines[0][:_LONGEST]
