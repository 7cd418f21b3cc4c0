import json
import re
from math import nan

import pytest

from freqtrade_riskguard.rehearsal.record import (
    Liquidation,
    Message,
    TradeRecord,
    UnbookedPosition,
)
from freqtrade_riskguard.rehearsal_report.page import page
from tests.support.rehearsals import DECISIONS, FAULTS, at, rehearsal, sample
from tests.support.scripted import BTC

NASTY = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def html():
    return page(
        rehearsal(
            faults=FAULTS,
            decisions=DECISIONS,
            samples=(sample(1, nan), sample(30, 10_000), sample(90, 9_500, 9_600)),
            liquidations=(Liquidation(at(60), BTC, 90_000.0, 900.0),),
            unbooked=(UnbookedPosition(BTC, at(20), at(21), at(36)),),
            trades=(
                TradeRecord(BTC, -1, 2.0, at(10), None, 90_000.0, nan, nan, ""),
                TradeRecord(BTC, 1, 3.0, at(0), at(9), 90_000.0, 91_000.0, 12.5, "roi"),
            ),
            messages=(Message(at(5), NASTY),),
            restarts=(Message(at(40), NASTY),),
        )
    )


def data_of(html, name):
    return json.loads(re.search(rf'id="{name}-data">(.*?)</script>', html, re.DOTALL).group(1))


def test_faults_cuts_and_halts_stand_on_the_curve(html):
    figure = data_of(html, "equity")
    traces = {trace["name"]: trace for trace in figure["data"]}
    assert set(traces) == {
        *("by the exchange", "by the guard", "difference"),
        *("fault", "cut", "halt", "liquidation"),
    }
    # What the guard does not know yet is a gap.
    assert traces["by the guard"]["y"] == [None, 10_000, 9_500]
    assert traces["halt"]["x"] == ["2025-02-03 01:30"]
    assert traces["halt"]["y"] == [9_600]
    # One that never struck is not drawn.
    assert traces["fault"]["x"] == ["2025-02-03 00:06", "2025-02-03 01:00"]
    # Shaded in both panels.
    shades = [shape["x0"] for shape in figure["layout"]["shapes"]]
    assert sorted(shades) == sorted(2 * traces["fault"]["x"])


def test_what_did_not_hold_stands_above_all(html):
    assert "DID NOT HOLD: 2 things." not in html
    (line,) = re.findall(r'<p class="halt" role="alert">(.*?)</p>', html)
    assert line.startswith(f"{BTC} was liquidated")


def test_what_others_have_named_is_no_markup(html):
    assert "<script>alert" not in html
    told = data_of(html, "told")
    assert told["columns"][1]["names"] == [NASTY]


def test_an_open_trade_has_no_end(html):
    table = data_of(html, "booked")
    opened, closed = table["rows"]
    assert (opened[1], opened[6], opened[7]) == (None, None, None)
    assert closed[7] == 12.5


def test_the_owners_part_is_told(html):
    for time in ("00:20", "00:21", "00:36"):
        assert f"<td>2025-02-03 {time}</td>" in html


def test_a_rehearsal_in_which_nothing_happened_is_a_page_too():
    text = page(rehearsal())
    assert "Nothing: no faults were asked for." in text
    assert "It decided nothing." in text
    assert "Positions that no trade knew</h3>" not in text
