"""Log messages of a running bot about an entry."""

from math import isnan

from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import ISOLATED_ONLY
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.formatting import currency, exact_money, money, percent, side_text
from freqtrade_riskguard.risk import planned_loss
from freqtrade_riskguard.snapshot import Entry


def entry_message(
    entry: Entry,
    *,
    asked_leverage: float,
    stop_price: float,
    slippage_ratio: float,
    leverage: Decision | None,
    stake: Decision | None,
) -> str:
    """Return one line: pair, side, what was asked, what was given, why, and the loss planned.

    Parameters
    ----------
    leverage, stake : Decision, optional
        What bound them; None where nothing did.
    """
    loss_quote = planned_loss(
        stake_quote=entry.stake_quote,
        leverage=entry.leverage,
        stop_distance_ratio=max(entry.side * (entry.rate - stop_price) / entry.rate, 0.0),
        taker_fee=entry.market.taker_fee,
        slippage_ratio=slippage_ratio,
        side=entry.side,
    )
    head = f"{entry.market.pair} {side_text(entry.side)}: asked {asked_leverage:g}x"
    unit = currency(entry.market.pair)
    stop = "no stop" if isnan(stop_price) else f"stop {stop_price:g}"
    loss = "unknown" if isnan(loss_quote) else f"{exact_money(loss_quote)} {unit}"
    return (
        f"{head}, got {entry.leverage:g}x"
        f"{f' ({leverage.why})' if leverage else ''}, stake {money(entry.stake_quote)} of "
        f"{money(entry.account.sizing_equity_quote)} {unit}{f' ({stake.why})' if stake else ''}, "
        f"{stop}. Planned loss {loss} before gaps."
    )


def refusal_message(entry: Entry, why: str) -> str:
    """Return one line: which entry there will not be, and why."""
    return f"{entry.market.pair} {side_text(entry.side)}: no trade ({why})"


def startup_message(settings: RiskGuardConfig) -> str:
    """Return one line: what is in force, what only observes and what is off."""
    modes = {
        mode: [rule for rule in RULES if settings.mode_of(rule) == mode]
        for mode in ("enforce", "observe", "off")
    }
    headline = (
        ("hard_cap", f"at most {settings.max_leverage:g}x"),
        ("fixed_risk", f"{percent(settings.risk_per_trade, 2)} risk per trade"),
        ("daily_loss", f"daily loss limit {percent(settings.daily_loss_limit)}"),
    )
    # A figure of a rule that is off would promise what nobody keeps.
    kept = [words for rule, words in headline if settings.mode_of(rule) != "off"]
    said = f"profile {settings.profile}: {', '.join(kept) or 'nothing is limited'}. " + ". ".join(
        f"{name}: {', '.join(modes[mode]) or 'none'}"
        for mode, name in (("enforce", "In force"), ("observe", "Observing"), ("off", "Off"))
    )
    return f"{said}. {cross_message()}" if settings.is_cross else said


def cross_message() -> str:
    """Return what margin mode cross changes."""
    return (
        "Margin mode cross: liquidation is that of the whole account, hard_cap holds for notional "
        "of all positions / equity too, account_margin watches both, and "
        f"{', '.join(ISOLATED_ONLY)} is off: no position has a margin of its own"
    )
