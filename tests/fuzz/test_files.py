"""Whatever stands in a file that is read: a valid object, or the reader's own error in one line."""

import io
import json
import zipfile
from math import isfinite
from typing import Any, cast

import pytest
from hypothesis import given

from freqtrade_riskguard.adapters.backtests.files import ResultError, read_result
from freqtrade_riskguard.adapters.backtests.journal import read_journal
from freqtrade_riskguard.adapters.preview.config_layers import read_layers
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.config import RiskGuardConfig, load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError, for_pair
from freqtrade_riskguard.stress.result import stress
from freqtrade_riskguard.stress.source import StressInputError, from_file
from freqtrade_riskguard.watch.settings_loader import WatchSettingsError, load_settings, read_file
from freqtrade_riskguard.watch.state import WatchState
from freqtrade_riskguard.watch.state_file import StateFile, StateFileError
from tests.fuzz.documents import SECRET, brief, junk, near, near_bytes, thorough
from tests.stress import parts as stress_parts
from tests.support.results import STRATEGY, decision, lock, stats, store, trade
from tests.watch.parts import ENVIRONMENT
from tests.watch.test_state_file import remembered

BLOCK = {
    "profile": "moderate",
    "mode": "observe",
    "max_leverage": 4,
    "risk_per_trade": 0.01,
    "kelly": {"mode": "enforce", "fraction": 0.5, "min_trades": 30, "max_trades": 200},
    "regime_cap": {"regimes": {"wild": {"above": 0.04, "max_leverage": 1}}},
    "drawdown_ladder": {"steps": [{"at": 0.1, "keep": 0.5}, {"at": 0.2, "keep": 0}]},
    "event_windows": {
        "windows": [{"name": "FOMC", "start": "2026-01-28T19:00", "end": "2026-01-28T21:00"}]
    },
    "pairs": {"DOGE/USDT:USDT": {"max_leverage": 2, "atr_stop": {"multiple": 3.0}}},
}
WATCH = {
    "bots": [
        {"url": "http://127.0.0.1:1", "name": "a", "username": "me", "password": SECRET},
        {"url": "https://b.example/x", "limits": {"daily_loss_limit": 0.02}},
    ],
    "limits": {"max_drawdown": 0.1, "min_equity_quote": 100},
    "fleet": {"exposure_per_coin": 2.0, "gross_exposure": None},
    "every_seconds": 10,
    "retries": 2,
    "missed_polls": 3,
    "state_file": "state.json",
    "webhook": f"https://hook.example/{SECRET}",
    "exit_on_alarm": False,
}
RESULT = {
    "strategy": {
        STRATEGY: stats(
            trade(100, 110, 1, 2),
            trade(100, 90, 3, 5, is_short=True, leverage=3.0),
            locks=[lock(6, 8)],
        )
    },
    "strategy_comparison": [],
}
STRESS = stress_parts.content(
    collateral=stress_parts.COLLATERAL, market={"daily_move": -0.1, "daily_volatility": 0.05}
)


def one_line(error: Exception, *, shows_values: bool = False) -> None:
    text = str(error)
    assert text.strip()
    assert len(text.splitlines()) == 1
    assert "input_value" not in text
    assert shows_values or SECRET not in text


@thorough
@given(near(BLOCK))
def test_the_guards_block_of_the_configuration(raw):
    try:
        read = load_config(raw)
    except InvalidSettingsError as error:
        for line in str(error).splitlines():
            assert line.startswith("riskguard")
            assert line.isprintable()
            assert "input_value" not in line
            assert SECRET not in line
    else:
        assert isinstance(read, RiskGuardConfig)
        assert all(for_pair(read, pair).max_leverage >= 1 for pair in read.pairs)


@thorough
@given(near_bytes({"riskguard": BLOCK, "exchange": {"secret": SECRET}, "add_config_files": []}))
def test_a_configuration_file(tmp_path, content):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    try:
        layers = read_layers([str(path)])
    except PreviewError as error:
        # What was moved to where the name of a file belongs is no secret any more.
        one_line(error, shows_values=f"{path.parent / SECRET} " in str(error))
    else:
        assert isinstance(layers[-1].content, dict)


@thorough
@given(near_bytes(WATCH))
def test_settings_of_a_watch(tmp_path, content):
    path = tmp_path / "watch.json"
    path.write_bytes(content)
    try:
        settings, bots = load_settings(read_file(path), ENVIRONMENT)
    except WatchSettingsError as error:
        one_line(error)
    else:
        assert len(settings.bots) == len(bots) > 0
        # Where it stands for a password, and not under the key of something else.
        assert all(SECRET not in repr((bot.username, bot.password)) for bot in bots)


@thorough
@given(near_bytes(json.loads(remembered().model_dump_json())))
def test_the_state_of_a_watch(tmp_path, content):
    path = tmp_path / "state.json"
    path.write_bytes(content)
    try:
        state = StateFile(path).load()
    except StateFileError as error:
        one_line(error)
    else:
        # What was read can be written, and read again.
        assert WatchState.model_validate_json(state.model_dump_json()) == state


@thorough
@given(near_bytes(STRESS))
def test_positions_to_stress(tmp_path, content):
    path = tmp_path / "positions.json"
    path.write_bytes(content)
    try:
        given_ = from_file(path)
    except StressInputError as error:
        one_line(error)
    else:
        assert given_.equity_quote > 0
        found = stress(given_)
        assert isfinite(found.equity_quote)
        assert not given_.positions or isfinite(found.worst_loss_quote)


@thorough
@given(near_bytes(RESULT))
def test_a_result_in_json(tmp_path, content):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    _read_result(path)


@thorough
@given(near_bytes(RESULT), near_bytes({"exchange": {"name": "binance"}}), junk)
def test_a_result_in_a_zip(tmp_path, content, config, tail):
    path = tmp_path / "result.zip"
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("r.json", content)
        archive.writestr("r_config.json", config)
    # One in eight is damaged, somewhere.
    packed = bytearray(whole.getvalue())
    if len(content) % 8 == 0:
        packed[len(tail) : len(tail) + 40] = tail[:40]
    path.write_bytes(packed)
    _read_result(path)


def _read_result(path):
    try:
        found = read_result(path)
    except ResultError as error:
        one_line(error)
    else:
        assert found.strategy.isidentifier()
        assert found.trades
        assert all(isfinite(one.profit_quote) and one.entry_price > 0 for one in found.trades)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    return read_result(store(folder, cast("Any", RESULT["strategy"])))


@thorough
@given(near_bytes(decision("lock", "daily_loss", 1, until="2024-01-01T05:00:00", asked=3.0)))
def test_a_journal(stored, content):
    line = json.dumps(decision("stop", "atr_stop", 2)).encode()
    stored.path.with_suffix(".riskguard.jsonl").write_bytes(line + b"\n" + content + b"\n")
    try:
        found = read_journal(stored)
    except ResultError as error:
        one_line(error)
    else:
        assert found
        assert all(one.time.tzinfo and one.why.isprintable() for one in found)


def _ends_well(capsys, *arguments):
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    told = capsys.readouterr()
    assert code in {0, 1, 2}
    assert "Traceback" not in told.err
    assert SECRET not in told.err
    if code == 2:
        assert len(told.err.splitlines()) == 1
    return code


@brief
@given(near_bytes(STRESS))
def test_the_command_stress(tmp_path, capsys, content):
    path = tmp_path / "positions.json"
    path.write_bytes(content)
    _ends_well(capsys, "stress", "--positions", path)


@brief
@given(near_bytes(RESULT))
def test_the_command_survive(tmp_path, capsys, content):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    _ends_well(capsys, "survive", path, "--userdir", tmp_path)


@brief
@given(near_bytes(WATCH), near_bytes(json.loads(remembered().model_dump_json())))
def test_the_command_watch(tmp_path, monkeypatch, capsys, content, state):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state.json").write_bytes(state)
    (tmp_path / "watch.json").write_bytes(content)
    _ends_well(capsys, "watch", "--config", "watch.json", "--reset", "a")
