"""``check`` and ``why`` on a bot that trades: they reckon with its balance and ask no more."""

import json

import pytest

from freqtrade_riskguard.adapters.rehearsal.exchange import tiers_of
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.trading_account import TradingAccount
from tests.support.offline import SAFE, write_bot
from tests.support.scripted import BTC


@pytest.fixture
def account(calm, monkeypatch):
    """An exchange with an account of 7,654 USDT; and the signed requests that it was asked."""
    asked = []
    answer = TradingAccount.answer

    def noted(self, how, query):
        asked.append(how.__name__)
        return answer(self, how, query)

    monkeypatch.setattr(TradingAccount, "answer", noted)
    with ReplayExchange(calm, wallet_quote=7_654.0, tiers=tiers_of(calm)) as opened:
        yield opened, asked


@pytest.mark.parametrize("argv", [("check",), ("why", BTC, "long")])
def test_the_balance_is_the_exchanges(account, calm, tmp_path, capsys, argv):
    exchange, asked = account
    file = write_bot(tmp_path / "bot", exchange, config={**SAFE, "dry_run": False})

    main([*argv, "-c", str(file), "--userdir", str(file.parent), "--datadir", str(calm), "--json"])

    found = json.loads(capsys.readouterr().out)
    assert found["wallet_quote"] == pytest.approx(7_654.0)
    assert found["wallet_origin"] == "the balance on Binance"
    assert asked == ["summary"]


def test_no_balance_where_another_figure_is_given(account, calm, tmp_path, capsys):
    exchange, asked = account
    file = write_bot(tmp_path / "bot", exchange, config={**SAFE, "dry_run": False})

    main(
        [
            *("check", "-c", str(file), "--userdir", str(file.parent), "--datadir", str(calm)),
            *("--json", "--wallet", "500"),
        ]
    )

    assert json.loads(capsys.readouterr().out)["wallet_quote"] == 500
    assert asked == []


def test_a_balance_that_is_not_told_is_said(account, calm, tmp_path, capsys):
    exchange, _ = account
    keys = {"exchange": {**exchange.config()["exchange"], "secret": "another"}}
    file = write_bot(tmp_path / "bot", exchange, config={**SAFE, "dry_run": False, **keys})

    main(["check", "-c", str(file), "--userdir", str(file.parent), "--datadir", str(calm)])

    shown = " ".join(capsys.readouterr().out.split())
    assert "the exchange did not tell its balance" in shown
    assert "another" not in shown
