"""The account's equity, on freqtrade's own trade objects."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from freqtrade.enums import RunMode
from freqtrade.persistence import LocalTrade, init_db

from freqtrade_riskguard.adapters.equity import Equity
from tests.adapters.trades import closed_trade, open_trade
from tests.factories import NOON


class Wallets:
    def __init__(self, total):
        self.total = total

    def get_total(self, currency):
        return self.total


def bot(total=10_000.0, **config):
    return SimpleNamespace(
        wallets=Wallets(total),
        config={"stake_currency": "USDT", "runmode": RunMode.BACKTEST, **config},
    )


def update(equity, strategy, time, trades, mark):
    return equity.update(strategy, time, trades, lambda _: mark)


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    @pytest.mark.parametrize(("short", "mark"), [(False, 97.0), (True, 103.0)])
    def test_open_losses_count(self, short, mark):
        # 10,000 notional, 3 % against it.
        trade = open_trade(short=short)

        account = update(Equity(), bot(), NOON, [trade], mark)

        assert account.equity_quote == pytest.approx(9_700.0)
        assert account.wallet_quote == 10_000.0
        assert account.sizing_equity_quote == pytest.approx(9_700.0)
        assert account.open_trades == 1
        assert account.basis == "candle close"

    def test_open_profit_is_not_yet_money_to_bet(self):
        account = update(Equity(), bot(), NOON, [open_trade()], 103.0)

        assert account.equity_quote == pytest.approx(10_300.0)
        assert account.sizing_equity_quote == 10_000.0

    def test_realised_profit_counts_once(self):
        equity = Equity()
        update(equity, bot(10_000.0), NOON, [], 0.0)
        closed_trade(1, profit_ratio=0.02, date=NOON)

        # freqtrade's wallet has the profit too.
        account = update(equity, bot(10_200.0), NOON + timedelta(minutes=5), [], 0.0)

        assert account.equity_quote == pytest.approx(10_200.0)

    def test_funding_paid_counts(self):
        trade = open_trade()
        trade.funding_fees = -50.0

        assert update(Equity(), bot(), NOON, [trade], 100.0).equity_quote == pytest.approx(9_950.0)

    def test_the_day_starts_with_its_first_loop_and_in_utc(self):
        equity, trade = Equity(), open_trade()
        update(equity, bot(), NOON, [trade], 100.0)

        late = NOON.replace(hour=23, minute=55)
        assert update(equity, bot(), late, [trade], 98.0).day_start_equity_quote == 10_000.0
        midnight = NOON.replace(hour=0) + timedelta(days=1)
        account = update(equity, bot(), midnight, [trade], 98.0)
        assert account.day_start_equity_quote == pytest.approx(9_800.0)

    def test_available_capital_is_the_base(self):
        account = update(Equity(), bot(50_000.0, available_capital=2_000), NOON, [], 0.0)

        assert account.equity_quote == 2_000.0

    def test_a_new_run_begins_anew(self):
        equity = Equity()
        update(equity, bot(10_000.0), NOON, [], 0.0)

        equity.restart()

        assert update(equity, bot(500.0), NOON, [], 0.0).equity_quote == 500.0


@pytest.fixture
def _database(tmp_path):
    init_db(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    LocalTrade.bt_total_profit = 0


@pytest.mark.usefixtures("_database")
class TestOnARunningBot:
    def live(self, total):
        return bot(total, runmode=RunMode.DRY_RUN)

    def test_a_restart_goes_on_with_the_days_start(self):
        with time_machine.travel(NOON, tick=False):
            update(Equity(), self.live(10_000.0), NOON, [], 0.0)
            trade = open_trade()

            account = update(
                Equity(), self.live(10_000.0), NOON + timedelta(hours=1), [trade], 97.0
            )

        assert account.equity_quote == pytest.approx(9_700.0)
        assert account.day_start_equity_quote == 10_000.0

    def test_the_next_day_is_another_day(self):
        update(Equity(), self.live(10_000.0), NOON, [], 0.0)

        account = update(
            Equity(), self.live(10_000.0), NOON + timedelta(days=1), [open_trade()], 97.0
        )

        assert account.day_start_equity_quote == pytest.approx(9_700.0)

    def test_money_taken_out_while_it_was_off_is_no_loss(self, caplog):
        update(Equity(), self.live(10_000.0), NOON, [], 0.0)

        account = update(Equity(), self.live(9_750.0), NOON + timedelta(hours=1), [], 0.0)

        assert account.equity_quote == 9_750.0
        assert account.day_start_equity_quote == 9_750.0
        assert "account changed by -250.00 USDT not from this bot" in caplog.text

    def test_fees_and_funding_of_a_live_wallet_do_not_count_as_a_transfer(self):
        update(Equity(), self.live(10_000.0), NOON, [], 0.0)

        account = update(Equity(), self.live(9_995.0), NOON + timedelta(hours=1), [], 0.0)

        assert account.equity_quote == 10_000.0
