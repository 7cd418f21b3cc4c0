"""The account's margin: no new exposure, then cuts, smallest positions first."""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Ratio, RuleSection, Share
from freqtrade_riskguard.formatting import money
from freqtrade_riskguard.risk import (
    DEFAULT_LIMITS,
    AccountLevel,
    AccountLimits,
    account_cut_ratio,
    account_level,
    smallest_first_cuts,
)
from freqtrade_riskguard.rules.account_messages import account_money, short_percent
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.cross_levels import DEFAULT_CROSS_LIMITS, CrossLimits
from freqtrade_riskguard.snapshot import Account, Entry, Position

_HEALTHY = Step(AccountLevel.OK)
_Multiple = Annotated[float, Field(ge=1, le=10)]


class AccountMarginConfig(RuleSection):
    """Blocks entries, then cuts positions, as maintenance margin / account equity rises."""

    warning: Ratio = Field(
        default=DEFAULT_LIMITS.warning,
        description="maintenance margin / equity from which no new position is opened",
    )
    danger: Ratio = Field(
        default=DEFAULT_LIMITS.danger,
        description="maintenance margin / equity that cuts positions once",
    )
    emergency: Ratio = Field(
        default=DEFAULT_LIMITS.emergency,
        description="maintenance margin / equity that cuts positions in every loop",
    )
    danger_cut: Share = Field(
        default=DEFAULT_LIMITS.danger_cut,
        description="share of all initial margin that the DANGER cut frees, smallest positions "
        "first",
    )
    emergency_cut: Share = Field(
        default=DEFAULT_LIMITS.emergency_cut,
        description="share of all initial margin that each EMERGENCY cut frees, the best position "
        "last",
    )
    warning_distance: Ratio = Field(
        default=0.8,
        description="cross margin: move of the market that liquidates the account, as a share of "
        "`liquidation_distance.min_distance`, at which no new position is opened",
    )
    danger_distance: Ratio = Field(
        default=0.65, description="the same share, at which positions are cut once"
    )
    emergency_distance: Ratio = Field(
        default=0.4, description="the same share, at which positions are cut in every loop"
    )
    warning_leverage: _Multiple = Field(
        default=1.2,
        description="cross margin: notional of all positions / equity, in multiples of "
        "`max_leverage`, from which no new position is opened",
    )
    danger_leverage: _Multiple = Field(
        default=1.5, description="the same multiple, from which positions are cut once"
    )
    emergency_leverage: _Multiple = Field(
        default=2.0, description="the same multiple, from which positions are cut in every loop"
    )

    @model_validator(mode="after")
    def _rises(self) -> Self:
        for milder, worse in (
            ("warning", "danger"),
            ("danger", "emergency"),
            ("danger_cut", "emergency_cut"),
            ("emergency_distance", "danger_distance"),
            ("danger_distance", "warning_distance"),
            ("warning_leverage", "danger_leverage"),
            ("danger_leverage", "emergency_leverage"),
        ):
            least, given = getattr(self, milder), getattr(self, worse)
            if given < least:
                msg = f"{worse} must be >= {milder} ({least:g}), got {given:g}"
                raise ValueError(msg)
        return self

    def limits(self) -> AccountLimits:
        """Return the levels as the mathematics takes them."""
        return AccountLimits(
            warning=self.warning,
            danger=self.danger,
            emergency=self.emergency,
            danger_cut=self.danger_cut,
            emergency_cut=self.emergency_cut,
        )

    def cross_limits(self, max_leverage: float, min_distance_ratio: float) -> CrossLimits:
        """Return the levels of cross margin, counted from what an entry is held to."""
        shares = self.warning_distance, self.danger_distance, self.emergency_distance
        multiples = self.warning_leverage, self.danger_leverage, self.emergency_leverage
        return CrossLimits(
            distances=tuple(min_distance_ratio * share for share in shares),
            leverages=tuple(max_leverage * multiple for multiple in multiples),
        )


@dataclass(frozen=True, slots=True)
class AccountMargin:
    """Acts on maintenance margin / equity of the whole account.

    In cross margin also on its effective leverage and on how far the market is from liquidating it;
    the worst of the three decides, and what hedges the rest is not cut.

    WARNING: no new exposure. DANGER: one cut when it is reached from below. EMERGENCY: a cut on
    every look, of the best position last. Unknown figures (NaN) allow nothing new, cut nothing and
    arm nothing again.
    """

    name: ClassVar[str] = "account_margin"
    is_monotone: ClassVar[bool] = True

    limits: AccountLimits
    cross: CrossLimits = DEFAULT_CROSS_LIMITS

    def denial(self, entry: Entry) -> str | None:
        """Return why there is no new exposure, or None."""
        return self.pause_reason(entry.account)

    def pause_reason(self, account: Account) -> str | None:
        """Return why there is no new exposure, or None."""
        level, why = self._level(account)
        return None if level < AccountLevel.WARNING else self._why(account, level, why)

    def advance_account(self, level: int, account: Account) -> Step:
        """Return the account's level, and what of each position stays."""
        now, said = self._level(account)
        if not _is_known(account):
            kept = max(level, AccountLevel.WARNING)
            return Step(kept, self._why(account, now, said) if kept != level else "")
        repeats = now is AccountLevel.EMERGENCY
        if now is AccountLevel.OK:
            return _HEALTHY
        if now == level and not repeats:
            return Step(now)
        why = self._why(account, now, said)
        if now < level or now is AccountLevel.WARNING:
            return Step(now, why)
        cut_ratio = account_cut_ratio(now, self.limits)
        why = f"{why}, {short_percent(cut_ratio)} of the margin is cut, smallest positions first"
        return Step(now, why, _kept(account, cut_ratio, spare_best=repeats))

    def _level(self, account: Account) -> tuple[AccountLevel, str]:
        """Return the account's level, and what says so if not its maintenance margin."""
        level = account_level(account.maintenance_quote, account.equity_quote, self.limits)
        if account.margin_mode == "isolated":
            return level, ""
        shared, why = self.cross.level(account)
        return (shared, why) if shared > level else (level, "")

    def _why(self, account: Account, level: AccountLevel, said: str) -> str:
        if not _is_known(account):
            return "account margin unknown: no new exposure"
        if said:
            return f"account margin {level.name}: {said}, {account.basis}: no new exposure"
        limits = self.limits
        limit = (0.0, limits.warning, limits.danger, limits.emergency)[level]
        used_quote, equity_quote = account.maintenance_quote, account.equity_quote
        share = short_percent(used_quote / equity_quote) if equity_quote > 0 else "more than all"
        return (
            f"account margin {level.name}: maintenance margin is {share} of equity, "
            f"{money(used_quote)} of {account_money(account, equity_quote)} "
            f"(limit {short_percent(limit)}, {account.basis}): no new exposure"
        )


def _is_known(account: Account) -> bool:
    if not (isfinite(account.equity_quote) and 0 <= account.maintenance_quote < inf):
        return False
    return account.margin_mode == "isolated" or account.joint_liquidation.nearest.ratio >= 0


def _kept(account: Account, cut_ratio: float, *, spare_best: bool) -> tuple[float, ...]:
    """Return what stays of each position when a share of all initial margin is freed.

    In cross margin a position that wins by the move that liquidates the account is left alone:
    without it the others would be nearer to liquidation. The others free as much.
    """
    names = [f"{number:06}" for number, _ in enumerate(account.positions)]
    margins = {
        name: position.margin_quote
        for name, position in zip(names, account.positions, strict=True)
        if not _hedges(position, account)
    }
    cut = [item for item in zip(names, account.positions, strict=True) if item[0] in margins]
    best = max(cut, key=_profit_ratio, default=None)
    spare = best[0] if spare_best and best is not None else None
    cuts = smallest_first_cuts(margins, cut_ratio, spare=spare)
    return tuple(1.0 - cuts.get(name, 0.0) for name in names)


def _hedges(position: Position, account: Account) -> bool:
    if account.margin_mode == "isolated":
        return False
    joint = account.joint_liquidation
    if joint.nearest.ratio == inf:
        return False
    return joint.against(position.side, position.beta) is not joint.nearest


def _profit_ratio(named: tuple[str, Position]) -> float:
    """Return the unrealised profit over the margin; the worst where it is unknown."""
    _, position = named
    if not position.margin_quote > 0:
        return -inf
    ratio = position.equity_quote / position.margin_quote - 1
    return ratio if isfinite(ratio) else -inf
