"""``riskguard calibrate`` on real backtests."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import collected_log
from freqtrade_riskguard.adapters.reruns.backtests import backtests
from freqtrade_riskguard.adapters.reruns.calibration import Trials, digests
from freqtrade_riskguard.calibration.study import HopelessError
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.commands.calibration_run import write_evidence
from freqtrade_riskguard.evidence.identity import identity_of
from freqtrade_riskguard.evidence.record import EvidenceError, from_json
from freqtrade_riskguard.replay import ReplayExchange
from tests.support.freqtrade import MODERATE, futures_config
from tests.support.offline import SAFE, write_bot
from tests.support.results import result, trade

CANDLE = timedelta(minutes=5)
ONE_PAIR = ["BTC/USDT:USDT"]


def calibrate(*argv):
    return main(["calibrate", *argv])


def refused(capsys, *argv):
    """Return the one line that it ends with."""
    assert calibrate(*argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    return line


@pytest.mark.parametrize("given", ["0", "1", "-0.1", "20", "nan", "a fifth"])
def test_a_budget_that_is_none_is_one_line(given, capsys):
    said = refused(capsys, f"--max-drawdown={given}")
    assert "--max-drawdown must be a fraction above 0 and below 1" in said
    assert said.endswith(f"got {given}")


def test_without_a_budget_or_with_no_trials(capsys):
    assert refused(capsys).endswith("got nothing")
    for option in ("--trials", "--folds", "--jobs"):
        said = refused(capsys, "--max-drawdown", "0.2", option, "0")
        assert "must be 1 or more" in said


@pytest.fixture(scope="module")
def data(scenario_candles):
    return scenario_candles("calm_trend", days=8)


@pytest.fixture(scope="module")
def bot(data, tmp_path_factory):
    with ReplayExchange(data) as exchange:
        place = {**futures_config(exchange)["exchange"], "pair_whitelist": ONE_PAIR}
        config = {**SAFE, "strategy": "Foreseeing", "exchange": place}
        yield write_bot(
            tmp_path_factory.mktemp("calibrated") / "bot", exchange, "foreseeing", config=config
        )


NEVER = """
from foreseeing import Foreseeing


class Never(Foreseeing):
    def populate_entry_trend(self, dataframe, metadata):
        return dataframe
"""


def write_strategy(bot, stem, source):
    (bot.parent / "strategies" / f"{stem}.py").write_text(source, encoding="utf-8")


@pytest.mark.slow
def test_databases_candles_spaces_and_trades_that_are_none(bot, data, tmp_path, capsys):
    place = ("-c", str(bot), "--userdir", str(bot.parent), "--max-drawdown", "0.2")
    candles = ("--datadir", str(data), "--timerange", "20240103-20240105")
    nowhere = "postgresql://me:secret-word@127.0.0.1:1/name"
    said = refused(capsys, *place, *candles, "--study", nowhere)
    assert "the database cannot be used" in said
    assert "secret-word" not in said
    empty = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    said = refused(capsys, *place, *candles, "--join", empty)
    assert "there is no calibration of Foreseeing in this database yet" in said
    said = refused(capsys, *place, *candles, "--page", str(bot / "answer.html"))
    assert "answer.html cannot be written (File exists): give another --page" in said
    said = refused(capsys, *place, *candles, "--space", "kelly.half")
    assert "--space knows no kelly.half" in said
    write_strategy(bot, "never", NEVER)
    said = refused(capsys, *place, *candles, "--strategy", "Never")
    assert "Never makes no trade on these candles: give more of them" in said
    (tmp_path / "nothing").mkdir()
    said = refused(capsys, *place, "--datadir", str(tmp_path / "nothing"))
    assert "No data found" in said


def settings_of(bot, data):
    return read_configuration(
        Request(config_files=(str(bot),), userdir=str(bot.parent), datadir=str(data)),
        for_backtest=True,
    )


def rows(result):
    return [
        (trade.pair, trade.open_time, trade.close_time, trade.leverage, trade.profit_quote)
        for trade in result.trades
    ]


@pytest.mark.slow
def test_a_part_of_the_candles_is_backtested_as_freqtrade_would(bot, data):
    with collected_log() as log:
        whole = settings_of(bot, data)
        whole.config["timerange"] = "20240103-20240105"
        with backtests(whole, log) as loaded:
            start, last = loaded.span
            all_of_it = loaded.run(MODERATE).result
            assert rows(loaded.run(MODERATE, (start, last + CANDLE)).result) == rows(all_of_it)
            middle = start + timedelta(days=1)
            part = loaded.run(MODERATE, (start, middle)).result
    assert all_of_it.start == start
    assert (part.start, part.end) == (start, middle - CANDLE)
    # What had closed by then is the same.
    closed = [row for row in rows(all_of_it) if row[2] < middle - CANDLE]
    assert closed
    assert rows(part)[: len(closed)] == closed


@pytest.mark.slow
def test_other_candles_have_another_digest_whatever_differs(bot, data, tmp_path):
    found = []
    for number, kind in enumerate((None, "-5m-futures", "-funding_rate", "-mark")):
        candles = tmp_path / str(number)
        shutil.copytree(data, candles)
        if kind is not None:
            (file,) = (candles / "futures").glob(f"BTC_USDT_USDT*{kind}.feather")
            frame = pd.read_feather(file)
            # Neither times nor closes: a high that a stop sees, a rate that is paid.
            frame.loc[len(frame) // 2, "high" if kind == "-5m-futures" else "open"] *= 1.001
            frame.to_feather(file)
        with collected_log() as log, backtests(settings_of(bot, candles), log) as loaded:
            found.append(digests(loaded)["candles"])
            assert digests(loaded)["candles"] == found[-1]
    assert len(set(found)) == len(found)


@pytest.mark.slow
def test_a_trial_that_loses_early_ends_there_and_the_next_is_whole(bot, data):
    with collected_log() as log, backtests(settings_of(bot, data), log) as loaded:

        def trials(limit):
            return Trials(loaded, MODERATE, max_drawdown_ratio=limit, slippage_ratio=0.0, seed=1)

        everything: dict[str, float] = {}
        score = trials(0.2).score(everything, loaded.span)
        every = len(LocalTrade.bt_trades)
        with pytest.raises(HopelessError):
            trials(0.00001).score(everything, loaded.span)
        assert 0 < len(LocalTrade.bt_trades) < every / 3
        assert trials(0.2).score(everything, loaded.span) == score
        assert len(LocalTrade.bt_trades) == every


@pytest.mark.slow
def test_the_answer_shows_every_backtest_and_says_what_is_to_be_done(
    bot, data, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    place = ("-c", str(bot), "--userdir", str(bot.parent), "--datadir", str(data))
    wanted = ("--timerange", "20240103-20240105", "--max-drawdown", "0.2")
    page = tmp_path / "new" / "answer.html"
    drawn = ("--space", "kelly.fraction", "--page", str(page))
    assert calibrate(*place, *wanted, *drawn, "--trials", "1", "--folds", "1") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert max(map(len, shown.out.splitlines()[:-1])) <= 80
    html = page.read_text(encoding="utf-8")
    assert "Too few trades to tell: " in html
    # Half of Kelly is the most that may be: what was tried around it lies below.
    assert re.search(r'<th scope="row">kelly.fraction</th><td>0.5</td><td>0.41: [^,]*, 0.45', html)
    for label in (
        *("fold 1 in sample", "fold 1 out of sample", "as it is, out of sample"),
        *("bare at 1x, out of sample", "bare as asked, out of sample", "the answer, in sample"),
    ):
        assert label in shown.out
    # Two days of one pair: fewer trades than prove anything, however good they were.
    said = " ".join(shown.out.split())
    assert "Too few trades to tell: " in said
    assert "No settings are recommended." in said
    # Only the study is written, and whoever joins finds its trials done.
    studies = (bot.parent / "calibrations").iterdir()
    study = max(studies, key=lambda file: file.stat().st_mtime)
    assert not list(bot.parent.rglob("*.zip"))
    assert not (bot.parent / "evidence").exists()
    assert calibrate(*place, "--join", f"sqlite:///{study}") == 0
    assert "Helped with 0 trials." in capsys.readouterr().out
    # With another setting its trials would be others.
    changed = json.loads(bot.read_text(encoding="utf-8"))
    changed["riskguard"] = {**MODERATE, "max_leverage": 3}
    other = bot.with_name("other.json")
    other.write_text(json.dumps(changed), encoding="utf-8")
    said = refused(capsys, "-c", str(other), *place[2:], "--join", f"sqlite:///{study}")
    assert "this worker differs from the study in its settings" in said


def test_evidence_is_what_was_traded_out_of_sample(tmp_path):
    identity = identity_of("Mine", "1h", b"class Mine: ...", None, {})
    tested = [result(trade(100, 102, 1, 2)), result(), result(trade(100, 99, 5, 6))]
    path = write_evidence(tested, identity, tmp_path, None)
    assert path == Path("evidence/Mine.json")
    record = from_json((tmp_path / path).read_bytes())
    assert record.identity == identity
    assert [each.is_out_of_sample for each in record.trades] == [True, True]
    given = tmp_path / "here.json"
    assert write_evidence(tested, identity, tmp_path, given) == given.resolve()
    assert write_evidence([result()], identity, tmp_path, None) is None
    with pytest.raises(EvidenceError, match="cannot be written"):
        write_evidence(tested, identity, tmp_path, given / "below.json")
