"""Adding to an open position is an entry: the whole of it is held to one trade's budget."""

import pytest

from tests.support import watched
from tests.support.freqtrade import MODERATE, WALLET_QUOTE, backtest_one_by_one, strategy_files

pytestmark = pytest.mark.slow

RISK_PER_TRADE = 0.01
OTHER_CAPS = (
    "volatility_target",
    "kelly",
    "heat",
    "position_cap",
    "portfolio_volatility",
    "margin_utilisation",
    "exposure_cap",
)
GUARDED = """
from adder import Adder
from freqtrade_riskguard import RiskGuard


class GuardedAdder(RiskGuard, Adder):
    pass
"""


@pytest.fixture(scope="module")
def positions(scenario_candles, tmp_path_factory):
    """Positions begun in the crash, with wide stops, and added to in the calm after it."""
    folder = tmp_path_factory.mktemp("additions") / "bot"
    log = folder.parent / "watched.jsonl"
    run = backtest_one_by_one(
        folder,
        scenario_candles("flash_crash"),
        "WatchedGuardedAdder",
        args=("--timerange", "20240122-20240126"),
        strategies={
            **strategy_files("adder"),
            "guarded.py": GUARDED,
            "watched.py": watched.source(log, "guarded", "GuardedAdder"),
        },
        # Of the caps, the budget alone.
        riskguard={**MODERATE, **{name: {"mode": "off"} for name in OTHER_CAPS}},
    )
    return run.succeeded(), watched.by_trade(log)


def test_positions_are_added_to(positions):
    _, seen = positions
    assert max(rows[-1]["entries"] for rows in seen.values()) >= 3


def test_a_position_with_additions_loses_one_budget_at_its_stop(positions):
    run, seen = positions
    for rows in seen.values():
        for row in rows:
            realised = sum(
                trade["profit_abs"]
                for trade in run.trades
                if trade["close_date"] < row["open_date"]
            )
            planned = row["amount"] * row["side"] * (row["open_rate"] - row["stop"])
            assert planned <= RISK_PER_TRADE * (WALLET_QUOTE + realised), row


def test_an_addition_is_trimmed_to_what_is_left_rather_than_denied(positions):
    run, _ = positions
    assert run.decisions("stake")
    assert not run.decisions("entry")
