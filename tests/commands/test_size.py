"""``riskguard size``, as a person calls it."""

import json

import pytest

from freqtrade_riskguard.cli import main

POSITION = {"entry": "60000", "stop": "57000", "equity": "10000", "venue": "binance"}


def size(*argv, pair="BTC/USDT:USDT", side="long", **changes):
    options = {**POSITION, **changes}
    named = [word for name, text in options.items() if text for word in (f"--{name}", text)]
    return main(["size", pair, side, *named, *argv])


def test_one_that_is_allowed(capsys):
    assert size() == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "Loss at stop" in shown.out
    assert "ALLOWED" in shown.out.splitlines()[-1]


def test_one_that_is_not(capsys):
    assert size("--leverage", "10") == 1
    assert "NOT ALLOWED at 10x" in capsys.readouterr().out


def test_the_same_figures_for_machines(capsys):
    assert size("--json", leverage="1") == 0
    found = json.loads(capsys.readouterr().out)
    # By hand in tests/entry_report/test_position_size.py.
    assert found["notional_quote"] == pytest.approx(1779.3594, abs=1e-4)
    assert found["loss_quote"] == pytest.approx(100.0)
    # A long at 1x is never liquidated.
    assert found["liquidation_price"] is None
    assert found["contracts"] is None


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"entry": "-5"}, "entry must be > 0, got -5.0"),
        ({"entry": "much"}, "entry must be a number, got a text"),
        ({"entry": "nan"}, "entry must be a finite number, got nan"),
        ({"stop": "61000"}, "stop must be below entry (60000) for a long, got 61000"),
        ({"side": "short"}, "stop must be above entry (60000) for a short, got 57000"),
        (
            {"side": "lnog"},
            "side must be one of 'long' or 'short', got 'lnog': did you mean 'long'?",
        ),
        ({"equity": None}, "equity is missing"),
        ({"equity": "0"}, "equity must be > 0, got 0.0"),
        (
            {"venue": "mtgox"},
            (
                "venue: must be one of binance, bitget, bybit, gate, hyperliquid, krakenfutures, "
                "okx, or other"
            ),
        ),
        ({"leverage": "0.5"}, "leverage must be >= 1, got 0.5"),
        ({"risk": "3"}, "risk must be < 1, got 3.0: did you mean 0.03?"),
        ({"fee": "-1"}, "fee must be >= 0, got -1.0"),
        ({"pair": "BTC"}, "pair: must be a linear futures pair like BTC/USDT:USDT"),
        ({"pair": "BTC/USD:BTC"}, "pair: must be a linear futures pair like BTC/USDT:USDT"),
        ({"tiers": "none.json"}, "tiers: none.json cannot be read (No such file or directory)"),
        (
            {"profile": "seatbelt"},
            (
                "profile must be one of 'conservative', 'moderate', 'aggressive' or 'speculative', "
                "got a text"
            ),
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_the_field(changes, line, capsys):
    assert size(**changes) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"riskguard size: {line}\n"
