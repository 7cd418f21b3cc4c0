"""A guard that only observes, or is off, leaves every trade exactly as the strategy made it."""

import pytest

from tests.support.freqtrade import MODERATE, SAMPLE, backtest, strategy_files

pytestmark = pytest.mark.slow

PASSIVE = {
    "disabled": {"enabled": False},
    "observe": {**MODERATE, "mode": "observe"},
    "off": {"mode": "off"},
}
# Generated months are quiet at first: a few days around the crash are enough.
LATE = ("--timerange", "20240119-")
GUARDED_EVERYTHING = """
from everything import Everything, EverythingTrailing
from freqtrade_riskguard import RiskGuard


class Guarded(RiskGuard, Everything):
    pass


class GuardedTrailing(RiskGuard, EverythingTrailing):
    pass
"""


def bare_source() -> str:
    """Return the sample's source with every trace of the guard cut out."""
    source = SAMPLE.read_text(encoding="utf-8")
    for cut, left in {
        "from freqtrade_riskguard import RiskGuard\n": "",
        "class RiskGuardSample(RiskGuard, IStrategy)": "class BareSample(IStrategy)",
    }.items():
        assert source.count(cut) == 1, cut
        source = source.replace(cut, left)
    return source


@pytest.fixture(scope="module")
def market(request, real_candles, scenario_candles):
    if request.param == "ftx-2022":
        return real_candles(request.param), {"timeframe": "15m"}
    return scenario_candles(request.param, days=23), {"args": LATE}


@pytest.fixture(scope="module")
def bare(market, tmp_path_factory):
    data, how = market
    folder = tmp_path_factory.mktemp("bare") / "bot"
    sources = {"bare.py": bare_source()}
    run = backtest(folder, data, "BareSample", **how, strategies=sources, riskguard=None)
    return run.succeeded()


@pytest.mark.parametrize(
    ("market", "passive"),
    # The long window for the mode that does the most.
    [("ftx-2022", "observe"), *(("flash_crash", passive) for passive in PASSIVE)],
    indirect=["market"],
)
def test_a_passive_guard_makes_the_trades_of_the_bare_strategy(market, bare, passive, tmp_path):
    data, how = market
    run = backtest(tmp_path / "bot", data, "RiskGuardSample", **how, riskguard=PASSIVE[passive])
    assert_same(run.succeeded().outcome, bare.outcome)
    assert bool(run.journal) == (passive == "observe")
    assert not any(record["enforced"] for record in run.journal)


@pytest.fixture(scope="module")
def everything(scenario_candles, tmp_path_factory):
    """The bare strategies, in a process that knows nothing of the guard."""
    return backtest(
        tmp_path_factory.mktemp("everything") / "bot",
        scenario_candles("flash_crash", days=23),
        *("Everything", "EverythingTrailing"),
        args=LATE,
        strategies=strategy_files("everything"),
        riskguard=None,
    ).succeeded()


def test_the_strategy_with_everything_really_uses_it(everything):
    trades = everything.outcomes["Everything"].trades
    trailing = everything.outcomes["EverythingTrailing"].trades
    reasons = {trade["exit_reason"] for trade in (*trades, *trailing)}
    assert {"roi", "too_old", "exit_signal", "trailing_stop_loss"} <= reasons
    tags = {order["ft_order_tag"] for trade in trades for order in trade["orders"]}
    assert {"up", "down", "add", "half_out"} <= tags
    assert everything.outcomes["Everything"].stats["replaced_entry_orders"] > 0


@pytest.mark.parametrize("passive", ["observe", "off"])
def test_a_passive_guard_disturbs_no_callback(everything, scenario_candles, passive, tmp_path):
    run = backtest(
        tmp_path / "bot",
        scenario_candles("flash_crash", days=23),
        *("Guarded", "GuardedTrailing"),
        args=LATE,
        strategies={**strategy_files("everything"), "guarded.py": GUARDED_EVERYTHING},
        riskguard=PASSIVE[passive],
    ).succeeded()
    assert_same(run.outcomes["Guarded"], everything.outcomes["Everything"])
    assert_same(run.outcomes["GuardedTrailing"], everything.outcomes["EverythingTrailing"])


def assert_same(outcome, expected):
    """Compare trade by trade: every exported field, orders included, to the last digit."""
    assert expected.trades
    assert len(outcome.trades) == len(expected.trades)
    for trade, wanted in zip(outcome.trades, expected.trades, strict=True):
        assert trade == wanted
    assert outcome.locks == expected.locks
    assert outcome.stats["final_balance"] == expected.stats["final_balance"]
    assert outcome.stats["rejected_signals"] == expected.stats["rejected_signals"]
