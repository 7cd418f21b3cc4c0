"""The tables of ``survive``: a backtest with badly filled stops, and at other leverages."""

from collections.abc import Iterator
from math import isnan

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.analysis.account_survival import AccountSurvival
from freqtrade_riskguard.analysis.account_words import (
    ACCOUNT_TITLE,
    LIVED,
    account_caption,
    account_rows,
    account_verdict,
    liquidation_words,
)
from freqtrade_riskguard.analysis.disclaimer import CLOSED, FILL_STRESS, LIMITS
from freqtrade_riskguard.analysis.leverage_survival import Survival
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis, candles_words, caveats
from freqtrade_riskguard.analysis.tables import UNKNOWN, outcome_table
from freqtrade_riskguard.analysis.yearly_risk import (
    CONFIDENCE,
    DRAWDOWN_LIMITS,
    Chance,
    YearlyRisk,
)
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import percent

_HELD = (
    "The same entries and exits at another leverage; a stop that depends on leverage would be "
    "elsewhere. Liquidation is taken 1 % before its computed price."
)


# No green for what lives: its drawdown may be all but everything.
_NOT_LIQUIDATED = (LIVED, UNKNOWN)
_BOUND = "a trade beyond its liquidation price loses its whole margin."
_UNBOUND = "in cross margin a trade may lose more than its margin."


def tables(found: ResultAnalysis, year: YearlyRisk | None) -> Iterator[RenderableType]:
    """Yield what the terminal shows."""
    result = found.result
    yield Text(f"{result.strategy}, {result.start:%Y-%m-%d} to {result.end:%Y-%m-%d}", "bold")
    yield Text(str(result.path), "dim", overflow="fold")
    yield Text(candles_words(found), "dim", overflow="fold")
    account = found.account
    if account is not None and (words := liquidation_words(account, result.currency)):
        yield Text(words, "bold red")
    for doubt in caveats(found):
        yield Text(f"! {doubt}", "yellow")
    names = [_name(stressed.slippage_ratio) for stressed in found.stressed]
    yield outcome_table(
        "Fill stress",
        {
            _name(): found.outcome,
            **dict(zip(names, (each.outcome for each in found.stressed), strict=True)),
        },
        currency=result.currency,
        caption=f"First column: {CLOSED}, stops filled exactly. Others: {FILL_STRESS}: stops, and "
        "what the guard cut off, filled that much beyond the worst of their candle; "
        f"{_BOUND if account is None else _UNBOUND} Trade and day: share of the account.",
    )
    if account is not None:
        if not account.as_filled.why_unknown:
            yield _account_table(account)
    elif found.survivals[0].counted:
        yield _survival_table(found.survivals)
    if year is not None:
        yield _year_table(year)
    yield Text.assemble(("In short: ", "bold"), verdict(found))
    yield Text(LIMITS, "italic")


def verdict(found: ResultAnalysis) -> str:
    """Return in a few sentences at which leverage no trade, or no account, is liquidated."""
    if found.account is not None:
        return account_verdict(found.account)
    exact, *_, worst = found.survivals
    slippage = percent(worst.slippage_ratio, 0)
    beyond = f"With stops filled {slippage} beyond the worst of their candle"
    if worst.why_unknown and not exact.why_unknown:
        stressed = f"{beyond}: unknown; {worst.why_unknown}."
    elif not worst.stops:
        stressed = "No trade ended at a stop, so worse fills of stops change nothing."
    else:
        stressed = f"{beyond} {_kept(worst)}."
    guarded = " and with the guard's stops in place" if found.is_guarded else ""
    return (
        f"With the backtest's own fills{guarded} {_kept(exact)}. {stressed} The backtest "
        f"used up to {found.outcome.max_leverage:g}x."
    )


def _kept(survival: Survival) -> str:
    if survival.why_unknown:
        return f"it is unknown which leverage would have been survived ({survival.why_unknown})"
    if survival.keeps_all < 1:
        return "at least one trade would have been liquidated at any leverage"
    left_out = f" ({survival.unknown:,} not counted)" if survival.unknown else ""
    return f"no trade{left_out} would have been liquidated at {_times(survival.keeps_all)} or less"


def _survival_table(survivals: tuple[Survival, ...]) -> Table:
    table = FoldingTable(title=f"Liquidated trades of {survivals[0].counted:,}, by leverage")
    unknown = survivals[-1].why_unknown
    table.caption = f"Unknown: {unknown}. {_HELD}" if unknown else _HELD
    table.add_column("Leverage", justify="right")
    for each in survivals:
        table.add_column(_name(each.slippage_ratio), justify="right")
    for index, leverage in enumerate(survivals[0].leverages):
        table.add_row(f"{leverage:g}x", *(_lost(each, index) for each in survivals))
    table.add_section()
    table.add_row("no trade liquidated up to", *(_times(each.keeps_all) for each in survivals))
    table.add_row("99 % of trades up to", *(_times(each.keeps_most) for each in survivals))
    return table


def _account_table(account: AccountSurvival) -> Table:
    table = FoldingTable(title=ACCOUNT_TITLE, caption=account_caption(account))
    table.add_column("Leverage", justify="right")
    for fate in account.fates:
        table.add_column(_name(fate.slippage_ratio), justify="right")
    for name, *cells in account_rows(account):
        table.add_row(
            name, *(Text(cell, "" if cell.startswith(_NOT_LIQUIDATED) else "red") for cell in cells)
        )
    return table


def _year_table(year: YearlyRisk) -> Table:
    table = FoldingTable(title=f"Chances within a year of {year.trades_per_year:,} trades")
    table.caption = (
        f"Of {year.paths:,} years drawn from the {year.trades:,} trades as they were filled, in "
        f"blocks of {year.mean_block_trades:.0f} trades on average; below, the interval of "
        f"{percent(CONFIDENCE, 0)} that this number of years leaves. It does not contain that the "
        "record itself may be lucky. Drawdowns of closed trades; trades count one after the other."
    )
    table.add_column("Leverage", justify="right")
    for limit in DRAWDOWN_LIMITS:
        table.add_column(f"Falls > {percent(limit, 0)}", justify="right")
    table.add_column("Liquidated", justify="right")
    table.add_column("Median", justify="right")
    for each in year.by_leverage:
        chances = (*each.drawdowns, each.liquidation)
        median = percent(each.median_growth_ratio, 0)
        table.add_row(f"{each.leverage:g}x", *map(_chance, chances), median)
    return table


def _chance(chance: Chance) -> Text:
    low, high = (f"{100 * ratio:.1f}" for ratio in (chance.low_ratio, chance.high_ratio))
    return Text(f"{percent(chance.share_ratio)}\n{low}-{high}")


def _lost(survival: Survival, index: int) -> Text:
    if survival.why_unknown:
        return Text(UNKNOWN)
    count, share = survival.liquidated[index], survival.lost_ratio(index)
    if not count:
        return Text("0", "green")
    return Text(f"{count:,} ({percent(share)})", "yellow" if share <= 0.01 else "red")  # noqa: PLR2004


def _name(slippage_ratio: float | None = None) -> str:
    if slippage_ratio is None or isnan(slippage_ratio):
        return "as filled"
    return f"+ {percent(slippage_ratio, 0)}"


def _times(leverage: float) -> str:
    if isnan(leverage):
        return UNKNOWN
    if leverage < 1:
        return "less than 1x"
    # Rounded down: the figure itself must still be survived.
    return f"{int(leverage * 10) / 10:g}x"
