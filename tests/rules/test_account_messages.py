from datetime import timedelta

import pytest

from freqtrade_riskguard.risk import DRAWDOWN_LADDER
from freqtrade_riskguard.rules.account_messages import (
    account_money,
    open_trades_text,
    short_percent,
)
from freqtrade_riskguard.rules.exits.drawdown_ladder import DrawdownLadder
from freqtrade_riskguard.rules.exits.equity_stop import EquityStop
from freqtrade_riskguard.rules.pauses.daily_loss import DailyLoss
from freqtrade_riskguard.rules.pauses.weekly_loss import WeeklyLoss
from tests.factories import account, market, position


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.18, "18 %"), (0.125, "12.5 %"), (0.1839, "18.4 %"), (0.07, "7 %"), (0.0, "0 %")],
)
def test_per_cent_without_needless_decimals(ratio, text):
    assert short_percent(ratio) == text


def test_money_has_the_currency_that_the_positions_are_settled_in():
    usdc = position(market=market(pair="BTC/USDC:USDC"))

    assert account_money(account(positions=(usdc,)), 10_240.0) == "10240 USDC"
    assert account_money(account(), 10_240.0) == "10240"


@pytest.mark.parametrize(
    ("keep", "text"),
    [
        (1.0, "3 trades REMAIN OPEN."),
        (0.5, "3 trades are being cut to 50 % of their size."),
        (0.0, "3 trades are being closed."),
    ],
)
def test_what_becomes_of_the_open_trades(keep, text):
    assert open_trades_text(account(open_trades=3), keep_ratio=keep) == text


def test_every_reason_of_a_lock_fits_into_freqtrades_255_characters():
    # Some digits more than any account has; 12 are left for the lock's number.
    worst = account(
        equity_quote=-123_456_789_012.0,
        peak_equity_quote=123_456_789_012.0,
        open_trades=1_000,
        basis="live, last closed candle",
        positions=(position(),),
    )
    day = timedelta(days=1)
    locks = [
        *DailyLoss(0.0333, close_all=True).locks(worst, (), ()),
        *WeeklyLoss(0.1555, close_all=True).locks(worst, (), ()),
        EquityStop(0.1555, day, 0.5555).advance_account(0, worst).lock,
        DrawdownLadder(DRAWDOWN_LADDER, cut_open=True, resume_after=day)
        .advance_account(0, worst)
        .lock,
    ]

    assert len(locks) == 4
    for lock in locks:
        assert lock is not None
        assert len(lock.why) <= 255 - 12
        assert lock.why.endswith(" Lift: /unlock")
