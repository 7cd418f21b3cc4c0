"""February 2025 in cross margin: what ruins the account bare, and leaves it alive guarded."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from freqtrade_riskguard.analysis.equity_curve import marked_equity
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.commands.result_arguments import examine_result
from tests.support.freqtrade import backtest, strategy_files

pytestmark = pytest.mark.slow

# With the stop of -99 % of the margin left away: in cross margin it would end a trade that isolated
# margin has liquidated long before, and the account would pay for it.
STRATEGIES = """
from reckless import Reckless
from freqtrade_riskguard import RiskGuard


class Held(Reckless):
    stoploss = -9.0


class Moderate(RiskGuard, Held):
    def __init__(self, config):
        config["riskguard"] = {**config["riskguard"], "profile": "moderate"}
        super().__init__(config)


class Seatbelt(RiskGuard, Held):
    def __init__(self, config):
        config["riskguard"] = {**config["riskguard"], "profile": "seatbelt"}
        super().__init__(config)
"""
GUARDED = ("Moderate", "Seatbelt")
FALL = datetime(2025, 2, 3, 1, 55, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(real_candles, tmp_path_factory):
    """Both pairs with half of the account each: 10x bare."""
    files = {**strategy_files("reckless"), "held.py": STRATEGIES}
    how: dict[str, Any] = {
        "timeframe": "5m",
        "args": ("--fee", "0.0005", "--timerange", "20250128-20250207"),
        "config": {"margin_mode": "cross", "max_open_trades": 2},
    }
    folder, data = tmp_path_factory.mktemp("cross"), real_candles("feb-2025")
    bare = backtest(folder / "bare", data, "Held", strategies=files, riskguard=None, **how)
    guarded = backtest(folder / "guarded", data, *GUARDED, strategies=files, riskguard={}, **how)
    return bare.succeeded(), guarded.succeeded()


def account_of(run, data, name, capsys):
    where = ("--userdir", str(run.folder), "--datadir", str(data), "--strategy", name)
    assert main(["survive", *where, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["account"]


def test_bare_the_account_is_liquidated_though_freqtrade_goes_on(played, real_candles, capsys):
    bare, _ = played
    found = account_of(bare, real_candles("feb-2025"), "Held", capsys)
    # Both halves at 10x, the second one entered while the first is losing.
    assert 10 < found["max_effective_leverage"] < 20
    # In the night in which Bitcoin fell by 5 and Ether by more than 20 per cent.
    ended = found["fills"][0]["as_traded"]
    assert ended["time"] == FALL.isoformat()
    assert ended["loss_ratio"] > 0.9
    # With a fifth of the leverage it would have lived.
    assert found["fills"][0]["keeps_alive"] >= 2
    # freqtrade ends one trade at a price of its own, and trades on with what is left.
    assert max(trade["open_date"] for trade in bare.trades) > f"{FALL:%Y-%m-%d %H:%M}"
    assert max(trade["leverage"] for trade in bare.trades) == 10.0


@pytest.mark.parametrize(("name", "limit"), [("Moderate", 0.03), ("Seatbelt", 0.05)])
def test_the_days_limit_holds(played, real_candles, name, limit):
    data = real_candles("feb-2025")
    found = examine_result(None, name, user_dir=played[1].folder, data_dir=data)
    by_pair = found.candles.by_pair
    closes = {pair: (each.opened_at, each.close) for pair, each in by_pair.items()}
    # The guard has counted the fee of the exit before it is paid: 5x of 0.05 %.
    assert marked_equity(found.result, closes).worst_day_ratio >= -(limit + 0.0025)


@pytest.mark.parametrize("name", GUARDED)
def test_guarded_it_is_not(played, real_candles, name, capsys):
    outcome = played[1].outcomes[name]
    assert len(outcome.trades) > 5
    assert "liquidation" not in outcome.exit_reasons
    found = account_of(played[1], real_candles("feb-2025"), name, capsys)
    assert [each["as_traded"] for each in found["fills"]] == [None] * 4


def test_the_start_says_what_cross_margin_changes(played):
    assert "Margin mode cross: liquidation is that of the whole account" in played[1].log
