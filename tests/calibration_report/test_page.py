"""The page of a calibration: what it draws, and how a browser shows it."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from freqtrade_riskguard.calibration.answer import Answer, Judged
from freqtrade_riskguard.calibration.outlook import Record, outlook
from freqtrade_riskguard.calibration_report.page import page
from tests.support.browser import chromium, draw_all, shown

BUDGET = 0.2
WIDTHS = (400, 1400)
FIGURES = ("fan", "drawdowns", "leverage", "folds", "around")
BLOCK = {
    "profile": "moderate",
    "max_leverage": 2.5,
    "kelly": {"fraction": 0.2, "evidence_file": "evidence/Mine.json"},
}
NASTY = "</script><script>alert(1)</script>"


def judged(label, size, trades=200, seed=0):
    """60 % win two sizes, the others lose two."""
    won = np.random.default_rng(seed).random(trades) < 0.6
    returns = np.where(won, 2.0, -2.0) * size
    record = Record(returns, np.minimum(returns, -size), 250.0)
    equity = np.cumprod(1.0 + returns)
    return Judged(label, trades, equity[-1] - 1.0, equity, record, outlook(record, BUDGET))


ANSWER = Answer(
    max_drawdown_ratio=BUDGET,
    folds=[
        (judged(f"fold {n} in sample", 0.004, 60 * n, n), judged(f"fold {n} out", 0.004, 60, 9 + n))
        for n in (1, 2, 3)
    ],
    chosen=judged("the answer, in sample", 0.004),
    chosen_has_edge=True,
    profile=judged("as it is, out of sample", 0.003),
    bare_at_1x=judged("bare at 1x, out of sample", 0.002),
    bare=judged("bare as asked, out of sample", 0.02),
    bare_at_1x_in_sample=judged("bare at 1x, in sample", 0.002),
    bare_multiple=2.2,
    evidence_trades=180,
    values={"max_leverage": 2.5, "kelly.fraction": 0.2},
    around={
        "max_leverage": [
            (value, judged("", size).outlook)
            for value, size in ((1.6, 0.002), (2.5, 0.004), (3.4, 0.02))
        ],
        "kelly.fraction": [(0.1, judged("", 0.002).outlook), (0.2, judged("", 0.004).outlook)],
    },
)
# Fewer trades than tell anything, and no settings that keep the budget.
FEW = judged("", 0.004, trades=20)
NOTHING = replace(
    ANSWER,
    folds=[(FEW, FEW)],
    chosen=None,
    bare_at_1x_in_sample=FEW,
    bare_multiple=None,
    values={},
    around={},
)


@pytest.fixture(scope="module")
def html():
    return page(f"Mine {NASTY}", ANSWER, BLOCK)


def traces_of(html, name):
    (text,) = re.findall(rf'id="{name}-data">(.*?)</script>', html, re.DOTALL)
    return json.loads(text)["data"]


def numbers(packed):
    """Return what an array of a figure holds; plotly packs them."""
    if isinstance(packed, list):
        return np.array(packed)
    return np.frombuffer(b64decode(packed["bdata"]), packed["dtype"])


def test_the_fan_widens_and_ends_where_the_years_do(html):
    traces = traces_of(html, "fan")
    lowest, highest, *_, middle = [numbers(trace["y"]) for trace in traces]
    assert traces[0]["x"] == traces[-1]["x"]
    assert (traces[-1]["x"][0], traces[-1]["x"][-1]) == (0, 250)
    assert lowest[0] == highest[0] == middle[0] == 1.0
    assert all(lowest < middle + 1e-9)
    assert all(middle < highest + 1e-9)
    # As the table has it, of four times as many years.
    expected = np.exp(ANSWER.chosen.outlook.median_log_growth)
    assert middle[-1] == pytest.approx(expected, rel=0.05)


def test_drawdowns_lie_beyond_the_budget_as_often_as_the_table_says(html):
    chosen, bare = traces_of(html, "drawdowns")
    assert (chosen["name"], bare["name"]) == ("the answer, in sample", "bare at 1x, in sample")
    depths, shares = numbers(chosen["x"]), numbers(chosen["y"])
    assert shares.sum() == pytest.approx(1.0)
    # A bar that the budget cuts through counts with neither.
    width = depths[1] - depths[0]
    beyond = ANSWER.chosen.outlook.beyond_ratio
    assert shares[depths > BUDGET + width].sum() <= beyond <= shares[depths > BUDGET - width].sum()


def test_more_leverage_survives_less(html):
    traces = traces_of(html, "leverage")
    assert [trace["name"] for trace in traces] == [
        *("drawdown of 20 %", "drawdown of 30 %", "drawdown of 50 %", "drawdown of 90 %")
    ]
    for trace in traces:
        kept = numbers(trace["y"])
        assert kept[0] == 1.0
        assert all(later <= earlier for earlier, later in pairwise(kept))
    assert numbers(traces[0]["y"])[-1] < 0.05


def test_each_fold_stands_in_sample_beside_out_of_sample(html):
    profits, drawdowns = traces_of(html, "folds")[:3:2], traces_of(html, "folds")[1::2]
    assert [trace["name"] for trace in traces_of(html, "folds")] == [
        *("in sample", "in sample", "out of sample", "out of sample")
    ]
    for place, (profit, drawdown) in enumerate(zip(profits, drawdowns, strict=True)):
        runs = [fold[place] for fold in ANSWER.folds]
        assert list(numbers(profit["y"])) == [run.profit_ratio for run in runs]
        assert list(numbers(drawdown["y"])) == [-run.marked_drawdown_ratio for run in runs]


def test_what_breaks_the_budget_is_marked_around_the_answer(html):
    broken = [trace for trace in traces_of(html, "around") if trace.get("name") == "budget broken"]
    assert [list(numbers(trace["x"])) for trace in broken] == [[3.4]]
    assert re.search(r'<th scope="row">max_leverage</th><td>2.5</td><td>1.6: [^<]*, 3.4: ', html)
    assert html.count("(budget broken)") == 1


def test_the_block_stands_there_with_its_evidence(html):
    (pasted,) = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", html, re.DOTALL)
    assert json.loads(pasted.replace("&#34;", '"')) == {"riskguard": BLOCK}
    assert "Its evidence file has the 180 trades that were out of sample, so that the" in html
    assert 'role="alert"' not in html
    assert "<script>alert" not in html


def test_where_nothing_is_recommended_it_says_why_and_gives_no_block():
    html = page("Mine", NOTHING, None)
    assert re.findall(r'role="alert">(.*?)</p>', html) == NOTHING.objections
    assert "No settings are recommended." in html
    assert "<pre" not in html
    # Of 20 trades no year can be told.
    drawn = re.findall(r'data-figure="(\w+)-data"', html)
    assert drawn == ["folds"]


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_draws_all_of_it_and_complains_of_nothing(browser, html, tmp_path, scheme):
    file = tmp_path / "answer.html"
    file.write_text(html, encoding="utf-8")
    with shown(browser, file, scheme) as (opened, asked, complaints):
        draw_all(opened)
        for width in WIDTHS:
            opened.set_viewport_size({"width": width, "height": 900})
            opened.wait_for_function(
                """() => [...document.querySelectorAll(".js-plotly-plot .main-svg")].every(
                    (figure) => figure.getBoundingClientRect().right <= innerWidth)"""
            )
            assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.evaluate(
            """() => [...document.querySelectorAll("[data-figure]")].map((box) =>
                box.calcdata.every((trace) => trace.length > 0) && box.dataset.figure)"""
        ) == [f"{name}-data" for name in FIGURES]
        wanted, found = opened.evaluate(
            """() => [getComputedStyle(document.body).color,
                getComputedStyle(document.querySelector("#fan .legendtext")).fill]"""
        )
        assert wanted == found
        assert (asked, complaints) == ([], [])
