"""A guard that is thrown away and rebuilt decides what one decides that never stopped."""

import pytest

from tests.support.freqtrade import backtest_one_by_one, strategy_files

pytestmark = pytest.mark.slow


def decided(journal):
    """The decisions, each once: a new guard may note again what stands already."""
    facts = ("time", "pair", "side", "question", "rule", "answered", "why")
    seen, found = set(), []
    for record in journal:
        fact = tuple(record[name] for name in facts)
        # An observed or standing exit, stop or lock is noted once per run of the guard.
        if record["question"] != "stop" and fact not in seen:
            seen.add(fact)
            found.append(fact)
    return found


@pytest.mark.parametrize(("profile", "seed"), [("moderate", 1), ("seatbelt", 2)])
def test_fifty_restarts_change_no_decision(real_candles, tmp_path, monkeypatch, profile, seed):
    monkeypatch.setenv("RESTART_SEED", str(seed))
    runs = {}
    for name in ("Uninterrupted", "Restarted"):
        runs[name] = backtest_one_by_one(
            tmp_path / name,
            real_candles("feb-2025"),
            name,
            timeframe="5m",
            strategies=strategy_files("reckless", "restarting"),
            riskguard={"profile": profile},
        ).succeeded()
    whole, restarted = runs["Uninterrupted"], runs["Restarted"]

    assert len(whole.trades) > 10
    assert restarted.trades == whole.trades
    assert restarted.locks == whole.locks
    assert decided(restarted.journal) == decided(whole.journal)
