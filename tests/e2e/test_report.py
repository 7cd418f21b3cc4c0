"""``riskguard report`` of a guarded backtest: the page in a browser, without a network."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from freqtrade_riskguard.analysis.html_report import page as page_of
from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.browser import chromium, draw_all, shown
from tests.support.freqtrade import MODERATE, backtest, strategy_files
from tests.support.results import result, trade

pytestmark = pytest.mark.slow

GUARDED = """
from reckless import Reckless
from freqtrade_riskguard import RiskGuard


class GuardedReckless(RiskGuard, Reckless):
    pass
"""
STRATEGIES = {**strategy_files("reckless"), "guarded.py": GUARDED}
# Generated months are quiet at first: a few days around the crash are enough.
LATE = ("--timerange", "20240119-")
WIDTHS = (400, 1400)


@dataclass(frozen=True)
class Reported:
    """A page and what the terminal said."""

    page: Path
    shown: str


def report(folder, *arguments):
    command = [sys.executable, "-m", "freqtrade_riskguard.cli", "report", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def reported(scenario_candles, tmp_path_factory):
    data = scenario_candles("flash_crash", days=23)
    folder = tmp_path_factory.mktemp("report") / "bot"
    names = ("GuardedReckless", "Reckless")
    run = backtest(
        folder, data, *names, args=LATE, strategies=STRATEGIES, riskguard=dict(MODERATE)
    ).succeeded()
    assert all(run.outcomes[name].trades for name in names)
    results = folder / "backtest_results"
    page = folder / "page.html"
    guarded = ("--strategy", "GuardedReckless", "--datadir", data, "--output", page)
    shown = report(
        folder, results, *guarded, "--against", results, "--against-strategy", "Reckless"
    )
    return Reported(page, shown)


def test_the_terminal_sums_up(reported):
    assert "What each rule did" in reported.shown
    assert "GuardedReckless" in reported.shown
    for basis in ("closed trades", "candle close", "fill stress, 2 %"):
        assert basis in reported.shown
    assert "It cannot prevent gaps, outages, auto-deleveraging" in reported.shown
    assert f"Page: {reported.page}" in reported.shown


def test_the_page_is_one_small_file(reported):
    assert reported.page.stat().st_size < 20_000_000


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=["light", "dark"])
def opened(request, browser, reported):
    with shown(browser, reported.page, request.param) as found:
        draw_all(found[0])
        yield found


def test_it_asks_for_nothing_and_complains_of_nothing(opened):
    _, asked, complaints = opened
    assert (asked, complaints) == ([], [])


def test_every_figure_is_drawn_with_its_data(opened):
    page, *_ = opened
    figures = page.evaluate(
        """() => [...document.querySelectorAll("[data-figure]")].map((box) => ({
            name: box.dataset.figure,
            drawn: box.classList.contains("js-plotly-plot"),
            traces: (box.data || []).length,
            // What was worked out of the data: arrays may be packed.
            points: (box.calcdata || []).map((trace) => trace.length),
            high: box.getBoundingClientRect().height,
        }))"""
    )
    names = {figure["name"] for figure in figures}
    assert {"equity-data", "enforced-data", "excursions-data", "hit_rates-data"} <= names
    for figure in figures:
        assert figure["drawn"], figure
        assert figure["traces"], figure
        assert all(figure["points"]), figure
        assert figure["high"] > 100, figure


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(opened, width):
    page, *_ = opened
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function(
        """() => [...document.querySelectorAll(".js-plotly-plot .main-svg")].every(
            (figure) => figure.getBoundingClientRect().right <= innerWidth)"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Text is no smaller than what can be read.
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("p, td, th, figcaption, dd, summary")].map(
            (text) => parseFloat(getComputedStyle(text).fontSize))"""
    )
    assert min(sizes) >= 12


def test_on_a_telephone_the_result_of_a_rule_is_seen_first(opened):
    page, *_ = opened
    page.set_viewport_size({"width": min(WIDTHS), "height": 900})
    right = page.evaluate(
        """() => [...document.querySelectorAll("#guard ~ .scroll th[scope=col]")].find(
            (head) => head.textContent.includes("Result changed")).getBoundingClientRect().right"""
    )
    assert right < min(WIDTHS)


# The colour that a variable of the style sheet stands for, and that of something in a figure.
COLOURS = """([variable, selector, property]) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${variable})`;
    const wanted = getComputedStyle(probe).color;
    probe.remove();
    return [wanted, getComputedStyle(document.querySelector(selector))[property]];
}"""


@pytest.mark.parametrize(
    ("variable", "selector", "property_name"),
    [
        ("--text", "#equity .legendtext", "fill"),
        ("--soft", "#equity .xtick text, #equity .x2tick text", "fill"),
        ("--soft", "#equity .ytitle", "fill"),
        ("--line", "#equity .gridlayer path", "stroke"),
    ],
)
def test_figures_take_the_colours_of_the_page(opened, variable, selector, property_name):
    page, *_ = opened
    wanted, found = page.evaluate(COLOURS, [variable, selector, property_name])
    assert found == wanted


def test_the_page_follows_the_system_and_paper_is_white(browser, reported):
    background = "getComputedStyle(document.body).backgroundColor"
    legend = "getComputedStyle(document.querySelector('#equity .legendtext')).fill"
    with shown(browser, reported.page, "dark") as (page, *_):
        dark = page.evaluate(background), page.evaluate(legend)
        page.emulate_media(color_scheme="light")
        light = page.evaluate(background), page.evaluate(legend)
        page.emulate_media(color_scheme="dark", media="print")
        assert page.evaluate(background) == "rgb(255, 255, 255)"
        assert page.evaluate(legend) == light[1]
    assert dark[0] != light[0]
    assert dark[1] != light[1]


def test_figures_fit_on_paper_and_the_screen_has_them_back(browser, reported):
    width = "document.querySelector('#equity .main-svg').getBoundingClientRect().width"
    with shown(browser, reported.page) as (page, *_):
        before = page.evaluate(width)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(width) <= 680 < before
        # All are printed, also those that nobody has looked at.
        assert page.locator("[data-figure]:not(.js-plotly-plot)").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.wait_for_function(f"() => {width} === {before}")


def test_every_tile_is_seen_at_once(browser, reported):
    with shown(browser, reported.page) as (page, *_):
        bottoms = page.evaluate(
            """() => [...document.querySelectorAll(".tile")].map(
                (tile) => tile.getBoundingClientRect().bottom)"""
        )
        assert len(bottoms) == 12
        assert max(bottoms) <= 900
        # Both runs are in each.
        assert page.locator(".tile .value").count() == page.locator(".tile .other").count() == 12
        assert page.locator(".headline").inner_text().startswith("GuardedReckless ")


def test_no_button_sends_a_figure_anywhere(opened):
    page, *_ = opened
    page.locator("#equity .plot").hover()
    titles = page.evaluate(
        """() => [...document.querySelectorAll(".modebar-btn")].map(
            (button) => button.dataset.title || button.getAttribute("aria-label"))"""
    )
    assert "Zoom" in titles
    assert not [title for title in titles if "Share" in title or "Cloud" in title]


def test_the_account_is_shown_on_a_logarithmic_scale_at_a_switch(browser, reported):
    axis = "document.querySelector('[data-figure=equity-data]').layout.yaxis.type"
    with shown(browser, reported.page) as (page, _, complaints):
        assert page.evaluate(axis) in {None, "linear"}
        log = page.get_by_role("button", name="Logarithmic")
        log.click()
        assert page.evaluate(axis) == "log"
        assert log.get_attribute("aria-pressed") == "true"
        page.get_by_role("button", name="Linear").click()
        assert page.evaluate(axis) == "linear"
        assert complaints == []


def column(page, table, place):
    """Return what the cells of a column say, of the leaf that is shown."""
    return page.locator(
        f"[data-table='{table}-data'] tbody tr > :nth-child({place + 1})"
    ).all_inner_texts()


def numbers(texts):
    return [float(text.replace(",", "").split()[0]) for text in texts]


def test_tables_sort_by_click_and_by_key(opened):
    page, *_ = opened
    heads = page.locator("[data-table='trades-0-data'] thead th")
    opened_at = column(page, "trades-0", 0)
    assert opened_at == sorted(opened_at)
    assert heads.nth(0).get_attribute("aria-sort") == "ascending"
    profit = heads.nth(5)
    profit.get_by_role("button").click()
    found = numbers(column(page, "trades-0", 5))
    assert found == sorted(found, reverse=True)
    assert len(set(found)) > 1
    sorts = [heads.nth(place).get_attribute("aria-sort") for place in (0, 5)]
    assert sorts == ["none", "descending"]
    profit.get_by_role("button").focus()
    page.keyboard.press("Enter")
    found = numbers(column(page, "trades-0", 5))
    assert found == sorted(found)
    assert profit.get_attribute("aria-sort") == "ascending"
    heads.nth(1).get_by_role("button").click()
    pairs = column(page, "trades-0", 1)
    assert pairs == sorted(pairs)
    heads.nth(0).get_by_role("button").click()


def test_the_other_run_is_shown_at_a_switch(opened):
    page, *_ = opened
    first, second = page.locator("#run-0"), page.locator("#run-1")
    assert (first.is_visible(), second.is_visible()) == (True, False)
    page.get_by_role("button", name="Reckless", exact=True).click()
    assert (first.is_visible(), second.is_visible()) == (False, True)
    page.get_by_role("button", name="GuardedReckless", exact=True).click()
    assert first.is_visible()


MANY, PAIRS = 10_000, 100
NAMES = ("breakout", "reversion", "</script><script>alert(1)</script>")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """Return a page of very many trades, and how long it took to write."""
    trades = [
        trade(
            100, 100 + (place * 7_919 % 2_001 - 990) / 1_000, place * 2, place * 2 + 1, amount=0.2,
            pair=f"P{place % PAIRS:03}/USDT:USDT", enter_tag=NAMES[place % len(NAMES)],
        )
        for place in range(MANY)
    ]  # fmt: skip
    made = result(*trades, hours=2 * MANY + 2)
    market = ResultCandles("1h", missing=made.pairs)
    found = examine(made, market, ResultTiers({}, "flat", TierTable.flat(0.0)))
    path = tmp_path_factory.mktemp("crowded") / "page.html"
    start = time.process_time()
    path.write_text(page_of(gather(found, None)), encoding="utf-8")
    return path, time.process_time() - start


def test_ten_thousand_trades_are_written_in_seconds_and_a_few_megabytes(crowded):
    path, seconds = crowded
    assert path.stat().st_size < 7_000_000
    assert seconds < 20


@pytest.mark.parametrize("width", WIDTHS)
def test_ten_thousand_trades_are_sorted_filtered_and_turned_at_once(browser, crowded, width):
    with shown(browser, crowded[0], width=width) as (page, asked, complaints):
        table = page.locator("[data-table='trades-0-data']")
        status = table.locator("[data-status]")
        assert status.inner_text() == "1 to 25 of 10,000"
        assert table.locator("tbody tr").count() == 25
        took = page.evaluate(
            """() => {
                const table = document.querySelector("[data-table='trades-0-data']");
                const start = performance.now();
                table.querySelectorAll("thead button")[5].click();
                return performance.now() - start;
            }"""
        )
        assert took < 2_000
        table.get_by_role("button", name="Next").click()
        assert status.inner_text() == "26 to 50 of 10,000"
        table.get_by_role("searchbox").fill("p007 script")
        # A hundred trades of the pair, every third of this tag: 7, 107, 207, 307 ...
        names = [NAMES[place % 3] for place in range(7, MANY, PAIRS)]
        assert status.inner_text() == f"1 to 25 of {names.count(NAMES[2])} (filtered from 10,000)"
        assert set(column(page, "trades-0", 8)) == {NAMES[2]}
        table.get_by_role("searchbox").fill("nowhere")
        assert status.inner_text() == "No row matches."
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert (asked, complaints) == ([], [])
