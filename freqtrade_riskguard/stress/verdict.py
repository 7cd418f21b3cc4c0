"""The verdict on an account under stress, in a sentence or two."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from rich.text import Text

from freqtrade_riskguard.entry_report.table_format import amount, cover, price, short_pair
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import RUIN_RATIO
from freqtrade_riskguard.stress.report import CloseStep, PositionStress, StressReport


def verdict(report: StressReport) -> Text:
    """Return whether the account survives, what is left of it, and what would help."""
    worst = (
        f"{percent(report.worst_move_ratio, 0)} of the market would take "
        f"{amount(report.worst_loss_quote)} of {amount(report.equity_quote)} {report.currency}"
    )
    beyond = beyond_now(report)
    if is_cross(report):
        least = f"equity would fall to {cover(report.survival)} the maintenance margin at the least"
        figures = f"{worst}; {least}."
    else:
        left = f"{amount(report.equity_left_quote)} would be left"
        figures = f"{_liquidated(report)} {worst}; {left}."
    if report.survives:
        harmless = not any(row.liquidated for row in report.scenarios)
        return Text(
            f"SURVIVES ({margin_words(report)}). {figures}",
            style="bold green" if harmless else "bold yellow",
        )
    if beyond and report.survival > 1 and _remains(report):
        return Text(f"{beyond} {figures}", style="bold red")
    before = list(takewhile(lambda step: not is_enough(step, report), report.close_first))
    needed = report.close_first[: len(before) + 1]
    closed = ", ".join(short_name(step.pair, step.side, report) for step in needed)
    enough = needed and is_enough(needed[-1], report)
    words = f"Closing {closed} would save it." if enough else "Closing everything does not save it."
    return Text(
        f"{beyond} DOES NOT SURVIVE ({margin_words(report)}). {figures} {words}".strip(),
        style="bold red",
    )


def beyond_now(report: StressReport) -> str:
    """Return which positions should have been liquidated by now; empty for none."""
    held = [
        f"{short_name(one.pair, one.side, report)} ({_reached(one)})"
        for one in report.positions
        if one.beyond_liquidation
    ]
    return f"ALREADY BEYOND LIQUIDATION: {', '.join(held)}." if held else ""


def _reached(position: PositionStress) -> str:
    return f"price {price(position.rate)}, liquidation {price(position.liquidation_price)}"


def _liquidated(report: StressReport) -> str:
    """Return which positions die at which move, the smallest on each side."""
    first: dict[str, list[float]] = {}
    gone = {f"{one.pair} {one.side}" for one in report.positions if one.beyond_liquidation}
    for row in report.scenarios:
        for name in (one for one in row.liquidated if one not in gone):
            first.setdefault(name, []).append(row.move_ratio)
    if not first:
        return f"No {'other ' if gone else ''}position would be liquidated."
    died = [f"{short_names([name], report)} at {_smallest(moves)}" for name, moves in first.items()]
    return f"Liquidated: {', '.join(died)}."


def _smallest(moves: Sequence[float]) -> str:
    """Return the smallest fall and the smallest rise among moves, e.g. ``-10 % and +15 %``."""
    falls = [move for move in moves if move < 0]
    rises = [move for move in moves if move > 0]
    nearest = [*falls[-1:], *rises[:1]]
    return " and ".join(f"{100 * move:+.0f} %" for move in nearest)


def is_enough(step: CloseStep, report: StressReport) -> bool:
    """Return whether the account survives once everything up to here is closed."""
    left = is_cross(report) or step.equity_left_quote >= RUIN_RATIO * report.equity_quote
    return left and step.survival_after > 1


def _remains(report: StressReport) -> bool:
    return is_cross(report) or (report.equity_left_quote >= RUIN_RATIO * report.equity_quote)


def short_names(held: Iterable[str], report: StressReport) -> str:
    """Return positions by their short names, e.g. ``BTC long, ETH short``."""
    return ", ".join(short_name(*name.rpartition(" ")[::2], report) for name in held)


def short_name(pair: str, side: str, report: StressReport) -> str:
    """Return e.g. ``BTC long``."""
    return f"{short_pair(pair, report.currency)} {side}"


def is_cross(report: StressReport) -> bool:
    """Return whether all positions share the equity."""
    return report.margin_mode == "cross"


def margin_words(report: StressReport) -> str:
    """Return e.g. ``isolated margin``."""
    return f"{report.margin_mode} margin"
