"""The first screen of a report: a sentence, and one tile for each figure that people ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isinf, isnan

from freqtrade_riskguard.analysis.disclaimer import CANDLE_CLOSE, CLOSED
from freqtrade_riskguard.analysis.report_data import Examined, Report
from freqtrade_riskguard.analysis.summary_rows import stressed_outcome
from freqtrade_riskguard.analysis.tables import UNKNOWN
from freqtrade_riskguard.formatting import percent, sum_of_money

UNDEFINED = "not defined"
_DAY, _YEAR = timedelta(days=1), timedelta(days=365)
# From here on a tile shows no decimals, and beyond the last no more than that.
_WHOLE, _LARGEST = 100.0, 10_000.0
# What is shown as 0.0 % is neither a profit nor a loss.
_NOTHING = 0.0005


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure.

    Attributes
    ----------
    basis : str
        What it was measured on.
    values : tuple of str
        One for each result.
    notes : tuple of str
        What stands below each value; empty where nothing does.
    tones : tuple of str
        ``"gain"`` or ``"loss"`` where the sign of a value is what matters, else empty.
    """

    label: str
    basis: str
    values: tuple[str, ...]
    notes: tuple[str, ...]
    tones: tuple[str, ...]


def tiles(sides: Sequence[Examined]) -> list[Tile]:
    """Return the headline figures of the results, each with what it was measured on."""
    return [
        Tile(
            label,
            basis,
            tuple(map(value, sides)),
            tuple(map(note, sides)),
            tuple(_tone(side) if label == "Result" else "" for side in sides),
        )
        for label, basis, value, note in _FIGURES
    ]


def headline(report: Report) -> str:
    """Return in one sentence what became of the account, and of the other one."""
    main, other = report.main, report.against
    if other is None:
        if not main.found.outcome.trades:
            return f"{main.label} made no trade in {_span(main)}."
        return f"{main.label} {_fate(main, _span(main))}; {_under_stress(main)}."
    spans = [_span(side) for side in report.sides]
    later = "" if spans[0] == spans[1] else spans[1]
    return f"{main.label} {_fate(main, spans[0])}; {other.label} {_fate(other, later)}."


def _under_stress(side: Examined) -> str:
    outcome = stressed_outcome(side)
    if outcome is None:
        return "what badly filled stops would have cost is unknown"
    ratio = outcome.final_balance_quote / outcome.starting_balance_quote - 1
    return (
        "with every stop filled 2 % beyond the worst price of its candle it would have "
        f"{_made(ratio)}"
    )


def _fate(side: Examined, span: str) -> str:
    """Return what a run made, how far it fell, and whether it was liquidated."""
    within = f" in {span}" if span else ""
    outcome, figures = side.found.outcome, side.performance
    if not outcome.trades:
        return f"made no trade{within}"
    # Closed trades tell less than candles, but not nothing.
    fall, basis = figures.marked_drawdown_ratio, ""
    if isnan(fall):
        fall, basis = outcome.max_drawdown_ratio, " by closed trades"
    times = outcome.liquidations
    ended = ("no liquidation", "1 liquidation")[times] if times <= 1 else f"{times:,} liquidations"
    stressed = stressed_outcome(side)
    if stressed is not None and stressed.liquidations > times:
        ended += f" ({stressed.liquidations:,} under fill stress)"
    account = side.found.account
    if account is not None and (end := account.as_filled.as_traded) is not None:
        ended = f"its account liquidated on {end.time:%Y-%m-%d}"
    fell = "never fell" if fall < _NOTHING else f"fell at most {percent(fall)}"
    words = f"{_made(figures.result_ratio)}{within} and {fell} below its peak{basis}, with {ended}"
    halted = figures.days_halted
    return words + (f" and {_days(halted)} halted" if halted else "")


def _made(ratio: float) -> str:
    if abs(ratio) < _NOTHING:
        return "ended where it began"
    return f"{'made' if ratio > 0 else 'lost'} {percent(abs(ratio))}"


def _span(side: Examined) -> str:
    return _days(round((side.found.result.end - side.found.result.start) / _DAY))


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"


def _tone(side: Examined) -> str:
    ratio = side.performance.result_ratio
    return "" if abs(ratio) < _NOTHING else "gain" if ratio > 0 else "loss"


def _percent(ratio: float, missing: str, *, signed: bool = False) -> str:
    if isnan(ratio):
        return missing
    value = 100 * ratio
    if value > _LARGEST:
        return f"> {_LARGEST:,.0f} %"
    digits = 0 if abs(value) >= _WHOLE else 1
    return f"{value:{'+' if signed else ''},.{digits}f} %"


def _number(value: float, missing: str = UNDEFINED) -> str:
    if isnan(value):
        return missing
    if isinf(value):
        return "no loss"
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.2f}"


def _balance(side: Examined) -> str:
    result, outcome = side.found.result, side.found.outcome
    return f"{sum_of_money(outcome.final_balance_quote)} {result.currency} at the end"


def _result_to_drawdown(side: Examined) -> str:
    figures = side.performance
    missing = UNKNOWN if isnan(figures.marked_drawdown_ratio) else UNDEFINED
    return _number(figures.result_to_drawdown, missing)


def _annualised(side: Examined) -> str:
    result = side.found.result
    return f"annualised from {_span(side)}" if result.end - result.start < _YEAR else ""


def _winners(side: Examined) -> str:
    trades = side.found.result.trades
    return f"{sum(trade.has_won for trade in trades):,} of {len(trades):,} trades"


def _mean_leverage(side: Examined) -> str:
    mean = side.performance.mean_leverage
    return "" if isnan(mean) else f"{mean:.1f}x on average"


def _max_leverage(side: Examined) -> str:
    highest = side.performance.max_leverage
    return "none" if isnan(highest) else f"{highest:.3g}x"


def _days_halted(side: Examined) -> str:
    # Halts are known from the journal or from the locks.
    if not side.halts and not side.found.result.has_locks:
        return UNKNOWN
    return f"{side.performance.days_halted:,}"


def _nothing(_side: Examined) -> str:
    return ""


def _words(name: str, write: Callable[[float], str]) -> Callable[[Examined], str]:
    """Return what writes a figure of a run's performance."""
    return lambda side: write(getattr(side.performance, name))


_FIGURES: tuple[tuple[str, str, Callable[[Examined], str], Callable[[Examined], str]], ...] = (
    (
        "Result",
        CLOSED,
        _words("result_ratio", lambda ratio: _percent(ratio, UNKNOWN, signed=True)),
        _balance,
    ),
    (
        "Maximum drawdown",
        CANDLE_CLOSE,
        _words("marked_drawdown_ratio", lambda ratio: _percent(-ratio, UNKNOWN)),
        _nothing,
    ),
    (
        "Worst day",
        CANDLE_CLOSE,
        _words("worst_day_ratio", lambda ratio: _percent(ratio, UNKNOWN)),
        _nothing,
    ),
    ("Result / drawdown", f"{CLOSED} / {CANDLE_CLOSE}", _result_to_drawdown, _nothing),
    (
        "CAGR",
        CLOSED,
        _words("cagr", lambda ratio: _percent(ratio, UNDEFINED, signed=True)),
        _annualised,
    ),
    ("Sharpe", CLOSED, _words("sharpe", _number), _nothing),
    ("Sortino", CLOSED, _words("sortino", _number), _nothing),
    ("Calmar", CLOSED, _words("calmar", _number), _nothing),
    (
        "Win rate",
        CLOSED,
        _words("win_rate", lambda ratio: _percent(ratio, UNDEFINED)),
        _winners,
    ),
    ("Profit factor", CLOSED, _words("profit_factor", _number), _nothing),
    ("Leverage used", "highest, at entry", _max_leverage, _mean_leverage),
    (
        "Days halted",
        "whole days",
        _days_halted,
        lambda side: f"of {_span(side)}",
    ),
)
