"""Locks in force, and what lifts each."""

from datetime import datetime

from freqtrade_riskguard.status.model import LockStatus, SideName

# freqtrade's own pause of a pair after each close, until the next candle.
AUTO_LOCK = "Auto lock"
_HALTED = "HALTED"
_SIDES: dict[str, SideName] = {"long": "long", "short": "short"}


def lock_status(
    *, number: int, pair: str, side: str, until: datetime, reason: str, rule: str
) -> LockStatus:
    """Return a lock of freqtrade's as it is shown.

    Parameters
    ----------
    number : int
        What ``/unlock`` takes.
    side : str
        ``long``, ``short`` or ``*``.
    rule : str
        Who gave it.
    """
    is_halt = reason.startswith(_HALTED)
    by_itself = "" if is_halt else f", or by itself at {until:%Y-%m-%d %H:%M} UTC"
    return LockStatus(
        pair=pair,
        side=_SIDES.get(side, "both"),
        rule=rule,
        reason=reason or "no reason given",
        until=until,
        is_halt=is_halt,
        lift=f"/unlock {number}{by_itself}",
    )
