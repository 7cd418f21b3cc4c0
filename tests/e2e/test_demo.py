"""``riskguard demo`` shows what the guard is for, on any machine."""

import re
import subprocess
import sys

import pytest

from tests.support.pages import blocks

pytestmark = pytest.mark.slow


def riskguard(*arguments, cwd):
    command = [sys.executable, "-m", "freqtrade_riskguard.cli", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "page.html"


@pytest.fixture(scope="module")
def demo(project, page):
    return riskguard("demo", "--output", str(page), cwd=project)


def rows(output):
    """Return the cells of each row of the tables, by the row's label."""
    lines = (line.strip("│┃ ").replace("┃", "│") for line in output.splitlines() if "│" in line)
    cells = ([cell.strip() for cell in line.split("│")] for line in lines)
    return {label: values for label, *values in cells}


def test_the_bare_strategy_is_liquidated_and_the_guarded_one_is_not(demo):
    assert demo.returncode == 0, demo.stderr
    table = rows(demo.stdout)
    bare, at_1x, guarded = map(int, table["Liquidations"])
    assert bare > 0
    assert at_1x == 0
    assert guarded == 0
    leverage = [float(cell.removesuffix("x")) for cell in table["Highest leverage"]]
    assert leverage[0] == 10
    assert leverage[1] == 1
    assert 1 < leverage[2] <= 5
    assert [int(trades) > 0 for trades in table["Trades"]] == [True] * 3


def test_the_guarded_strategy_ends_with_the_most_and_falls_the_least(demo):
    table = rows(demo.stdout)
    balances = [float(cell.split()[0].replace(",", "")) for cell in table["Final balance"]]
    drawdowns = [abs(float(cell.split()[0])) for cell in table["Maximum drawdown"]]
    assert balances[2] == max(balances)
    assert drawdowns[2] == min(drawdowns)


def test_the_readme_shows_what_it_prints(demo):
    table = rows(demo.stdout)
    (block,) = [block for block in blocks("text", "README.md") if "guarded (asks 10x)" in block]
    _, *shown = [re.split(r"  +", line.strip()) for line in block.strip().splitlines()]
    assert len(shown) == 8
    assert {label: table[label] for label, *_ in shown} == {label: row for label, *row in shown}


def test_it_ends_with_decisions_and_their_reasons(demo):
    assert "The guard's last decisions" in demo.stdout
    decisions = demo.stdout.split("The guard's last decisions")[1]
    assert "edge" in decisions or "volatility" in decisions


def test_it_leaves_a_page_that_compares_them(demo, page):
    assert f"All of it, guarded against bare: {page}" in demo.stdout
    text = page.read_text(encoding="utf-8")
    assert "flash_crash, guarded (asks 10x) against bare at 10x" in text
    assert len(re.findall(r'data-figure="\w+-data"', text)) == 9
    # Both in every tile.
    assert (text.count('<dd class="value'), text.count('<dd class="other"')) == (12, 12)


def test_a_wrong_folder_is_one_line_and_exit_code_2(tmp_path):
    done = riskguard("demo", "--strategies", str(tmp_path / "nowhere"), cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith("riskguard demo: ")
    assert "--strategies" in done.stderr
    assert done.stderr.count("\n") == 1
