"""``riskguard report`` of a guarded backtest: the page in a browser, without a network."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.support.freqtrade import MODERATE, backtest, strategy_files

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
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def opened(request, browser, reported):
    """Return the page as a browser shows it, and all that it has complained of or asked for."""
    context = browser.new_context(color_scheme=request.param)
    asked, complaints = [], []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(("file:", "data:")), refuse)
    context.set_offline(True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(reported.page.as_uri())
    yield page, asked, complaints
    context.close()


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


def test_figures_take_the_colours_of_the_page(opened):
    page, *_ = opened
    text, figure = page.evaluate(
        """() => [getComputedStyle(document.documentElement).getPropertyValue("--text").trim(),
            document.querySelector(".js-plotly-plot").layout.font.color]"""
    )
    assert text == figure
