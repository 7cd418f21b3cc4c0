import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import collected_log
from freqtrade_riskguard.adapters.preview.loaders import load_strategy
from freqtrade_riskguard.adapters.startup.evidence import identity_of_bot
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.evidence.record import EvidenceRecord, EvidenceTrade, as_json, from_json
from tests.support.offline import SAFE, write_bot
from tests.support.results import BTC, STRATEGY, stats, store, trade

SOURCE = "class Mine(IStrategy):\n    pass\n"
# 100 to 102 at 2x on a margin of 50: +2 % of the notional of 100; then -1 %.
TRADES = (
    trade(100, 102, 1, 3, leverage=2.0),
    trade(100, 101, 5, 6, is_short=True),
    trade(100, 103, 30, 31),
    trade(100, 100, 40, 47, exit_reason="force_exit"),
)


def write(folder, *trades, name="backtest-result-2024-03-01_00-00-00", source=SOURCE, **changes):
    path = store(folder, {STRATEGY: stats(*trades, **changes)}, name=name)
    if source:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(f"{name}_{STRATEGY}.py", source)
    return path


@pytest.fixture
def evidence(tmp_path):
    def run(*results, ranges=(), output="evidence.json"):
        options = [part for each in ranges for part in ("--out-of-sample", each)]
        return main(["evidence", *map(str, results), *options, "-o", str(tmp_path / output)])

    return run


def test_returns_per_notional_with_what_was_out_of_sample(evidence, tmp_path, capsys):
    result = write(tmp_path / "results", *TRADES)
    assert evidence(result, ranges=["20240102-"]) == 0
    record = from_json((tmp_path / "evidence.json").read_bytes())

    assert [round(each.return_ratio, 9) for each in record.trades] == [0.02, -0.01, 0.03]
    assert [each.side for each in record.trades] == [1, -1, 1]
    assert [each.is_out_of_sample for each in record.trades] == [False, False, True]
    assert record.identity.strategy == STRATEGY
    assert record.results == (result.name,)
    said = capsys.readouterr().out
    assert "3 trades, 1 of them out of sample" in said
    assert "Left out: 1 open when the candles ended." in said
    assert "only 120 are as good as the 30 trades" in said


def test_without_a_range_nothing_counts_and_it_says_so(evidence, tmp_path, capsys):
    assert evidence(write(tmp_path / "results", *TRADES)) == 0
    assert from_json((tmp_path / "evidence.json").read_bytes()).out_of_sample == 0
    assert "Nothing of it counts" in capsys.readouterr().out


def test_a_file_of_anything_else_is_left_as_it_is(evidence, tmp_path, capsys):
    result, config = write(tmp_path / "results", *TRADES), tmp_path / "config.json"
    config.write_text('{"stake_currency": "USDT"}', encoding="utf-8")
    assert evidence(result, output="config.json") == 2
    assert config.read_text(encoding="utf-8") == '{"stake_currency": "USDT"}'
    (line,) = capsys.readouterr().err.splitlines()
    assert "is there already and is no evidence" in line
    assert line.endswith("give another --output")
    # An older evidence is replaced, a damaged one too.
    assert evidence(result) == 0
    (tmp_path / "evidence.json").write_text('{"riskguard_evidence": 1}', encoding="utf-8")
    assert evidence(result) == 0
    from_json((tmp_path / "evidence.json").read_bytes())


def test_what_it_says_is_what_the_configuration_needs(tmp_path, capsys, monkeypatch):
    result = write(tmp_path / "results", *TRADES)
    monkeypatch.chdir(tmp_path)
    argv = ("evidence", str(result), "--out-of-sample", "20240102-")
    assert main([*argv, "-o", "user_data/evidence.json"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    named = last.partition("riskguard.kelly.evidence_file: ")[2]
    assert from_json((tmp_path / "user_data" / named).read_bytes()).out_of_sample == 1


def test_a_range_beside_the_results_is_said_and_the_file_not_recommended(
    evidence, tmp_path, capsys
):
    result = write(tmp_path / "results", *TRADES)
    assert evidence(result, ranges=["20250101-20250201"]) == 0
    said = capsys.readouterr().out
    assert (
        "Of the ranges of --out-of-sample 1 of 1 lies outside of the days of these results." in said
    )
    assert "kelly.evidence_file" not in said
    assert evidence(result, ranges=["20250101-", "20240102-"]) == 0
    said = capsys.readouterr().out
    assert "1 of 2 lies outside" in said
    assert "kelly.evidence_file" in said


def test_a_trade_across_the_border_is_in_sample(evidence, tmp_path):
    across = trade(100, 101, 20, 26)
    result = write(tmp_path / "results", across)
    for days in ("20240102-", "-20240102"):
        assert evidence(result, ranges=[days]) == 0
        assert from_json((tmp_path / "evidence.json").read_bytes()).out_of_sample == 0
    # A range that is given again goes on, but the trade is in neither.
    assert evidence(result, ranges=["20240101-20240102", "20240102-20240104"]) == 0
    assert from_json((tmp_path / "evidence.json").read_bytes()).out_of_sample == 0


def test_a_trade_of_two_results_counts_once(evidence, tmp_path, capsys):
    first = write(tmp_path / "one", *TRADES[:2])
    second = write(tmp_path / "two", *TRADES[1:])
    assert evidence(first, second, ranges=["20240101-"]) == 0
    record = from_json((tmp_path / "evidence.json").read_bytes())
    assert len(record.trades) == record.out_of_sample == 3
    assert "1 in another of these results, too" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"source": SOURCE + "# changed\n"}, "another version of the file of Mine"),
        ({"timeframe": "5m"}, "timeframe 5m here, 1h there"),
        ({"stoploss": -0.2}, "stoploss: -0.2 here, null there"),
    ],
)
def test_results_of_different_strategies_are_refused(
    evidence, tmp_path, capsys, changes, difference
):
    first, second = write(tmp_path / "one", *TRADES), write(tmp_path / "two", *TRADES, **changes)
    assert evidence(first, second) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert difference in said
    assert not (tmp_path / "evidence.json").exists()


def test_what_cannot_be_used_is_one_line_and_exit_code_2(evidence, tmp_path, capsys):
    bare = write(tmp_path / "bare", *TRADES, source="")
    only_open = write(tmp_path / "open", TRADES[3])
    for path, reason in (
        (bare, "holds no file of Mine"),
        (only_open, "has no closed trade of Mine"),
        (tmp_path / "missing.zip", "does not exist"),
    ):
        assert evidence(path) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert reason in said
    (tmp_path / "file").write_text("")
    assert evidence(write(tmp_path / "good", *TRADES), output="file/evidence.json") == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "days", ["", "-", "2024", "20240201-20240101", "20240101-20240201-", "x-y"]
)
def test_a_range_that_is_none_is_refused(evidence, capsys, days):
    with pytest.raises(SystemExit) as ended:
        evidence("result.zip", ranges=[days] if not days.startswith("-") else [f"={days}"])
    assert ended.value.code == 2
    assert "must be a range of days" in capsys.readouterr().err


def test_parameters_of_hyperopt_are_part_of_it(evidence, tmp_path, capsys):
    paths = [write(tmp_path / name, *TRADES) for name in ("one", "two")]
    name = f"{paths[1].stem}_{STRATEGY}.json"
    replaced = tmp_path / "two" / "again.zip"
    with zipfile.ZipFile(paths[1]) as before, zipfile.ZipFile(replaced, "w") as after:
        for member in before.namelist():
            content = before.read(member)
            if member == name:
                content = json.dumps({"params": {"buy": {"rsi": 30}}}).encode()
            after.writestr(member, content)
    assert evidence(paths[0], replaced) == 2
    assert "buy.rsi: 30 here, none there" in capsys.readouterr().err


def test_why_and_check_say_what_counts(exchange, calm, tmp_path, capsys):
    kelly = {"evidence_file": "evidence.json"}
    riskguard = {"profile": "moderate", "kelly": kelly}
    file = write_bot(tmp_path / "bot", exchange, riskguard=riskguard, config=SAFE)
    place = ("-c", str(file), "--userdir", str(file.parent), "-d", str(calm), "--json")
    with collected_log() as log:
        found = read_configuration(Request(config_files=(str(file),), userdir=str(file.parent)))
        identity = identity_of_bot(load_strategy(found.config, log))
    # 200 trades before the candles: 60 % won, as much as lost.
    days = [datetime(2023, 6, 1, tzinfo=UTC) + timedelta(days=number) for number in range(200)]
    trades = tuple(
        EvidenceTrade(day, BTC, 1, 0.02 if number % 5 < 3 else -0.02, is_out_of_sample=True)
        for number, day in enumerate(days)
    )
    record = EvidenceRecord(
        identity=identity, start=days[0], end=days[-1], results=("a.zip",), trades=trades
    )
    (file.parent / "evidence.json").write_text(as_json(record), encoding="utf-8")

    main(["why", "btc", "long", *place])
    told = json.loads(capsys.readouterr().out)
    assert (told["edge"], told["closed_trades"]) == ("proven", 0)
    counts = "the newest 200 count now, as 50.0 trades beside 0 own trades"
    assert counts in told["evidence"]
    limits = {(row["question"], row["rule"]): row for row in told["rules"]}
    assert limits["leverage", "kelly"]["limit"] > 1
    assert "200 from backtests as 50.0 trades, 30.0 won" in limits["leverage", "kelly"]["why"]
    main(["check", *place])
    assert counts in json.loads(capsys.readouterr().out)["evidence"]

    # What is damaged stops the commands as it would stop the bot.
    text = as_json(record).replace("0.02", "0.03", 1)
    (file.parent / "evidence.json").write_text(text, encoding="utf-8")
    assert main(["why", "btc", "long", *place]) == 2
    said = capsys.readouterr().err
    assert "riskguard.kelly.evidence_file" in said
    assert "was changed or is damaged" in said
