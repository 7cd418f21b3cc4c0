"""``riskguard why`` on real configurations, strategies and candles."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from freqtrade.persistence import Trade
from freqtrade.persistence.models import PairLock

from freqtrade_riskguard.cli import main
from tests.adapters.bots import open_database
from tests.support.freqtrade import MODERATE
from tests.support.offline import write_bot

OBSERVED_KELLY = {**MODERATE, "kelly": {"mode": "observe"}}
BLOCKED = {
    **MODERATE,
    "event_windows": {
        "windows": [{"name": "rates", "start": "2024-01-14", "end": "2024-01-16", "factor": 0.0}]
    },
}


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def why(exchange, calm, tmp_path):
    def ask(*argv, riskguard=MODERATE, stems=(), config=None):
        file = write_bot(
            tmp_path / "bot", exchange, *stems, riskguard=riskguard, config=config or {}
        )
        place = ("-c", str(file), "--userdir", str(file.parent), "-d", str(calm))
        return main(["why", *argv, *place])

    return ask


def answers(found, question):
    return {row["rule"]: row for row in found["rules"] if row["question"] == question}


def test_every_rule_and_the_one_that_decides(why, capsys):
    assert why("btc", "short", riskguard=OBSERVED_KELLY) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    lines = shown.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("BTC/USDT:USDT short at ")
    titles = ["How much leverage?", "How much stake?", "May it enter?", "Where is the stop?"]
    places = [next(n for n, line in enumerate(lines) if title in line) for title in titles]
    assert places == sorted(places)
    marked = [line.split()[:2] for line in lines if line.startswith((" >", " ?"))]
    assert ["?", "kelly"] in marked
    assert [">", "atr_stop"] in marked
    # One for leverage, one for the stake, one for the stop.
    assert [mark for mark, _ in marked].count(">") == 3
    assert lines[-1] == "The entry would be made."
    assert "No objection: liquidation_distance" in shown.out


def test_what_has_not_looked_at_the_entry_does_not_stand_as_if_it_had(why, capsys):
    assert why("btc", "long") == 0
    shown = " ".join(capsys.readouterr().out.split())
    judged, unjudged = shown.split("No objection: ")[1].split("Not judged: ")
    rules = ("max_spread", "side_limit", "reward_risk")
    assert not any(rule in judged for rule in rules)
    assert unjudged.startswith(
        "side_limit (not set), reward_risk (no target), max_spread (not set)."
    )


def test_an_order_book_of_today_says_nothing_about_another_day(why, capsys):
    limited = {**MODERATE, "max_spread": {"max_ratio": 0.00001}, "side_limit": {"max_longs": 3}}
    assert why("btc", "long", "--json", riskguard=limited) == 0
    found = answers(json.loads(capsys.readouterr().out), "entry")
    assert found["max_spread"]["unjudged"] == "not asked: no order book then"
    assert not found["max_spread"]["denies"]
    assert found["side_limit"]["unjudged"] == ""


def test_the_figures_agree_with_the_rules(why, capsys):
    assert why("BTC/USDT:USDT", "long", "--json", riskguard=OBSERVED_KELLY) == 0
    found = json.loads(capsys.readouterr().out)
    entry = found["entry"]
    leverage, stake, stop = (answers(found, step) for step in ("leverage", "stake", "stop"))
    (binding,) = [row for row in leverage.values() if row["binds"]]
    assert binding["rule"] == entry["leverage_rule"]
    assert entry["leverage"] == pytest.approx(binding["limit"], abs=0.1)
    assert entry["leverage"] <= binding["limit"]
    assert leverage["kelly"]["would_bind"]
    assert leverage["kelly"]["mode"] == "observe"
    (binding,) = [row for row in stake.values() if row["binds"]]
    assert entry["stake_quote"] == pytest.approx(binding["limit"])
    assert stop["atr_stop"]["binds"]
    assert stop["atr_stop"]["limit"] == entry["stop_price"]
    # The sample's own stop: half of the margin.
    own = entry["rate"] * (1 - 0.5 / entry["leverage"])
    assert stop["stoploss"]["limit"] == pytest.approx(own)
    assert (found["edge"], found["closed_trades"]) == ("unproven", 0)
    assert not any(row["denies"] for row in found["rules"])
    assert found["warnings"] == []


def test_no_trade_is_exit_code_1(why, capsys):
    assert why("btc", "long", "--json", riskguard=BLOCKED) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["entry"]["refusal"].startswith("event_windows: ")
    assert found["entry"]["stake_quote"] == 0
    assert found["entry"]["planned_stake_quote"] > 0
    assert answers(found, "stake")["event_windows"]["factor"] == 0
    assert answers(found, "entry") == {}


def test_no_trade_in_words(why, capsys):
    assert why("btc", "long", riskguard=BLOCKED) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "May it enter? Not asked: the stake is 0." in text
    assert "> event_windows x0" in text
    assert "NO TRADE: event_windows: " in text


def test_questions_of_a_persons_own(why, capsys):
    argv = ("eth", "long", "--leverage", "1.5", "--stake", "300", "--rate", "2000", "--tag", "dip")
    multiples = {**OBSERVED_KELLY, "atr_stop": {"multiples_by_tag": {"dip": 1.0}}}
    at = ("--at", "2024-01-10T12:00", "--wallet", "5000", "--json")
    assert why(*argv, *at, riskguard=multiples) == 0
    found = json.loads(capsys.readouterr().out)
    entry = found["entry"]
    assert (entry["rate"], entry["time"]) == (2_000.0, "2024-01-10T12:00:00+00:00")
    # Binance sets whole numbers only.
    assert (entry["asked_leverage"], entry["leverage"]) == (1.5, 1.0)
    assert (entry["asked_stake_quote"], entry["stake_quote"]) == (300.0, 300.0)
    assert (found["wallet_quote"], found["enter_tag"]) == (5_000.0, "dip")
    assert entry["atr_stop_price"] == entry["stop_price"] < 2_000.0


def test_without_a_guard_it_says_so(why, capsys):
    assert (
        why("btc", "long", "-s", "Reckless", stems=("reckless",), config={"timeframe": "5m"}) == 0
    )
    text = " ".join(capsys.readouterr().out.split())
    assert "How much leverage? Not asked: no guard is in force." in text
    assert "Reckless is NOT GUARDED" in text
    assert "Leverage 10x of 10x asked" in text


def test_a_pair_beside_the_whitelist_is_said(why, exchange, capsys):
    only = {"exchange": {**exchange.config()["exchange"], "pair_whitelist": ["ETH/USDT:USDT"]}}
    assert why("btc", "long", "--json", config=only) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert warning.startswith("BTC/USDT:USDT is not on the whitelist")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("BTX", "long"), "Binance has no market BTX"),
        (("BTC", "long", "--at", "2025-01-01"), "end at 2024-01-15 00:00 UTC, before --at"),
        (("BTC", "long", "--at", "9999-12-31"), "end at 2024-01-15 00:00 UTC, before --at"),
        # The first candle is that of 00:00 to 00:05.
        (("BTC", "long", "--at", "2019-01-01"), "begin at 2024-01-01 00:05 UTC, after --at"),
        (("BTC", "long", "--at", "2024-01-01T00:04:59"), "begin at 2024-01-01 00:05 UTC, after"),
        (("BTC", "long", "--at", "0001-01-01"), "begin at 2024-01-01 00:05 UTC, after --at"),
        (("BTC", "long", "-s", "Nobody"), "no strategy Nobody"),
    ],
)
def test_bad_input_is_one_line(why, capsys, argv, message):
    assert why(*argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.startswith("riskguard why: ")
    assert message in line


class TestCandlesThatAreNotThere:
    @pytest.fixture
    def ask(self, exchange, calm, tmp_path, capsys):
        """Ask about BTC with candles of a test's own; return the exit code and what was said."""
        bot = write_bot(tmp_path / "bot", exchange)
        data = shutil.copytree(calm, tmp_path / "data")
        file = data / "futures" / "BTC_USDT_USDT-5m-futures.feather"
        whole = pd.read_feather(file)

        def asked(kept, at, command=("why", "BTC", "long", "--at")):
            if isinstance(kept, bytes):
                file.write_bytes(kept)
            else:
                kept(whole).reset_index(drop=True).to_feather(file)
            place = ("-c", str(bot), "--userdir", str(bot.parent), "-d", str(data))
            code = main([*command, at, *place] if at else [*command, *place])
            shown = capsys.readouterr()
            if code == 2:
                assert shown.out == ""
                assert shown.err.count("\n") == 1
            return code, shown.err

        return asked

    @staticmethod
    def without(start, end):
        return lambda candles: candles[~candles["date"].between(start, end, inclusive="left")]

    def test_a_time_in_a_gap_is_refused(self, ask):
        # The last candle before it closes at 00:00, the first after it at 00:05 of the 11th.
        hole = self.without("2024-01-10", "2024-01-11")
        code, said = ask(hole, "2024-01-10T12:00")
        assert code == 2
        assert "have a gap from 2024-01-10 00:00 UTC to 2024-01-11 00:05 UTC, and --at is" in said

    def test_a_candle_or_two_may_be_missing(self, ask):
        hole = self.without("2024-01-10", "2024-01-10T00:15")
        assert ask(hole, "2024-01-10T00:10")[0] in {0, 1}
        assert ask(hole, "2024-01-10T00:11")[0] == 2
        assert ask(hole, "2024-01-10T00:20")[0] in {0, 1}

    @pytest.mark.parametrize("kept", [lambda candles: candles[:0], b"", b"damaged"])
    def test_a_file_without_candles(self, ask, kept):
        code, said = ask(kept, "2024-01-10")
        assert code == 2
        assert "no candles of BTC/USDT:USDT in " in said
        assert "`freqtrade download-data " in said


def test_shorts_of_a_strategy_without_them(why, capsys):
    assert why("btc", "short", config={"strategy": "Protected"}, stems=("protected",)) == 2
    assert "does not trade shorts: set can_short = True" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [("btc", "up"), ("btc", "long", "--leverage", "0.5"), ("btc",)])
def test_what_makes_no_sense_is_refused_by_the_parser(argv, capsys):
    with pytest.raises(SystemExit) as done:
        main(["why", *argv])
    assert done.value.code == 2
    assert "usage: riskguard why" in capsys.readouterr().err


class TestTheDatabaseOfTheBot:
    """It is of now, and the candles are older."""

    @pytest.fixture
    def halted(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "halted", exchange)
        open_database(f"sqlite:///{file.parent / 'bot.sqlite'}")
        now = datetime.now(UTC)
        PairLock.session.add(
            PairLock(
                pair="*",
                side="*",
                reason="HALTED: equity is 18.4 % below",
                lock_time=now - timedelta(days=1),
                lock_end_time=now + timedelta(days=3_000),
                active=True,
            )
        )
        PairLock.session.commit()
        engine = Trade.session.get_bind().engine
        Trade.session.remove()
        engine.dispose()
        return ("-c", str(file), "--userdir", str(file.parent), "-d", str(calm))

    def test_its_locks_count(self, halted, capsys):
        assert main(["why", "BTC", "long", "--json", *halted]) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["entry"]["refusal"] == "lock: HALTED: equity is 18.4 % below"
        (note,) = [line for line in found["warnings"] if "bot.sqlite" in line]
        assert note.startswith("Candles end at 2024-01-15 00:00 UTC: the trades in ")
        assert note.endswith(
            "ignored (0 open), its locks in force count (1). Give --from-exchange."
        )

    def test_check_counts_them_too(self, halted, capsys):
        main(["check", "--json", *halted])
        found = json.loads(capsys.readouterr().out)
        entries = [entry for pair in found["pairs"] for entry in pair["entries"]]
        assert all(entry["refusal"].startswith("lock: HALTED") for entry in entries)
        assert any("its locks in force count (1)" in note for note in found["notes"])

    def test_the_past_is_asked_about_without_it(self, halted, capsys):
        main(["why", "BTC", "long", "--json", "--at", "2024-01-12T00:00", *halted])
        found = json.loads(capsys.readouterr().out)
        assert "HALTED" not in (found["entry"]["refusal"] or "")
        (note,) = [line for line in found["warnings"] if "bot.sqlite" in line]
        assert note.endswith("are ignored: they are of today, and --at asks about the past.")

    def test_it_is_not_spoken_of_where_nobody_wants_it(self, halted, capsys):
        main(["why", "BTC", "long", "--json", "--no-database", *halted])
        found = json.loads(capsys.readouterr().out)
        assert "HALTED" not in (found["entry"]["refusal"] or "")
        assert not any("bot.sqlite" in line for line in found["warnings"])
