"""What is shown in terminals of 60 and 80 columns: all of it."""

import json

import pytest

from freqtrade_riskguard.cli import main
from tests.stress.parts import COLLATERAL, content
from tests.support.freqtrade import MODERATE
from tests.support.offline import write_bot
from tests.support.terminal import assert_fits

WIDTHS = (60, 80)


@pytest.fixture(scope="module")
def place(exchange, calm, tmp_path_factory):
    """A bot in a folder with a long path, and dangers to tell of."""
    folder = tmp_path_factory.mktemp("a-folder-with-a-name-as-long-as-those-of-servers") / "bot"
    riskguard = {**MODERATE, "kelly": {"mode": "observe"}, "pairs": {"BTC/USDT:USDT": {}}}
    file = write_bot(folder, exchange, riskguard=riskguard)
    return ("-c", str(file), "--userdir", str(file.parent), "-d", str(calm))


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "--all-settings"), ("why", "BTC", "long")]
)
def test_a_bot(arguments, columns, place, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main([*arguments, *place]) in {0, 1}
    assert_fits(capsys.readouterr().out, columns)


@pytest.mark.parametrize("columns", WIDTHS)
def test_an_account_under_stress(columns, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    file = tmp_path / "positions.json"
    account = content(collateral=COLLATERAL, margin_mode="cross")
    file.write_text(json.dumps(account), encoding="utf-8")
    main(["stress", "--positions", str(file)])
    shown = capsys.readouterr().out
    assert_fits(shown, columns)
    # Nothing of the figures is lost.
    assert all(figure in shown for figure in ("5872.25", "2602.39", "-4320", "71.0x", "142 %"))
