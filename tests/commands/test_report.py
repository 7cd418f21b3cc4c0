import time

import numpy as np
import pytest

from freqtrade_riskguard.cli import main
from tests.support.results import (
    BTC,
    ETH,
    STRATEGY,
    at,
    decision,
    lock,
    stats,
    store,
    trade,
    write_candles,
)

MANY = 10_000
PAIRS = (BTC, ETH, "SOL/USDT:USDT", "DOGE/USDT:USDT")


def walk(days):
    """Return 5m candles of a random walk, and hourly ones of the same."""
    count = days * 288
    close = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.002, count)))
    opened = np.concatenate(([100.0], close[:-1]))
    high, low = np.maximum(opened, close) * 1.001, np.minimum(opened, close) * 0.999
    hours = (-1, 12)
    return np.stack((opened, high, low, close), axis=1), np.stack(
        (
            opened[::12],
            high.reshape(hours).max(axis=1),
            low.reshape(hours).min(axis=1),
            close[11::12],
        ),
        axis=1,
    )


@pytest.fixture
def many(tmp_path):
    """A result of 10,000 trades of four pairs in two months, three decisions on each."""
    fine, coarse = walk(60)
    frames = {(pair, tf): each for pair in PAIRS for tf, each in (("5m", fine), ("1h", coarse))}
    data = write_candles(tmp_path / "data", frames)
    reasons = ("exit_signal", "stop_loss", "roi")
    trades, journal = [], []
    for number in range(MANY):
        place, is_short = number // 4 * 6 + 20, number % 3 == 1
        entry, leave = fine[place, 0], fine[place + 5, 0]
        about = {"pair": PAIRS[number % 4], "side": "short" if is_short else "long"}
        trades.append(
            trade(
                entry,
                leave,
                place / 12,
                (place + 5) / 12,
                pair=about["pair"],
                is_short=is_short,
                leverage=1.0 + number % 5,
                amount=20 / entry,
                exit_reason=reasons[number % 3],
                funding_fees=0.01,
            )
        )
        for question, rule in (("leverage", "kelly"), ("stake", "heat"), ("stop", "atr_stop")):
            journal.append(decision(question, rule, place / 12, asked=10.0, answered=5.0, **about))
    locks = [lock(hour, hour + 1) for hour in range(0, 1_400, 2)]
    figures = stats(*trades, hours=60 * 24, timeframe="5m", stake_amount=20, locks=locks)
    return store(tmp_path, {STRATEGY: figures}, journal=journal), data


def test_ten_thousand_trades_are_quick_and_small(many, tmp_path):
    result, data = many
    page = tmp_path / "page.html"
    arguments = ["report", str(result), "--datadir", str(data), "--output", str(page)]
    # Of the processor: others may be busy on the same machine.
    started = time.process_time()
    assert main(arguments) == 0
    assert time.process_time() - started < 10
    assert page.stat().st_size < 20_000_000


def test_the_page_is_beside_the_result_and_the_terminal_says_where(tmp_path, capsys):
    path = store(tmp_path, {STRATEGY: stats(trade(100, 110, 1, 2))})
    assert main(["report", str(path), "--userdir", str(tmp_path)]) == 0
    page = tmp_path / f"{path.stem}.{STRATEGY}.html"
    assert page.is_file()
    shown = capsys.readouterr().out
    assert f"Page: {page}" in shown
    assert "There is no journal beside" in shown
    assert "closed trades" in shown


def test_what_rules_did_and_would_have_done(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    journal = [
        decision("leverage", "kelly", 1, asked=10.0, answered=2.0),
        decision("leverage", "hard_cap", 3, asked=10.0, answered=5.0, enforced=False),
        decision("lock", "drawdown_ladder", 40, until="2034-01-01T00:00:00+00:00", halts=True),
    ]
    trades = trade(100, 80, 1, 2, leverage=2.0), trade(100, 80, 3, 4, leverage=10.0, amount=0.1)
    path = store(tmp_path, {STRATEGY: stats(*trades, hours=24 * 5)}, journal=journal)
    assert main(["report", str(path), "--output", str(tmp_path / "page.html")]) == 0
    shown = capsys.readouterr().out
    assert "HALTED on 2024-01-02, 3 days untraded" in shown
    # kelly: -20 at 2x would have been -50 (all of the margin) at 10x.
    did, would = shown.split("What observing rules would have changed")
    assert "kelly" in did.split("What each rule did")[1]
    assert "30" in did.split("What each rule did")[1]
    assert "hard_cap" in would


NEEDS = "Unknown: give --against a result without the guard."


def told(tmp_path, capsys, journal, *, against=None):
    mine = stats(trade(100, 80, 1, 2, leverage=2.0))
    path = store(tmp_path / "mine", {STRATEGY: mine}, journal=journal)
    arguments = ["report", str(path), "--output", str(tmp_path / "page.html")]
    if against is not None:
        other = store(tmp_path / "other", {STRATEGY: stats(*against)})
        arguments += ["--against", str(other)]
    assert main(arguments) == 0
    return capsys.readouterr().out


def flat(shown):
    """Return the words without the folds of a caption."""
    return " ".join(shown.split())


def cells(shown, rule):
    (row,) = (line for line in shown.splitlines() if f"│ {rule} " in line)
    return [cell.strip() for cell in row.strip("│ ").split("│")]


class TestWhatCannotBeEstimated:
    @pytest.fixture(autouse=True)
    def _wide(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "600")

    def test_the_remedy_is_named_only_where_something_is_unknown(self, tmp_path, capsys):
        known = [
            decision("leverage", "kelly", 1, asked=10.0, answered=2.0),
            # No trade came of it.
            decision("leverage", "heat", 9, asked=10.0, answered=2.0),
        ]
        shown = told(tmp_path, capsys, known)
        assert NEEDS not in flat(shown)
        assert "-: no trade was touched." in flat(shown)
        assert cells(shown, "kelly")[-2:] == ["30", "0"]
        assert cells(shown, "heat")[-2:] == ["-", "-"]
        pause = decision("lock", "daily_loss", 3, until=at(5).isoformat())
        shown = told(tmp_path, capsys, [pause])
        assert NEEDS in flat(shown)
        assert cells(shown, "daily_loss")[-2:] == ["unknown", "unknown"]
        shown = told(tmp_path, capsys, [pause], against=[trade(100, 80, 9, 10)])
        assert NEEDS not in flat(shown)
        assert cells(shown, "daily_loss")[-2:] == ["-", "-"]

    def test_what_a_rule_and_a_protection_both_kept_out_counts_once(self, tmp_path, capsys):
        until = at(5).isoformat()
        journal = [
            decision("lock", rule, 3, until=until, pair="*", why=rule)
            for rule in ("circuit_breaker", "CircuitBreaker")
        ]
        shown = told(tmp_path, capsys, journal, against=[trade(100, 80, 4, 5)])
        rows = [cells(shown, rule) for rule in ("circuit_breaker", "CircuitBreaker")]
        assert sorted(row[-3] for row in rows) == ["0", "1"]
        assert "circuit_breaker and CircuitBreaker (protection): the guard's rule" in flat(shown)
        alone = told(tmp_path, capsys, journal[:1], against=[trade(100, 80, 4, 5)])
        assert "the protection of the same kind" not in flat(alone)


def test_against_another_strategy_of_the_same_result(tmp_path, capsys):
    one, other = stats(trade(100, 110, 1, 2)), stats(trade(100, 90, 1, 2))
    path = store(tmp_path, {"Mine": one, "Bare": other})
    arguments = ["report", str(path), "--strategy", "Mine", "--against", str(path)]
    assert main(arguments) == 2
    assert "choose with --against-strategy one of Mine, Bare" in capsys.readouterr().err
    output = ["--output", str(tmp_path / "new" / "page.html")]
    assert main([*arguments, "--against-strategy", "Bare", *output]) == 0
    shown = capsys.readouterr().out
    assert "1,010 USDT" in shown
    assert "990 USDT" in shown


def test_a_page_that_cannot_be_written(tmp_path, capsys):
    path = store(tmp_path, {STRATEGY: stats(trade(100, 110, 1, 2))})
    (tmp_path / "file").write_text("")
    assert main(["report", str(path), "--output", str(tmp_path / "file" / "page.html")]) == 2
    error = capsys.readouterr().err
    assert "cannot be written" in error
    assert "--output" in error
    assert error.count("\n") == 1


def test_a_broken_line_of_the_journal(tmp_path, capsys):
    path = store(tmp_path, {STRATEGY: stats(trade(100, 110, 1, 2))}, journal=[{"no": "decision"}])
    assert main(["report", str(path), "--output", str(tmp_path / "page.html")]) == 2
    error = capsys.readouterr().err
    assert ".riskguard.jsonl, line 1 is not a line of a journal" in error
    assert error.count("\n") == 1
