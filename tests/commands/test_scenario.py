import pandas as pd

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay.data_folder import futures_files
from freqtrade_riskguard.replay.scenarios import SCENARIOS


def test_a_scenario_is_written_and_how_to_use_it(tmp_path, capsys):
    folder = tmp_path / "new" / "crash"
    assert main(["scenario", "flash_crash", "--output", str(folder)]) == 0
    assert {coin.pair for coin in futures_files(folder)} == {
        model.pair for model in SCENARIOS["flash_crash"].pairs
    }
    shown = " ".join(capsys.readouterr().out.split())
    assert SCENARIOS["flash_crash"].description in shown
    assert "riskguard replay --data" in shown
    assert "from 2024-01-01 on. The crash begins on 2024-01-22 at 14:24 UTC." in shown
    # The low of the first hour is far below what was there before.
    candles = pd.read_feather(folder / "futures" / "BTC_USDT_USDT-5m-futures.feather")
    low = candles.set_index("date")["low"]
    before = low["2024-01-22 12:00":"2024-01-22 14:15"].min()
    assert low["2024-01-22 14:25":"2024-01-22 15:25"].min() < 0.8 * before


def test_made_up_candles_are_never_mixed_with_others(tmp_path, capsys):
    (tmp_path / "BTC_USDT_USDT-5m-futures.feather").write_text("")
    assert main(["scenario", "flash_crash", "--output", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"riskguard scenario: {tmp_path} is not empty")
    assert error.count("\n") == 1


def test_a_folder_that_cannot_be_made(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["scenario", "flash_crash", "--output", str(tmp_path / "file" / "x")]) == 2
    error = capsys.readouterr().err
    assert "cannot be written to" in error
    assert error.count("\n") == 1
