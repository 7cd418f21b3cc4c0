"""Cross margin: the account's levels by effective leverage and by distance to liquidation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import FALL, AccountLevel
from freqtrade_riskguard.snapshot import Account

_LEVELS = (AccountLevel.WARNING, AccountLevel.DANGER, AccountLevel.EMERGENCY)


@dataclass(frozen=True, slots=True)
class CrossLimits:
    """Where an account in cross margin comes to WARNING, DANGER and EMERGENCY.

    Attributes
    ----------
    distances : tuple of float
        The market's move that liquidates the account: at and below each the level holds.
    leverages : tuple of float
        Notional of all positions over equity: at and above each the level holds.
    """

    distances: tuple[float, ...]
    leverages: tuple[float, ...]

    def level(self, account: Account) -> tuple[AccountLevel, str]:
        """Return the worse of both levels, and the figure that decides; WARNING for unknown.

        Nothing is said of an account that is OK.
        """
        move = account.joint_liquidation.nearest
        leverage = account.effective_leverage
        if isnan(move.ratio) or not isfinite(account.equity_quote):
            return AccountLevel.WARNING, "liquidation of the account unknown"
        by_distance, distance_limit = _reached(-move.ratio, [-limit for limit in self.distances])
        by_leverage, leverage_limit = _reached(leverage, self.leverages)
        if by_distance is AccountLevel.OK and by_leverage is AccountLevel.OK:
            return AccountLevel.OK, ""
        if by_distance >= by_leverage:
            kind = "fall" if move.direction == FALL else "rise"
            return by_distance, (
                f"a {kind} of the market of {percent(move.ratio)} liquidates the account (limit "
                f"{percent(-distance_limit)})"
            )
        return by_leverage, (f"effective leverage is {leverage:.2f}x (limit {leverage_limit:.3g}x)")


# At a least distance of 15 % and a cap of 5x.
DEFAULT_CROSS_LIMITS = CrossLimits(distances=(0.12, 0.0975, 0.06), leverages=(6.0, 7.5, 10.0))


def _reached(reading: float, limits: Sequence[float]) -> tuple[AccountLevel, float]:
    """Return the worst level whose limit a rising reading has reached, and that limit."""
    found, passed = AccountLevel.OK, limits[0]
    for level, limit in zip(_LEVELS, limits, strict=True):
        if reading >= limit:
            found, passed = level, limit
    return found, passed
