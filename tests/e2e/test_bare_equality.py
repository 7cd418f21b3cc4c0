"""A guard that only observes, or is off, leaves every trade exactly as the strategy made it."""

import pytest

from tests.support.freqtrade import MODERATE, SAMPLE, backtest_one_by_one, strategy_files

pytestmark = pytest.mark.slow

PASSIVE = {
    "disabled": {"enabled": False},
    "observe": {**MODERATE, "mode": "observe"},
    "off": {"mode": "off"},
}
# Generated months are quiet at first: a few days around the crash are enough.
LATE = ("--timerange", "20240119-")
# Each with settings of its own, so that all of them run in one process.
GUARDED = """
from {module} import {base}
from freqtrade_riskguard import RiskGuard


class {name}({bases}):
    def __init__(self, config):
        config["riskguard"] = {{**config["riskguard"], **{settings!r}}}
        super().__init__(config)
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


def guarded_source(name: str, base: str, passive: str) -> str:
    """Return the source of a guarded strategy; the sample is guarded already."""
    is_sample = base == "RiskGuardSample"
    return GUARDED.format(
        name=name,
        module="riskguard_sample" if is_sample else "everything",
        base=base,
        bases=base if is_sample else f"RiskGuard, {base}",
        settings=PASSIVE[passive],
    )


def test_a_guard_that_observes_makes_the_trades_of_the_bare_strategy(real_candles, tmp_path):
    """The long window for the mode that does the most."""
    data, how = real_candles("ftx-2022"), {"timeframe": "15m"}
    sources = {"bare.py": bare_source()}
    run = backtest_one_by_one(
        tmp_path / "bare", data, "BareSample", **how, strategies=sources, riskguard=None
    )
    bare = run.succeeded()
    observed = backtest_one_by_one(
        tmp_path / "bot", data, "RiskGuardSample", **how, riskguard=PASSIVE["observe"]
    ).succeeded()
    assert_same(observed.outcome, bare.outcome)
    assert observed.journal
    assert not any(record["enforced"] for record in observed.journal)


@pytest.fixture(scope="module")
def everything(scenario_candles, tmp_path_factory):
    """The bare strategies, in a process that knows nothing of the guard."""
    return backtest_one_by_one(
        tmp_path_factory.mktemp("everything") / "bot",
        scenario_candles("flash_crash", days=23),
        *("Everything", "EverythingTrailing", "BareSample"),
        args=LATE,
        strategies={**strategy_files("everything"), "bare.py": bare_source()},
        riskguard=None,
    ).succeeded()


@pytest.fixture(scope="module")
def guarded(scenario_candles, tmp_path_factory):
    """The same strategies under every passive guard, by names such as ``Everything_off``."""
    names = {
        f"{base}_{passive}": (base, passive)
        for passive in PASSIVE
        for base in ("RiskGuardSample", "Everything", "EverythingTrailing")
        if base == "RiskGuardSample" or passive != "disabled"
    }
    sources = {f"{name}.py": guarded_source(name, *how) for name, how in names.items()}
    return backtest_one_by_one(
        tmp_path_factory.mktemp("guarded") / "bot",
        scenario_candles("flash_crash", days=23),
        *names,
        args=LATE,
        strategies={**strategy_files("everything"), **sources},
        riskguard={},
    ).succeeded()


@pytest.mark.parametrize("passive", PASSIVE)
def test_a_passive_guard_makes_the_trades_of_the_bare_strategy(everything, guarded, passive):
    run = guarded.only(f"RiskGuardSample_{passive}")
    assert_same(run.outcome, everything.outcomes["BareSample"])
    assert bool(run.journal) == (passive == "observe")
    assert not any(record["enforced"] for record in run.journal)


def test_the_strategy_with_everything_really_uses_it(everything):
    trades = everything.outcomes["Everything"].trades
    trailing = everything.outcomes["EverythingTrailing"].trades
    reasons = {trade["exit_reason"] for trade in (*trades, *trailing)}
    assert {"roi", "too_old", "exit_signal", "trailing_stop_loss"} <= reasons
    tags = {order["ft_order_tag"] for trade in trades for order in trade["orders"]}
    assert {"up", "down", "add", "half_out"} <= tags
    assert everything.outcomes["Everything"].stats["replaced_entry_orders"] > 0


@pytest.mark.parametrize("passive", ["observe", "off"])
@pytest.mark.parametrize("name", ["Everything", "EverythingTrailing"])
def test_a_passive_guard_disturbs_no_callback(everything, guarded, name, passive):
    assert_same(guarded.outcomes[f"{name}_{passive}"], everything.outcomes[name])


def assert_same(outcome, expected):
    """Compare trade by trade: every exported field, orders included, to the last digit."""
    assert expected.trades
    assert len(outcome.trades) == len(expected.trades)
    for trade, wanted in zip(outcome.trades, expected.trades, strict=True):
        assert trade == wanted
    assert outcome.locks == expected.locks
    assert outcome.stats["final_balance"] == expected.stats["final_balance"]
    assert outcome.stats["rejected_signals"] == expected.stats["rejected_signals"]
