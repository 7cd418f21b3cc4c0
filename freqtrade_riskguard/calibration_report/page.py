"""The answer of a calibration as one HTML file that needs nothing else."""

from collections.abc import Iterator, Mapping
from math import expm1
from typing import Any

from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.analysis.figure_list import Picture, picture_of
from freqtrade_riskguard.analysis.html_page import render
from freqtrade_riskguard.calibration.answer import (
    COLUMNS,
    Answer,
    bare_words,
    cells_of,
    columns_words,
    evidence_words,
    to_paste,
    verdict,
)
from freqtrade_riskguard.calibration_report.figures import (
    around_figure,
    drawdown_figure,
    fan_figure,
    folds_figure,
    leverage_figure,
)
from freqtrade_riskguard.formatting import percent

_DRAWN = "years drawn from its trades, stops filled at the worst"
_FAN = (
    "Years are drawn in blocks from the trades of this backtest; dark holds half of them, pale 90 "
    "of 100. The dotted line is where the account began."
)
_DRAWDOWNS = (
    "Each year has one deepest drawdown, open trades at their worst. What lies right of the line "
    "has broken the budget."
)
_LEVERAGE = (
    "The bare strategy at 1x, all of its sizes multiplied: in which share of the years no "
    "drawdown was deeper. Liquidation prices are not in it: riskguard survive has them."
)
_FOLDS = (
    "Settings were searched in sample, and judged on the candles right after: a part that they "
    "have never seen. Profits of parts of another length cannot be compared, their signs can. Red: "
    "the budget."
)
_AROUND = (
    "One setting is changed, all others stay as found; the dashed line is what was found. Where "
    "growth falls off at once beside it, what was found is luck; a plateau may be believed."
)


def page(title: str, answer: Answer, block: Mapping[str, Any] | None) -> str:
    """Return the HTML of an answer.

    Parameters
    ----------
    title : str
        Strategy and days.
    block : mapping or None
        The ``riskguard`` block to paste; None where there is an objection.
    """
    return render(
        "calibration.html.j2",
        title=title,
        budget=percent(answer.max_drawdown_ratio, 0),
        verdict=verdict(answer),
        objections=answer.objections,
        bare=bare_words(answer),
        block=None if block is None else to_paste(block),
        evidence=evidence_words(answer),
        settings=_settings(answer),
        columns=COLUMNS,
        columns_words=columns_words(answer),
        backtests=list(cells_of(answer)),
        pictures={picture.name: picture for picture in _pictures(answer)},
        limits=LIMITS,
    )


def _pictures(answer: Answer) -> Iterator[Picture]:
    bare, budget = answer.bare_at_1x_in_sample, answer.max_drawdown_ratio
    telling = [each for each in (answer.chosen, bare) if each is not None and each.is_telling]
    for judged in telling[:1]:
        title = f"What a year may make of the account: {judged.label}"
        yield picture_of("fan", title, _DRAWN, _FAN, fan_figure(judged))
        drawn = drawdown_figure(telling, budget)
        yield picture_of("drawdowns", "Drawdown against the budget", _DRAWN, _DRAWDOWNS, drawn)
    if bare.is_telling:
        drawn = leverage_figure(bare, budget, answer.bare_multiple)
        yield picture_of("leverage", "Survival by leverage", _DRAWN, _LEVERAGE, drawn)
    yield picture_of(
        "folds", "In sample and out of sample", "as filled", _FOLDS, folds_figure(answer)
    )
    if answer.around:
        title = "What a year makes with other values"
        yield picture_of("around", title, _DRAWN, _AROUND, around_figure(answer))


def _settings(answer: Answer) -> list[list[str]]:
    """Return for each setting: what was found, and the year at the values around it."""
    return [
        [
            key,
            f"{answer.values[key]:.4g}",
            ", ".join(
                f"{value:.4g}: {percent(expm1(year.median_log_growth))}"
                + ("" if year.is_within else " (budget broken)")
                for value, year in points
                if value != answer.values[key]
            ),
        ]
        for key, points in answer.around.items()
    ]
