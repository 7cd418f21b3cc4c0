"""``riskguard rehearse`` where it cannot run; tests/e2e/test_rehearsal.py lets it run."""

import json
import sys

import pytest

from freqtrade_riskguard.cli import main
from tests.support.offline import write_bot

FREQAI = {
    "enabled": True,
    "identifier": "mine",
    "train_period_days": 1,
    "backtest_period_days": 1,
    "feature_parameters": {"include_timeframes": ["5m"], "include_corr_pairlist": []},
    "data_split_parameters": {},
}


@pytest.fixture(scope="module")
def bot(exchange, tmp_path_factory):
    return write_bot(tmp_path_factory.mktemp("rehearsed") / "bot", exchange, "reckless")


def rehearse(file, data, *argv, start="2024-01-08"):
    place = "--userdir", str(file.parent), "--data", str(data)
    return main(["rehearse", "-c", str(file), *place, "--start", start, *argv])


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--strategy", "Reckless"), "strategy Reckless is not guarded: name one that derives"),
        (("--strategy", "Nobody"), "no strategy Nobody in"),
        (("--days", "30"), "(UTC): give --days 7.00"),
        (("--start", "2026-01-01"), "(UTC): give another --start"),
        (("--faults", "none.json"), "none.json cannot be read"),
        (("-c", "freqai.json"), "freqai is not rehearsed"),
        (("-c", "off.json"), "riskguard.enabled is false"),
    ],
)
def test_what_cannot_be_rehearsed_is_one_line(bot, calm, argv, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "freqai.json").write_text(json.dumps({"freqai": FREQAI}))
    (tmp_path / "off.json").write_text(json.dumps({"riskguard": {"enabled": False}}))
    assert rehearse(bot, calm, "--output", str(tmp_path / "new"), *argv) == 2
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 1
    assert shown.err.startswith("riskguard rehearse: ")
    assert told in shown.err
    assert not (tmp_path / "new" / "trades.sqlite").exists()


def test_a_folder_of_another_bot_is_left_alone(bot, calm, tmp_path, capsys):
    (tmp_path / "trades.sqlite").write_bytes(b"mine")
    assert rehearse(bot, calm, "--output", str(tmp_path)) == 2
    assert "is there already: give a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["trades.sqlite"]


def test_it_says_how_to_install_what_moves_the_clock(bot, calm, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "time_machine", None)
    for name in ("bot", "run", "recorder"):
        monkeypatch.delitem(
            sys.modules, f"freqtrade_riskguard.adapters.rehearsal.{name}", raising=False
        )
    assert rehearse(bot, calm) == 2
    assert capsys.readouterr().err == (
        "riskguard rehearse: the package time-machine is missing, which moves the bot's clock: "
        'pip install "time-machine>=2.16"\n'
    )


def test_a_start_is_needed(bot, calm, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", "-c", str(bot), "--data", str(calm)])
    assert ended.value.code == 2
    assert "--start" in capsys.readouterr().err
