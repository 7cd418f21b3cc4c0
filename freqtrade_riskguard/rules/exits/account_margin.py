"""The account's margin: no new exposure, then cuts, smallest positions first."""

from dataclasses import dataclass
from math import inf, isfinite
from typing import ClassVar, Self

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
from freqtrade_riskguard.snapshot import Account, Entry, Position

_HEALTHY = Step(AccountLevel.OK)


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

    @model_validator(mode="after")
    def _rises(self) -> Self:
        for milder, worse in (
            ("warning", "danger"),
            ("danger", "emergency"),
            ("danger_cut", "emergency_cut"),
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


@dataclass(frozen=True, slots=True)
class AccountMargin:
    """Acts on maintenance margin / equity of the whole account.

    WARNING: no new exposure. DANGER: one cut when it is reached from below. EMERGENCY: a cut on
    every look, of the best position last. Unknown figures (NaN) allow nothing new, cut nothing and
    arm nothing again.
    """

    name: ClassVar[str] = "account_margin"

    limits: AccountLimits

    def denial(self, entry: Entry) -> str | None:
        """Return why there is no new exposure, or None."""
        return self.pause_reason(entry.account)

    def pause_reason(self, account: Account) -> str | None:
        """Return why there is no new exposure, or None."""
        level = account_level(account.maintenance_quote, account.equity_quote, self.limits)
        return None if level < AccountLevel.WARNING else self._why(account, level)

    def advance_account(self, level: int, account: Account) -> Step:
        """Return the account's level, and what of each position stays."""
        now = account_level(account.maintenance_quote, account.equity_quote, self.limits)
        if not _is_known(account):
            kept = max(level, AccountLevel.WARNING)
            return Step(kept, self._why(account, now) if kept != level else "")
        repeats = now is AccountLevel.EMERGENCY
        if now is AccountLevel.OK:
            return _HEALTHY
        if now == level and not repeats:
            return Step(now)
        why = self._why(account, now)
        if now < level or now is AccountLevel.WARNING:
            return Step(now, why)
        cut_ratio = account_cut_ratio(now, self.limits)
        why = f"{why}, {short_percent(cut_ratio)} of the margin is cut, smallest positions first"
        return Step(now, why, _kept(account, cut_ratio, spare_best=repeats))

    def _why(self, account: Account, level: AccountLevel) -> str:
        if not _is_known(account):
            return "account margin unknown: no new exposure"
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
    return isfinite(account.equity_quote) and 0 <= account.maintenance_quote < inf


def _kept(account: Account, cut_ratio: float, *, spare_best: bool) -> tuple[float, ...]:
    """Return what stays of each position when a share of all initial margin is freed."""
    names = [f"{number:06}" for number, _ in enumerate(account.positions)]
    margins = {
        name: position.margin_quote for name, position in zip(names, account.positions, strict=True)
    }
    best = max(zip(names, account.positions, strict=True), key=_profit_ratio, default=None)
    spare = best[0] if spare_best and best is not None else None
    cuts = smallest_first_cuts(margins, cut_ratio, spare=spare)
    return tuple(1.0 - cuts.get(name, 0.0) for name in names)


def _profit_ratio(named: tuple[str, Position]) -> float:
    """Return the unrealised profit over the margin; the worst where it is unknown."""
    _, position = named
    if not position.margin_quote > 0:
        return -inf
    ratio = position.equity_quote / position.margin_quote - 1
    return ratio if isfinite(ratio) else -inf
