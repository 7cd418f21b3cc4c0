"""Hyperopt searches the guard's own settings, and every epoch starts anew."""

import json
import shutil
from collections import defaultdict

import pandas as pd
import pytest

from tests.support.freqtrade import WALLET_QUOTE, freqtrade
from tests.support.hyperopts import LOSS_FILE, riskguard_loss

pytestmark = pytest.mark.slow

EPOCHS = 12
FACTS = ("pair", "open_date", "stop_loss_abs", "profit_abs")
STRATEGY = """
from freqtrade.strategy import CategoricalParameter, DecimalParameter, IntParameter
from freqtrade_riskguard import RiskGuard
from riskguard_sample import RiskGuardSample


class Searched(RiskGuardSample):
    # Few values, so that epochs repeat each other.
    riskguard__atr_stop__multiple = CategoricalParameter(
        [1.0, 3.0], default=3.0, space="protection"
    )
    riskguard__circuit_breaker__losing_trades = CategoricalParameter(
        [1, 6], default=6, space="protection"
    )
    riskguard__daily_loss_limit = DecimalParameter(
        0.01, 0.02, default=0.02, decimals=2, space="protection"
    )
    # Hyperopt never tries the same values twice: by this one they differ, and nothing else does.
    ignored = IntParameter(0, 1_000, default=0, space="sell")
    patience = CategoricalParameter([True, False], default=True, space="sell")

    def populate_exit_trend(self, dataframe, metadata):
        dataframe = super().populate_exit_trend(dataframe, metadata)
        if self.patience.value:
            dataframe[["exit_long", "exit_short"]] = 0
        return dataframe
"""


def test_every_epoch_in_two_workers(scenario_candles, tmp_path):
    losses = tmp_path / "bot" / "hyperopts"
    losses.mkdir(parents=True)
    shutil.copy(LOSS_FILE, losses)
    run = freqtrade(
        tmp_path / "bot",
        scenario_candles("flash_crash"),
        "hyperopt",
        *("--strategy", "Searched", "--timeframe", "5m", "--timerange", "20240121-20240123"),
        *("--epochs", str(EPOCHS), "--job-workers", "2", "--random-state", "7"),
        *("--spaces", "protection", "sell", "--hyperopt-loss", "RiskGuardLoss"),
        strategies={"searched.py": STRATEGY},
    ).succeeded()

    (results,) = (run.folder / "hyperopt_results").glob("*.fthypt")
    epochs = [json.loads(line) for line in results.read_text().splitlines()]
    assert len(epochs) == EPOCHS
    by_parameters = defaultdict(list)
    for epoch in epochs:
        figures = epoch["results_metrics"]
        outcome = (
            [tuple(trade[name] for name in FACTS) for trade in figures["trades"]],
            [(lock["reason"], lock["lock_end_time"]) for lock in figures["locks"]],
        )
        tried = {name: value for name, value in epoch["params_dict"].items() if name != "ignored"}
        if figures["trades"]:
            # Each epoch was judged by the loss that comes with RiskGuard.
            results = pd.DataFrame(figures["trades"])
            judged = riskguard_loss(results=results, starting_balance=WALLET_QUOTE)
            assert epoch["loss"] == pytest.approx(judged, abs=1e-4)
        by_parameters[json.dumps(tried, sort_keys=True)].append(outcome)
    assert any(epoch["results_metrics"]["trades"] for epoch in epochs)
    assert any(len(outcomes) > 1 for outcomes in by_parameters.values())
    for outcomes in by_parameters.values():
        assert all(outcome == outcomes[0] for outcome in outcomes)
    # The guard's settings matter: a nearer stop is another result.
    assert len({json.dumps(outcomes[0], default=str) for outcomes in by_parameters.values()}) > 4
