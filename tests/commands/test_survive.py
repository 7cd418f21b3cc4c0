import json

import pytest

from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.cli import main
from tests.support.results import BTC, ETH, STRATEGY, stats, store, trade, write_candles

MARKET = [(100.0, 101.0, 99.0, 100.0), (100.0, 101.0, 80.0, 85.0), *[(85.0, 86.0, 84.0, 85.0)] * 46]
STOPPED = trade(100, 95, 0, 1, exit_reason="stop_loss", leverage=5.0, min_rate=80.0)
OPEN = trade(85, 85, 5, 47, exit_reason="force_exit")


@pytest.fixture
def stored(tmp_path):
    return store(tmp_path / "backtest_results", {STRATEGY: stats(STOPPED, OPEN)})


@pytest.fixture
def data(tmp_path):
    return write_candles(tmp_path / "data", {(BTC, "1h"): MARKET})


def test_json_has_every_figure_with_its_basis(stored, data, capsys):
    assert main(["survive", str(stored), "--datadir", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert (found["strategy"], found["trades"], found["censored_trades"]) == (STRATEGY, 2, 1)
    assert found["candles"]["missing_pairs"] == []
    assert found["as_filled"]["basis"] == "closed trades"
    assert found["as_filled"]["final_balance_quote"] == pytest.approx(995)
    # Stopped in a candle that fell to 80: at 80*0.98 all of the margin of 20 is gone.
    assert [each["slippage_ratio"] for each in found["fill_stress"]] == [0.01, 0.02, 0.03]
    assert {each["basis"] for each in found["fill_stress"]} == {"fill stress"}
    assert found["fill_stress"][1]["liquidations"] == 1
    assert found["fill_stress"][1]["final_balance_quote"] == pytest.approx(980)
    exact, *_, worst = found["survival"]
    assert (exact["basis"], exact["slippage_ratio"]) == ("closed trades", None)
    assert [each["leverage"] for each in exact["by_leverage"]] == list(range(1, 21))
    # 5x lives when the stop is filled at 95, not at the worst of its candle.
    assert exact["by_leverage"][4] == {"leverage": 5, "liquidated": 0, "share": 0}
    assert worst["by_leverage"][4] == {"leverage": 5, "liquidated": 1, "share": 0.5}
    assert found["limits"] == LIMITS


def test_json_has_the_chances_of_a_year_with_their_intervals(stored, data, capsys):
    assert main(["survive", str(stored), "--datadir", str(data), "--json"]) == 0
    year = json.loads(capsys.readouterr().out)["within_a_year"]
    # 2 trades in 2 days.
    assert (year["basis"], year["trades"], year["trades_per_year"]) == ("closed trades", 2, 365)
    assert (year["paths"], year["mean_block_trades"], year["confidence"]) == (10_000, 5, 0.95)
    assert [each["leverage"] for each in year["by_leverage"]] == [1, 2, 3, 5, 10, 20]
    one = year["by_leverage"][0]
    assert [each["beyond_ratio"] for each in one["drawdowns"]] == [0.1, 0.2, 0.3, 0.5]
    # At 5x the stop cost 5 of 1000; at 1x, with the same margin, it costs 1. Some 180 times in a
    # year: 0.999^182.5 = 0.833.
    assert one["median_growth_ratio"] == pytest.approx(0.833 - 1, abs=0.01)
    assert one["drawdowns"][0]["share_ratio"] > 0.99
    assert one["drawdowns"][2]["share_ratio"] < 0.01
    assert one["liquidation"]["share_ratio"] == 0
    # Stopped at 95 as it was filled, it lived up to 1 / (1 - 95/1.01/100 * 0.996) = 15.8x.
    assert year["by_leverage"][4]["liquidation"]["high_ratio"] < 0.001
    assert year["by_leverage"][5]["liquidation"]["low_ratio"] > 0.999


def test_the_terminal_shows_tables_doubts_and_limits(stored, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["survive", str(stored), "--userdir", str(tmp_path)]) == 0
    shown = capsys.readouterr().out

    assert "Fill stress" in shown
    assert "Liquidated trades of 2, by leverage" in shown
    assert "99 % of trades up to" in shown
    assert "Chances within a year of 365 trades" in shown
    assert "Falls > 10 %" in shown
    assert "in blocks of 5 trades on average" in " ".join(shown.split())
    assert "censored" in shown
    assert f"missing in any data folder for {BTC}" in shown
    assert "closed trades, stops filled exactly" in shown
    assert " ".join(LIMITS.split()) in " ".join(shown.split())
    # Not on a terminal: no colours.
    assert "\x1b" not in shown


ETH_STOPPED = trade(100, 95, 2, 3, pair=ETH, exit_reason="stop_loss", min_rate=90.0)


def sentence(capsys, path, *options):
    assert main(["survive", str(path), *map(str, options)]) == 0
    return " ".join(capsys.readouterr().out.split("In short:")[1].split())


class TestStopsThatWereNotMoved:
    """Without the candle of a stop nobody knows how badly it could have been filled."""

    def test_without_candles_no_stressed_figure_is_given(self, stored, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")
        assert main(["survive", str(stored)]) == 0
        shown = capsys.readouterr().out

        assert "Fill stress is unknown: stops were not moved" in shown
        # All but the first column of the row, which has what the backtest itself filled.
        final = next(line for line in shown.splitlines() if "Final balance" in line)
        assert final.count("unknown") == 3
        assert "995 USDT" in final
        kept = next(line for line in shown.splitlines() if "no trade liquidated up to" in line)
        assert kept.count("unknown") == 3

    def test_the_verdict_says_so(self, stored, capsys):
        said = sentence(capsys, stored)

        # freqtrade recorded a low of 80; 1 % before liquidation and a maintenance of 0.4 %:
        # 1 / (1 - 80/1.01/100 * 0.996) = 4.737.
        assert "With the backtest's own fills no trade would have been liquidated at 4.7x" in said
        assert "stops were not moved, because their candles are missing" in said
        assert said.count("liquidated at") == 1

    def test_some_missing_candles_leave_the_stress_as_unknown(self, tmp_path, data, capsys):
        both = store(tmp_path / "both", {STRATEGY: stats(STOPPED, ETH_STOPPED)})
        said = sentence(capsys, both, "--datadir", data)
        assert "the candles of 1 of 2 are missing" in said
        assert said.count("liquidated at") == 1

    @pytest.mark.parametrize("trades", [(STOPPED, OPEN), (STOPPED, ETH_STOPPED)])
    def test_json_has_null_and_the_reason(self, trades, tmp_path, data, capsys):
        path = store(tmp_path / "both", {STRATEGY: stats(*trades)})
        options = [] if OPEN in trades else ["--datadir", str(data)]
        assert main(["survive", str(path), "--json", *options]) == 0
        found = json.loads(capsys.readouterr().out)

        for each in found["fill_stress"]:
            assert "stops were not moved" in each["reason"]
            assert each["stops_without_candle"] == 1
            assert each["final_balance_quote"] is None
            assert each["liquidations"] is None
        assert any("stops were not moved" in doubt for doubt in found["doubts"])
        exact, *stressed = found["survival"]
        assert exact["reason"] is None
        assert exact["keeps_all"] is not None
        for each in stressed:
            assert "stops were not moved" in each["reason"]
            assert each["keeps_all"] is each["keeps_99_percent"] is each["by_leverage"] is None

    def test_without_a_stop_there_is_nothing_to_move(self, tmp_path, capsys):
        path = store(tmp_path / "calm", {STRATEGY: stats(trade(100, 101, 0, 1))})
        assert "No trade ended at a stop" in sentence(capsys, path)
        assert main(["survive", str(path), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["fill_stress"][2]["final_balance_quote"] == pytest.approx(1_001)

    def test_with_all_candles_the_stress_is_told(self, stored, data, capsys):
        said = sentence(capsys, stored, "--datadir", data)
        assert "no trade would have been liquidated at" in said
        assert "With stops filled 3 % beyond the worst of their candle no trade" in said


def test_without_recorded_prices_and_candles_nothing_is_judged(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    blind = trade(100, 101, 0, 1, min_rate=None, max_rate=None)
    path = store(tmp_path / "blind", {STRATEGY: stats(blind)})
    assert main(["survive", str(path)]) == 0
    shown = capsys.readouterr().out
    assert f"missing in any data folder for {BTC}. Give --datadir" in shown
    assert "judged by" not in shown
    assert "The worst price of 1 trade is unknown" in shown
    assert "Liquidated trades of" not in shown
    assert "Chances within" not in shown
    both = store(tmp_path / "both", {STRATEGY: stats(blind, trade(100, 101, 2, 3))})
    assert main(["survive", str(both)]) == 0
    shown = capsys.readouterr().out
    assert f"for {BTC}: 1 trade is judged by the lowest and highest price" in shown
    assert "Liquidated trades of 1, by leverage" in shown


def test_of_a_guarded_result_it_says_that_the_stops_of_the_guard_are_in_it(tmp_path, capsys):
    ended = trade(100, 98, 0, 1, exit_reason="riskguard_daily_loss")
    with_guard = "own fills and with the guard's stops in place no trade"
    path = store(tmp_path / "guarded", {STRATEGY: stats(ended)})
    assert with_guard in sentence(capsys, path)
    bare = store(tmp_path / "bare", {STRATEGY: stats(trade(100, 98, 0, 1))})
    assert "the guard's stops" not in sentence(capsys, bare)


def test_the_newest_of_the_user_directory_is_taken(stored, tmp_path, capsys):
    assert main(["survive", "--userdir", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"] == str(stored)


def test_a_short_below_1x_and_figures_that_are_not_known(tmp_path, capsys):
    # It rose to more than twice its price: no leverage would have lived.
    lost = trade(100, 250, 0, 1, is_short=True, exit_reason="exit_signal", max_rate=300.0)
    path = store(tmp_path, {STRATEGY: stats(lost)})
    assert main(["survive", str(path)]) == 0
    assert "less than 1x" in capsys.readouterr().out
    nothing = store(tmp_path / "b", {STRATEGY: stats(trade(100, 101, 0, 1, min_rate=None))})
    assert main(["survive", str(nothing), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["survival"][0]["keeps_all"] is None


@pytest.mark.parametrize("command", ["survive", "report"])
class TestBadInput:
    def refused(self, capsys, *arguments):
        assert main([*map(str, arguments)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith(f"riskguard {arguments[0]}: ")
        assert shown.err.count("\n") == 1
        return shown.err

    def test_a_missing_file(self, command, tmp_path, capsys):
        assert "gone.zip does not exist" in self.refused(capsys, command, tmp_path / "gone.zip")

    def test_no_result_at_all(self, command, tmp_path, capsys):
        error = self.refused(capsys, command, "--userdir", tmp_path)
        assert "freqtrade backtesting" in error

    def test_a_corrupt_zip(self, command, stored, capsys):
        stored.write_bytes(stored.read_bytes()[:200])
        assert "is damaged" in self.refused(capsys, command, stored)

    def test_no_trades_and_spot(self, command, tmp_path, capsys):
        empty = store(tmp_path / "a", {STRATEGY: stats()})
        assert "has no trades" in self.refused(capsys, command, empty)
        spot = store(tmp_path / "b", {STRATEGY: stats(STOPPED, trading_mode="spot")})
        assert "is a spot result" in self.refused(capsys, command, spot)

    def test_another_strategy(self, command, stored, capsys):
        error = self.refused(capsys, command, stored, "--strategy", "Other")
        assert f"holds no strategy Other: choose with --strategy one of {STRATEGY}" in error

    def test_wrong_json(self, command, tmp_path, capsys):
        path = tmp_path / "config.json"
        path.write_text('{"stake_currency": "USDT"}')
        assert "is not a backtest result" in self.refused(capsys, command, path)

    def test_a_folder_of_candles_that_is_not_there(self, command, stored, tmp_path, capsys):
        error = self.refused(capsys, command, stored, "--datadir", tmp_path / "nowhere")
        assert "is not a folder" in error
