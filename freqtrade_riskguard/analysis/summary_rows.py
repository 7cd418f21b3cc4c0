"""The figures of a report, each with what it was measured on, results side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan

from freqtrade_riskguard.analysis.account_words import fate_cell
from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures
from freqtrade_riskguard.analysis.disclaimer import (
    CANDLE_BY_CANDLE,
    CANDLE_CLOSE,
    CLOSED,
    FILL_STRESS,
)
from freqtrade_riskguard.analysis.report_data import Examined, Report
from freqtrade_riskguard.analysis.tables import UNKNOWN
from freqtrade_riskguard.backtest_result.decision_table import halt_lines
from freqtrade_riskguard.formatting import percent, sum_of_money
from freqtrade_riskguard.risk import DEFAULT_SLIPPAGES

_SHOWN_SLIPPAGE = 0.02
# Its place behind what was filled exactly.
_SHOWN = 1 + DEFAULT_SLIPPAGES.index(_SHOWN_SLIPPAGE)
_ISOLATED = "isolated"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes
    ----------
    basis : str
        What it was measured on; empty where that is no question.
    cells : tuple of str
        One for each result.
    """

    label: str
    basis: str
    cells: tuple[str, ...]


def summary_rows(sides: Sequence[Examined]) -> list[Row]:
    """Return every figure of the results."""
    stressed = f"{FILL_STRESS}, {percent(_SHOWN_SLIPPAGE, 0)}"
    figures: list[tuple[str, str, Callable[[Examined], str]]] = [
        ("Trades", "", lambda side: f"{side.found.outcome.trades:,}"),
        ("Still open at the end", "", lambda side: str(side.found.result.censored)),
        ("Highest leverage", "", lambda side: f"{side.found.outcome.max_leverage:g}x"),
        ("Result", CLOSED, lambda side: _total(side, side.found.outcome.final_balance_quote)),
        (
            "Final balance",
            CLOSED,
            lambda side: _money(side, side.found.outcome.final_balance_quote),
        ),
        ("Maximum drawdown", CLOSED, lambda side: percent(-side.found.outcome.max_drawdown_ratio)),
        ("Maximum drawdown", CANDLE_CLOSE, _marked_drawdown),
        ("Worst day", CLOSED, lambda side: percent(side.found.outcome.worst_day_ratio)),
        ("Worst day", CANDLE_CLOSE, _marked_day),
        ("Worst trade", CLOSED, lambda side: percent(side.found.outcome.worst_trade_ratio)),
        ("Liquidations", CLOSED, lambda side: str(side.found.outcome.liquidations)),
        ("Liquidations", stressed, _stressed(lambda _, o: str(o.liquidations))),
        ("Worst trade", stressed, _stressed(lambda _, o: percent(o.worst_trade_ratio))),
        ("Worst day", stressed, _stressed(lambda _, o: percent(o.worst_day_ratio))),
        ("Result", stressed, _stressed(lambda side, o: _total(side, o.final_balance_quote))),
        ("Funding", CLOSED, _funding),
        ("Pauses of entries", "", _pauses),
    ]
    if any(side.found.account is not None for side in sides):
        figures += [
            ("Account liquidated", CANDLE_BY_CANDLE, _account_fate(0)),
            ("Account liquidated", f"{CANDLE_BY_CANDLE}, {stressed}", _account_fate(_SHOWN)),
            ("Effective leverage, at most", "right after an entry", _effective_leverage),
        ]
    return [Row(label, basis, tuple(map(figure, sides))) for label, basis, figure in figures]


def halt_words(report: Report) -> list[str]:
    """Return ``HALTED on DATE, N days untraded``; nothing where it was not."""
    return list(halt_lines(report.main.halts, report.main.found.result.end))


def journal_words(report: Report) -> str:
    """Return what to say where nothing is known of the guard; empty where it is."""
    result = report.main.found.result
    if report.decisions is None:
        return (
            f"There is no journal beside {result.path.name}, so what the guard did is unknown, if "
            'there was one. Set "journal_file" in the "riskguard" block, and backtest again.'
        )
    if not report.decisions:
        return (
            f"The journal has no decision of {result.strategy}: it was not guarded, or no rule "
            "has changed anything."
        )
    return ""


def funding_quote(side: Examined) -> float:
    """Return the funding of all trades, negative when paid; NaN where some is not recorded."""
    return sum(trade.funding_quote for trade in side.found.result.trades)


def stressed_outcome(side: Examined) -> ClosedTradeFigures | None:
    """Return what came of stops filled 2 % beyond the worst price of their candle, where known."""
    return next(s for s in side.found.stressed if s.slippage_ratio == _SHOWN_SLIPPAGE).outcome


def _stressed(figure: Callable[[Examined, ClosedTradeFigures], str]) -> Callable[[Examined], str]:
    def shown(side: Examined) -> str:
        outcome = stressed_outcome(side)
        return UNKNOWN if outcome is None else figure(side, outcome)

    return shown


def _account_fate(number: int) -> Callable[[Examined], str]:
    def shown(side: Examined) -> str:
        account = side.found.account
        return _ISOLATED if account is None else fate_cell(account.fates[number])

    return shown


def _effective_leverage(side: Examined) -> str:
    account = side.found.account
    if account is None:
        return _ISOLATED
    return UNKNOWN if isnan(account.max_leverage) else f"{account.max_leverage:.1f}x"


def _funding(side: Examined) -> str:
    quote = funding_quote(side)
    return UNKNOWN if isnan(quote) else _money(side, quote)


def _pauses(side: Examined) -> str:
    locks = side.found.outcome.locks
    return UNKNOWN if locks is None else str(locks)


def _total(side: Examined, balance_quote: float) -> str:
    return percent(balance_quote / side.found.result.starting_balance_quote - 1)


def _money(side: Examined, quote: float) -> str:
    return f"{sum_of_money(quote)} {side.found.result.currency}"


def _marked_drawdown(side: Examined) -> str:
    return UNKNOWN if side.marked is None else percent(-side.marked.max_drawdown_ratio)


def _marked_day(side: Examined) -> str:
    return UNKNOWN if side.marked is None else percent(side.marked.worst_day_ratio)
