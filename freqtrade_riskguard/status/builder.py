"""From an account, as the guard values it, to the state that is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Literal

from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.risk import AccountLevel, gross_exposure, loss_left_quote, net_exposure
from freqtrade_riskguard.rules import RuleBook
from freqtrade_riskguard.rules.entry_math import position_loss_quote
from freqtrade_riskguard.rules.exits.account_margin import AccountMargin
from freqtrade_riskguard.snapshot import Account
from freqtrade_riskguard.status.limits import day_limit, drawdown_limit, track_of, week_limit
from freqtrade_riskguard.status.model import (
    BotIdentity,
    DecisionStatus,
    Equity,
    ExchangeStatus,
    Exposure,
    GuardStatus,
    LockStatus,
    Margin,
)
from freqtrade_riskguard.status.positions import position_status
from freqtrade_riskguard.status.verdict import judged

_LEVELS: dict[AccountLevel, Literal["ok", "warning", "danger", "emergency"]] = {
    AccountLevel.OK: "ok",
    AccountLevel.WARNING: "warning",
    AccountLevel.DANGER: "danger",
    AccountLevel.EMERGENCY: "emergency",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFacts:
    """What a guard's state is made of.

    Attributes
    ----------
    account : Account
        As the guard values it now.
    settings : RiskGuardConfig
        What its guard goes by.
    book : callable
        Returns the rules of a pair; ``"*"`` for those of the account.
    locks : sequence of LockStatus
        Those in force.
    decisions : sequence of DecisionStatus or None
        The latest, the newest first; None where there is no journal.
    journal_file : str or None
        Where they are read from.
    """

    bot: BotIdentity
    account: Account
    settings: RiskGuardConfig
    book: Callable[[str], RuleBook]
    locks: Sequence[LockStatus]
    exchange: ExchangeStatus
    decisions: Sequence[DecisionStatus] | None
    journal_file: str | None = None


def guard_status(facts: GuardFacts) -> GuardStatus:
    """Return the state of a guard whose account can be valued as the guard itself does it."""
    account, settings = facts.account, facts.settings
    track = track_of(
        account.equity_quote,
        account.peak_equity_quote,
        account.day_start_equity_quote,
        account.week_start_equity_quote,
    )
    equity = Equity(
        equity_quote=account.equity_quote,
        basis=account.basis,
        wallet_quote=account.wallet_quote,
        free_quote=account.free_quote,
    )
    day = day_limit(track, settings.daily_loss_limit, settings.mode_of("daily_loss"))
    week = week_limit(track, settings.weekly_loss.limit, settings.mode_of("weekly_loss"))
    drawdown = drawdown_limit(
        track, settings.drawdown_ladder.ladder(), settings.mode_of("drawdown_ladder")
    )
    slippage_ratio = settings.fixed_risk.slippage
    margin, exposure = _margin(facts), _exposure(facts)
    positions = tuple(
        position_status(held, account, facts.book(held.market.pair), slippage_ratio)
        for held in account.positions
    )
    found = GuardStatus(
        version=1,
        time=account.time,
        source="database",
        verdict="unknown",
        warnings=(),
        unknown=(),
        bot=facts.bot,
        equity=equity,
        day=day,
        week=week,
        drawdown=drawdown,
        margin=margin,
        exposure=exposure,
        positions=positions,
        locks=tuple(facts.locks),
        exchange=facts.exchange,
        decisions=None if facts.decisions is None else tuple(facts.decisions),
        journal_file=facts.journal_file,
    )
    return judged(found)


def _margin(facts: GuardFacts) -> Margin:
    account, settings = facts.account, facts.settings
    equity_quote, maintenance_quote = account.equity_quote, account.maintenance_quote
    is_known = isfinite(maintenance_quote) and equity_quote > 0
    return Margin(
        initial_quote=sum([position.margin_quote for position in account.positions]),
        maintenance_quote=maintenance_quote,
        maintenance_ratio=maintenance_quote / equity_quote if is_known else nan,
        level=_level(facts) if isfinite(maintenance_quote) and isfinite(equity_quote) else None,
        effective_leverage=account.effective_leverage if isfinite(equity_quote) else nan,
        max_leverage=settings.max_leverage if settings.mode_of("hard_cap") != "off" else nan,
        mode=settings.mode_of("account_margin"),
    )


def _level(facts: GuardFacts) -> Literal["ok", "warning", "danger", "emergency"] | None:
    """Return the level that the guard's own rule sees; None where it is off."""
    ladders = facts.book("*").account_ladder
    rule = next((rule for rule, _ in ladders if isinstance(rule, AccountMargin)), None)
    if rule is None:
        return None
    return _LEVELS[AccountLevel(rule.advance_account(0, facts.account).level)]


def _exposure(facts: GuardFacts) -> Exposure:
    account, settings = facts.account, facts.settings
    held, equity_quote = account.positions, account.equity_quote
    sides = [position.side for position in held]
    notionals_quote = [position.notional_quote for position in held]
    cap = settings.exposure_cap if settings.mode_of("exposure_cap") != "off" else None
    is_known = isfinite(equity_quote) and isfinite(account.day_start_equity_quote)
    left_quote = loss_left_quote(
        start_equity_quote=account.day_start_equity_quote,
        equity_quote=equity_quote,
        limit_ratio=settings.daily_loss_limit,
    )
    slippage_ratio = settings.fixed_risk.slippage
    return Exposure(
        gross_ratio=gross_exposure(notionals_quote, equity_quote) if is_known else nan,
        max_gross_ratio=None if cap is None else cap.max_gross,
        net_ratio=net_exposure(sides, notionals_quote, equity_quote) if is_known else nan,
        max_net_ratio=None if cap is None else cap.max_net,
        heat_quote=sum([position_loss_quote(position, slippage_ratio) for position in held]),
        heat_limit_quote=left_quote if is_known and settings.mode_of("heat") != "off" else nan,
    )
