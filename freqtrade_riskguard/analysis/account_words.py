"""What became of an account in cross margin, in words and as a table."""

from collections.abc import Iterator, Sequence

from freqtrade_riskguard.analysis.account_path import AccountLiquidation
from freqtrade_riskguard.analysis.account_survival import AccountFate, AccountSurvival
from freqtrade_riskguard.analysis.disclaimer import CANDLE_BY_CANDLE
from freqtrade_riskguard.analysis.report_data import Examined
from freqtrade_riskguard.analysis.tables import UNKNOWN
from freqtrade_riskguard.formatting import percent, sum_of_money

ACCOUNT_TITLE = "Liquidation of the account, by effective leverage"
_HOW = (
    "Cross margin: notional of all positions over equity, at most right after an entry. Every "
    "position is larger or smaller by the same factor, entries and exits stay; a stop that depends "
    "on leverage would be elsewhere. In every candle all positions stand at their own worst price "
    "at once, which is worse than most candles were."
)
_LIVES = (
    "Lives means only: not liquidated; beside it the deepest drawdown, from the most that was "
    "realised to the worst prices of a candle."
)
_DIES = "Where it is liquidated: when, and the loss since the account's start."
LIVED = "lives"


def account_caption(account: AccountSurvival) -> str:
    """Return what the cells of the table mean, of those that it has."""
    found = [
        each
        for fate in account.fates
        if not fate.why_unknown
        for each in (fate.as_traded, *fate.by_leverage)
    ]
    lives, dies = None in found, any(each is not None for each in found)
    return " ".join([_HOW, *[_LIVES] * lives, *[_DIES] * dies])


def liquidation_words(account: AccountSurvival, currency: str) -> str:
    """Return when the account would have been liquidated, and what was left; empty for never."""
    found = account.as_filled.as_traded
    if found is None:
        return ""
    return (
        f"ACCOUNT LIQUIDATED at {found.time:%Y-%m-%d %H:%M} ({CANDLE_BY_CANDLE}): at the worst "
        f"prices of that candle its equity was {sum_of_money(found.equity_quote)} {currency}, "
        f"{percent(-found.loss_ratio)} since the start. freqtrade's backtest goes on there: what "
        "it made later would never have been."
    )


def fate_words(sides: Sequence[Examined]) -> list[str]:
    """Return the same of each result whose account was liquidated, with its label."""
    found = []
    for side in sides:
        account = side.found.account
        if account is not None and (
            words := liquidation_words(account, side.found.result.currency)
        ):
            found.append(f"{side.label}: {words}" if len(sides) > 1 else words)
    return found


def account_verdict(account: AccountSurvival) -> str:
    """Return in a few sentences whether the account lives, and up to which leverage it would."""
    exact, *_, worst = account.fates
    if exact.why_unknown:
        return f"It is unknown whether the account would have lived: {exact.why_unknown}."
    found = exact.as_traded
    fate = (
        f"is not liquidated, with a drawdown of {percent(exact.drawdown_ratio, 0)}"
        if found is None
        else f"is liquidated at {found.time:%Y-%m-%d %H:%M}"
    )
    slippage = percent(worst.slippage_ratio, 0)
    return (
        f"As it was traded, with up to {account.max_leverage:.1f}x effective leverage, the account "
        f"{fate}. With the backtest's own fills {_up_to(exact)}; with stops filled {slippage} "
        f"beyond the worst of their candle {_up_to(worst)}."
    )


def account_rows(account: AccountSurvival) -> Iterator[tuple[str, ...]]:
    """Yield a row for what was traded and for each leverage: its name, a cell for each fill."""
    yield "as traded", *(fate_cell(fate) for fate in account.fates)
    for number, leverage in enumerate(account.as_filled.leverages):
        cells = (
            UNKNOWN
            if fate.why_unknown
            else _cell(fate.by_leverage[number], fate.drawdown_ratios[number])
            for fate in account.fates
        )
        yield f"{leverage:g}x", *cells


def fate_cell(fate: AccountFate) -> str:
    """Return when the account was liquidated as it was traded, or its drawdown if it lives."""
    return UNKNOWN if fate.why_unknown else _cell(fate.as_traded, fate.drawdown_ratio)


def _cell(found: AccountLiquidation | None, drawdown_ratio: float) -> str:
    if found is None:
        return f"{LIVED} {percent(-drawdown_ratio, 0)}"
    return f"{found.time:%Y-%m-%d %H:%M} {percent(-found.loss_ratio, 0)}"


def _up_to(fate: AccountFate) -> str:
    if fate.why_unknown:
        return f"it is unknown up to which leverage it would not be liquidated ({fate.why_unknown})"
    if not fate.keeps_alive:
        return "it would have been liquidated at each of the leverages from 1x"
    return (
        f"it would not have been liquidated up to {fate.keeps_alive:g}x, with a drawdown of "
        f"{percent(fate.kept_drawdown_ratio, 0)} there"
    )
