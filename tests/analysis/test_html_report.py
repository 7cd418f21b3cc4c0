import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.analysis.html_report import page
from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import caveats, examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, at, lock, pair_candles, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
MARKET = ResultCandles(
    "1h",
    {BTC: pair_candles([(100, 101, 90, 100)] * 48)},
    atr=lambda pair, time: 10.0,  # noqa: ARG005 - steady
    atr_timeframe="1h",
)
EVIL = "</script><script>alert(1)</script>"


def told(question, rule, hours, **changes):
    values = {"asked": 10.0, "answered": 2.0, "enforced": True, "until": None, **changes}
    return Decision(
        time=at(hours),
        pair=BTC,
        side=1,
        question=question,
        rule=rule,
        why=values.pop("why", "because"),
        **values,
    )


def examined(*trades, market=MARKET, **changes):
    return examine(result(*trades, **changes), market, TIERS)


def drawn(text, name):
    (found,) = re.findall(rf'id="{name}">(.*?)</script>', text)
    return json.loads(found)


class Outline(HTMLParser):
    """The tags of a page with their attributes, and its text outside scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words, self.hidden = "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden = tag in {"script", "style"}

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        self.words += "" if self.hidden else " ".join(data.split()) + " "

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def guarded():
    trades = (
        trade(100, 110, 1, 2, leverage=2.0, funding_fees=-1.0),
        trade(100, 80, 3, 4, leverage=5.0, exit_reason="stop_loss"),
        trade(100, 99, 7, 8, exit_reason="force_exit"),
    )
    decisions = (
        told("leverage", "kelly", 1),
        told("stop", "atr_stop", 3, answered=95.0, enforced=False),
        told("stake", "heat", 9, answered=0.0),
        told("lock", "drawdown_ladder", 12, until=at(9_000), halts=True, why=EVIL),
    )
    found = examined(*trades, hours=24 * 10, locks=[lock(12, 20, EVIL)])
    evil = replace(found, result=replace(found.result, strategy=f"Mine{EVIL}"))
    return page(gather(evil, decisions))


def test_it_needs_nothing_else(guarded):
    outline = Outline(guarded)
    addresses = [
        attributes[key]
        for _, attributes in outline.tags
        for key in ("src", "href")
        if key in attributes
    ]
    outside = [address for address in addresses if not address.startswith("#")]
    assert outside == ["data:,"]
    # And links of the page lead somewhere.
    places = {attributes.get("id") for _, attributes in outline.tags}
    assert {address[1:] for address in addresses if address.startswith("#")} <= places
    assert len(guarded) < 6_000_000


def test_what_others_have_named_is_escaped(guarded):
    assert EVIL not in guarded
    assert "alert(1)" in Outline(guarded).words


def test_every_figure_has_data(guarded):
    outline = Outline(guarded)
    shown = [attributes["data-figure"] for attributes in outline.named("div")
             if "data-figure" in attributes]  # fmt: skip
    assert [name.removesuffix("-data") for name in shown] == [
        "equity",
        "leverage",
        "funding",
        "enforced",
        "observed",
        "excursions",
        "hit_rates",
        "distances",
        "reach",
        "survival",
    ]
    for name in shown:
        assert drawn(guarded, name)["data"], name
    # And each says what to read from it.
    assert len(outline.named("figcaption")) == len(shown)


def test_headings_go_down_step_by_step(guarded):
    levels = [int(tag[1]) for tag, _ in Outline(guarded).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    steps = pairwise(levels)
    assert all(below - above <= 1 for above, below in steps)


def test_it_states_halts_limits_and_what_every_loss_was_measured_on(guarded):
    words = Outline(guarded).words
    assert "HALTED on 2024-01-01, 9 days untraded" in words
    assert LIMITS in words
    for basis in ("closed trades", "candle close", "fill stress, 2 %"):
        assert basis in words
    assert "1 of 3 trades was still open" in words


def test_it_tells_what_only_a_comparison_can(guarded):
    assert "needs --against" in Outline(guarded).words


def test_without_a_journal_and_without_candles_it_says_so():
    market = ResultCandles("1h", missing=(BTC,))
    text = Outline(page(gather(examined(trade(100, 110, 1, 2), market=market), None))).words
    assert "There is no journal beside result.zip" in text
    assert f"are missing in any data folder for {BTC}" in text
    assert "in % of the entry price" in text


def test_the_folder_of_the_candles_is_named_without_its_path(tmp_path):
    market = ResultCandles("1h", missing=(BTC,), folder=tmp_path / "secret" / "binance")
    found = examined(trade(100, 110, 1, 2), market=market)
    text = page(gather(found, None))
    assert "are missing in binance for" in text
    assert str(tmp_path) not in text
    # The terminal is for who has it: all of the path.
    assert str(tmp_path) in caveats(found)[0]


def test_the_result_of_a_rule_comes_before_what_it_is_made_of(guarded):
    columns = re.findall(r'<th scope="col"[^>]*>([^<]*)', guarded)
    first = columns.index("Rule")
    assert [column.strip() for column in columns[first : first + 6]] == [
        "Rule",
        "Result changed",
        "Loss avoided",
        "Profit forgone",
        "Trades",
        "Times",
    ]
    # kelly: +10 at 2x would have been +50 at 10x.
    (row,) = re.findall(r"<tr>(?:(?!</tr>).)*>kelly<.*?</tr>", guarded)
    assert re.findall(r'"number">(.*?)<', row) == ["-40", "0", "40", "1", "1"]


def test_it_says_what_was_slipped_how_far(guarded):
    words = Outline(guarded).words
    assert "as filled +1 % +2 % +3 %" in words
    assert "under the mouse" not in words


def test_a_comparison_shows_both():
    bare, tame = examined(trade(100, 50, 1, 2)), examined(trade(100, 99, 1, 2))
    text = page(gather(tame, (told("entry", "heat", 5),), bare))
    words = Outline(text).words
    assert "Mine (RESULT) against Mine (--against)" in words
    assert "needs --against" not in words
    equity = drawn(text, "equity-data")
    assert {"Mine (RESULT)", "Mine (--against)"} <= {trace["name"] for trace in equity["data"]}


def test_a_rule_beside_the_protection_of_its_kind_is_explained():
    found = examined(trade(100, 99, 1, 2))
    both = (told("lock", "circuit_breaker", 5), told("lock", "CircuitBreaker", 5))
    text = Outline(page(gather(found, both))).words
    assert "circuit_breaker and CircuitBreaker (protection): the guard's rule" in text
    assert "the protection of the same kind" not in Outline(page(gather(found, both[:1]))).words


def test_a_result_without_trades_is_a_page_too():
    words = Outline(page(gather(examined(), ()))).words
    assert "Mine made no trade in 2 days." in words
    assert "not defined" in words


def tile_of(text, label):
    """Return what a tile says: its values and notes, in order."""
    pattern = rf'<div class="tile">\s*<dt>{label} <span.*?</dt>(.*?)</div>'
    (body,) = re.findall(pattern, text, re.DOTALL)
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", each)).strip()
        for each in re.findall(r"<dd.*?</dd>", body, re.DOTALL)
    ]


def test_tiles_of_one_run_and_of_two():
    # +10 of 1000; against -50.
    tame, wild = examined(trade(100, 110, 1, 2)), examined(trade(100, 50, 1, 2))
    assert tile_of(page(gather(tame, ())), "Result") == ["+1.0 %", "1,010 USDT at the end"]
    assert tile_of(page(gather(tame, (), wild)), "Result") == [
        "+1.0 %",
        "1,010 USDT at the end",
        "Mine (--against) -5.0 %",
    ]


def test_every_tile_tells_what_it_was_measured_on(guarded):
    tiles = re.findall(r'<div class="tile">\s*<dt>(.*?) <span class="basis">(.*?)</span>', guarded)
    assert len(tiles) == 12
    assert all(basis for _, basis in tiles)
    for picture in re.findall(r'<figure class="card".*?</h3>', guarded, re.DOTALL):
        assert re.search(r'<span class="basis">\S', picture)


def test_the_tables_hold_every_trade_and_what_others_have_named_is_no_markup():
    trades = [
        trade(100, 101, n, n + 0.5, enter_tag=EVIL if n % 2 else None, exit_reason="roi")
        for n in range(60)
    ]
    text = page(gather(examined(*trades), None))
    assert EVIL not in text
    table = drawn(text, "trades-0-data")
    assert len(table["rows"]) == 60
    assert table["columns"][8]["names"] == ["(none)", EVIL]
    assert [row[2:4] for row in drawn(text, "tags-0-data")["rows"]] == [[1, 30], [1, 30]]


def test_the_policy_lets_no_other_script_run_and_nothing_be_fetched(guarded):
    (policy,) = [
        attributes["content"]
        for attributes in Outline(guarded).named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    scripts = re.findall(r"<script>(.*?)</script>", guarded, re.DOTALL)
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall(r"'sha256-(.*?)'", policy) == hashes


def test_rules_in_observe_mode_are_told_of_only_where_there_are_some(guarded):
    title = "What rules in observe mode would have changed"
    assert title in Outline(guarded).words
    none = page(gather(examined(trade(100, 110, 1, 2)), (told("leverage", "kelly", 1),)))
    assert title not in Outline(none).words
