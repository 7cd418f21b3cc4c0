"""``riskguard rehearse``: half a day with faults, and its page beside the exchange's books."""

import html
import json
import re
import sqlite3
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from freqtrade_riskguard.adapters.rehearsal.exchange import exchange_of
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.account_books import AccountBooks
from freqtrade_riskguard.replay.matching import IncomeKind
from tests.support.live_bot import LIVE
from tests.support.live_scenes import NOON, RISKGUARD, market
from tests.support.offline import write_bot
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
# One entry goes well, but for its stop; of the other the answer is lost.
PLAN = [
    {"pair": BTC, "time": (NOON + HOUR).isoformat(), "leverage": 5},
    {"pair": BTC, "time": (NOON + 1.5 * HOUR).isoformat(), "exit": True},
    {"pair": ETH, "time": (NOON + 6 * HOUR).isoformat(), "leverage": 3, "side": "short"},
]
FAULTS = [
    {"what": "refuse_stops", "times": 5},
    {
        "what": "lose_answer",
        "path": "/fapi/v1/order",
        "method": "POST",
        "where": {"symbol": "ETHUSDT"},
        "times": 1,
    },
    {
        "what": "price_jump",
        "symbol": "BTCUSDT",
        "change": 0.01,
        "since": (NOON + 9 * HOUR).isoformat(),
        "until": (NOON + 9.5 * HOUR).isoformat(),
    },
]
MINE = {"key": "my own key", "secret": "my own secret"}


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsal that has run, and the books of its exchange."""

    code: int
    folder: Path
    page: str
    shown: str
    books: AccountBooks


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rehearsed")
    data = market(folder / "data")
    (folder / "faults.json").write_text(json.dumps(FAULTS), encoding="utf-8")
    with ReplayExchange(data) as listed:
        exchange = {**listed.config()["exchange"], **MINE, "pair_whitelist": [BTC, ETH]}
        config = {**LIVE, "plan": PLAN, "strategy": "Planned", "exchange": exchange}
        file = write_bot(folder / "bot", listed, "planned", riskguard=RISKGUARD, config=config)
    kept = []

    def spied(*args, **settings):
        kept.append(exchange_of(*args, **settings))
        return kept[-1]

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as shown:
        patch.setattr("freqtrade_riskguard.adapters.rehearsal.run.exchange_of", spied)
        patch.setenv("COLUMNS", "200")
        command = ["rehearse", "-c", str(file), "--userdir", str(file.parent)]
        command += ["--data", str(data), "--start", NOON.isoformat(), "--days", "0.5"]
        command += ["--faults", str(folder / "faults.json"), "--output", str(folder / "new")]
        code = main([*command, "--page", str(folder / "page.html")])
    page = (folder / "page.html").read_text(encoding="utf-8")
    return Rehearsed(code, folder, page, shown.getvalue(), AccountBooks(kept[0]))


def rows(page, name):
    """Return the cells of each row of a table that stands in the page."""
    table = re.search(rf'aria-labelledby="{name}">\s*<table>.*?</table>', page, re.DOTALL)
    body = table.group().split("<tbody>")[1]
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in body.split("</tr>")
        if "<td>" in row
    ]


def drawn_rows(page, name):
    """Return the rows of a table that the page draws itself, names put in."""
    data = json.loads(re.search(rf'id="{name}-data">(.*?)</script>', page, re.DOTALL).group(1))
    names = [column.get("names") for column in data["columns"]]
    return [
        [known[value] if known else value for value, known in zip(row, names, strict=True)]
        for row in data["rows"]
    ]


def test_the_guard_has_held(rehearsed):
    assert rehearsed.code == 0, rehearsed.shown
    assert "HELD: no liquidation" in rehearsed.shown
    assert "HELD: no liquidation" in rehearsed.page


def test_the_figures_are_those_of_the_exchanges_books(rehearsed):
    books, found = rehearsed.books, dict(rows(rehearsed.page, "account"))
    incomes = dict.fromkeys(IncomeKind, 0.0)
    for income in books.incomes():
        incomes[income.kind] += income.amount_quote
    # The wallet is the sum of all that changed it, and nothing is held any more.
    assert books.equity_quote == pytest.approx(sum(incomes.values()))
    assert books.equity_quote != pytest.approx(10_000.0, abs=0.01)

    assert found["Deposit"] == "10,000.00 USDT"
    assert found["Equity by the exchange"] == f"{books.equity_quote:,.2f} USDT"
    assert found["Equity by the guard"] == found["Equity by the exchange"]
    assert found["Fees"] == f"{incomes[IncomeKind.FEE]:,.2f} USDT"
    assert found["Funding"] == f"{incomes[IncomeKind.FUNDING]:,.2f} USDT"
    assert found["Profit by fills"] == f"{incomes[IncomeKind.REALISED]:,.2f} USDT"
    assert found["Liquidations"] == "0"


def test_the_last_point_of_the_figure_is_what_the_books_say(rehearsed):
    found = re.search(r'id="equity-data">(.*?)</script>', rehearsed.page, re.DOTALL)
    traces = {trace["name"]: trace for trace in json.loads(found.group(1))["data"]}
    for name in ("by the exchange", "by the guard"):
        assert traces[name]["y"][-1] == pytest.approx(rehearsed.books.equity_quote, abs=0.01)
    assert len(traces["fault"]["x"]) == len(FAULTS)


def test_each_fault_is_told_with_what_it_struck(rehearsed):
    stops, lost, jump = rows(rehearsed.page, "faults")
    assert stops[0] == "refuse_stops (times 5)"
    # The stop belongs to the entry of an hour after the start.
    assert stops[2] == "5"
    assert stops[3].startswith("2024-01-04 13:0")
    assert lost[0].startswith("lose_answer (")
    assert lost[2] == "1"
    assert lost[3].startswith("2024-01-04 18:0")
    assert jump[1:] == ["2024-01-04 21:00 to 2024-01-04 21:30", "in force", "-"]


def test_a_lost_entry_is_told_and_closed_by_its_owner(rehearsed):
    ((pair, since, told, closed),) = rows(rehearsed.page, "unbooked")
    assert pair == ETH
    assert "2024-01-04 18:0" in since
    assert since <= told < closed
    said = [text for _, text in drawn_rows(rehearsed.page, "told")]
    assert any(ETH in text for text in said)
    alerts = [row for row in drawn_rows(rehearsed.page, "events") if row[1] == "alert"]
    assert alerts


def test_the_trades_are_those_of_its_own_database(rehearsed):
    found = drawn_rows(rehearsed.page, "booked")
    with closing(sqlite3.connect(rehearsed.folder / "new" / "trades.sqlite")) as database:
        booked = database.execute(
            "select pair, open_rate, close_rate, close_profit_abs, exit_reason from trades"
        ).fetchall()
    assert len(found) == len(booked) > 0
    for row, (pair, open_rate, close_rate, profit_quote, reason) in zip(found, booked, strict=True):
        assert row[2] == pair == BTC
        assert row[5:8] == pytest.approx([open_rate, close_rate, profit_quote], rel=1e-5)
        assert row[8] == reason


def test_nothing_of_the_users_is_used(rehearsed):
    assert "key and secret are the simulation's" in rehearsed.shown
    assert not (rehearsed.folder / "bot" / "bot.sqlite").exists()
    names = {path.name for path in (rehearsed.folder / "new").iterdir()}
    assert {"trades.sqlite", "journal.jsonl", "bot.log"} <= names
    for text in (rehearsed.page, (rehearsed.folder / "new" / "bot.log").read_text()):
        assert not any(mine in text for mine in MINE.values())


def test_the_page_needs_nothing_else(rehearsed):
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', rehearsed.page)
    assert "default-src 'none'" in html.unescape(policy)
    assert not re.findall(r'<(?:script|img|link)[^>]* (?:src|href)="(?!data:)', rehearsed.page)
