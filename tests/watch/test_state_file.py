import json
import math
import stat

import pytest

from freqtrade_riskguard.watch.limit_checks import Breach
from freqtrade_riskguard.watch.state import Fired, FleetState, WatchState
from freqtrade_riskguard.watch.state_file import StateFile, StateFileError
from freqtrade_riskguard.watch.stop_state import hold
from tests.watch.parts import DAY, bot_state

BREACH = Breach(kind="max_drawdown", reading=0.2, limit=0.18, text="20.0 % below the peak")


def remembered():
    bot = hold(bot_state(10_000, 8_000, notional_quote={"BTC": 1.0}), BREACH, "own", DAY)
    fleet = FleetState(track=bot.track, members=("a",), daily=Fired(day=DAY, next_ratio=0.1))
    return WatchState(bots={"a": bot}, fleet=fleet)


def test_nothing_is_remembered_at_first(tmp_path):
    assert StateFile(tmp_path / "state.json").load() == WatchState()


def test_all_of_it_comes_back(tmp_path):
    file = StateFile(tmp_path / "state.json")
    file.save(WatchState())
    file.save(remembered())
    assert StateFile(tmp_path / "state.json").load() == remembered()
    # No draft is left behind, and nobody else reads what the account holds.
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: text.replace('"base_quote": 10000.0', '"base_quote": NaN'),
        lambda text: text.replace('"peak_quote": 10000.0', '"peak_quote": NaN'),
        lambda text: text.replace('"phase"', '"face"'),
    ],
)
def test_a_damaged_file_is_never_taken_for_an_empty_one(tmp_path, spoil):
    path = tmp_path / "state.json"
    StateFile(path).save(remembered())
    path.write_text(spoil(path.read_text()))
    with pytest.raises(StateFileError, match=r"state\.json is damaged .*move it away"):
        StateFile(path).load()


def test_an_unknown_number_is_never_written(tmp_path):
    path = tmp_path / "state.json"
    StateFile(path).save(remembered())
    assert math.isfinite(json.loads(path.read_text())["bots"]["a"]["track"]["equity_quote"])


def test_a_file_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(StateFileError, match="cannot be read"):
        StateFile(tmp_path).load()
    with pytest.raises(StateFileError, match=r"cannot be written .*state_file"):
        StateFile(tmp_path / "nowhere" / "state.json").save(WatchState())


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    StateFile(path).save(remembered())
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(full))
    with pytest.raises(StateFileError, match="No space left"):
        StateFile(path).save(WatchState())
    assert StateFile(path).load() == remembered()
    assert list(tmp_path.iterdir()) == [path]


def test_resets_are_taken_once(tmp_path):
    asking, taking = StateFile(tmp_path / "state.json"), StateFile(tmp_path / "state.json")
    assert taking.take_resets() == frozenset()
    asking.ask_reset("a")
    asking.ask_reset("my bot")
    assert taking.take_resets() == {"a", "my bot"}
    assert taking.take_resets() == frozenset()
