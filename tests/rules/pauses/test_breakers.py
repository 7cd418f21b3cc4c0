from datetime import timedelta
from math import nan

import pytest

from freqtrade_riskguard.rules.pauses.circuit_breaker import CircuitBreaker
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker
from freqtrade_riskguard.snapshot import ClosedTrade
from tests.factories import NOON, PAIR, account, position

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def closed(minutes_ago, profit, *, pair=PAIR, side=1, margin=1_000.0, funding=0.0):
    return ClosedTrade(
        pair=pair,
        side=side,
        close_time=NOON - minutes_ago * MINUTE,
        profit_quote=profit,
        margin_quote=margin,
        funding_quote=funding,
    )


def circuit(**changes):
    settings = {
        "losing_trades": 3,
        "max_loss_ratio": 0.02,
        "lookback": timedelta(hours=24),
        "pause": timedelta(hours=1),
    }
    return CircuitBreaker(**{**settings, **changes})


def test_three_losers_in_a_row_pause_from_the_newest_on():
    trades = [closed(90, -1), closed(50, -1), closed(20, -1)]

    (lock,) = circuit().locks(account(), trades, ())

    assert lock.until == NOON - 20 * MINUTE + 60 * MINUTE - SECOND
    assert "3 losing trades in a row" in lock.why
    assert "12:40 UTC" in lock.why


@pytest.mark.parametrize(
    ("pause", "end"),
    [
        # The newest loser closed at 11:55.
        (timedelta(hours=2), "until 13:55 UTC:"),
        (timedelta(hours=12, minutes=5), "until 00:00 UTC:"),
        (timedelta(hours=13), "until 2024-01-11 00:55 UTC:"),
        (timedelta(hours=48), "until 2024-01-12 11:55 UTC:"),
    ],
)
def test_a_pause_that_ends_on_another_day_tells_the_date(pause, end):
    (lock,) = circuit(pause=pause).locks(account(), [closed(n, -1) for n in (20, 10, 5)], ())

    assert end in lock.why


def test_a_win_ends_the_streak():
    assert circuit().locks(account(), [closed(50, -1), closed(40, -1), closed(30, 2)], ()) == ()
    broken = [closed(60, -1), closed(50, 1), closed(40, -1), closed(30, -1)]
    assert circuit().locks(account(), broken, ()) == ()


@pytest.mark.parametrize("won", [0.0, 0.5])
def test_a_trade_that_breaks_even_or_wins_next_to_nothing_ends_the_streak(won):
    trades = [closed(60, -1), closed(50, -1), closed(40, won), closed(30, -1)]
    assert circuit().locks(account(), trades, ()) == ()
    # Nor is one the third loser, or the newest: the pause counts from the loss 50 minutes ago.
    assert circuit().locks(account(), [closed(50, -1), closed(40, -1), closed(30, won)], ()) == ()

    (lock,) = circuit().locks(account(), [closed(50, -250), closed(5, won)], ())

    assert lock.until == NOON + 10 * MINUTE - SECOND


def test_only_a_loss_above_the_limit_pauses():
    # 2 % of 10,000 are 200.
    assert circuit().locks(account(), [closed(20, -100.0), closed(10, -100.0)], ()) == ()
    assert circuit().locks(account(), [closed(20, -100.0), closed(10, -100.01)], ())


def test_a_loss_counts_until_the_lookback_is_over():
    day = 24 * 60
    last = [closed(day, -150), closed(10, -60)]
    over = [closed(day + 1 / 60, -150), closed(10, -60)]

    assert circuit().locks(account(), last, ())
    assert circuit().locks(account(), over, ()) == ()


def test_a_pause_that_would_end_now_is_none():
    # freqtrade is told a second less than the hour: 12:00:00 and 12:00:01.
    assert circuit().locks(account(), [closed(60 - 1 / 60, -500)], ()) == ()

    (lock,) = circuit().locks(account(), [closed(60 - 2 / 60, -500)], ())

    assert lock.until == NOON + SECOND


def test_losses_add_up_whatever_was_won_between():
    # 150 + 60 lost of 10,000 are 2.1 %; the win of 500 does not re-arm it.
    trades = [closed(300, -150), closed(200, 500), closed(10, -60)]

    (lock,) = circuit().locks(account(), trades, ())

    assert "lost 2.1 % within 24 h (limit 2.0 %, closed trades)" in lock.why


def test_the_same_losers_do_not_fire_twice():
    # The pause counted from the newest loser, 70 minutes ago, is over.
    assert circuit().locks(account(), [closed(90, -500), closed(70, -1), closed(5, 3)], ()) == ()


def test_old_losses_do_not_add_up():
    day = 24 * 60
    assert circuit().locks(account(), [closed(day + 1, -900), closed(5, -1)], ()) == ()


def test_losers_in_a_row_count_however_far_apart():
    # 12.1 hours apart: the first is 24.3 hours old.
    apart = [closed(minutes, -1) for minutes in (1_457, 731, 5)]

    (lock,) = circuit().locks(account(), apart, ())

    assert "3 losing trades in a row" in lock.why
    months = [closed(minutes * 60 * 24, -1) for minutes in (90, 40)]
    assert circuit().locks(account(), [*months, closed(5, -1)], ())
    assert circuit().locks(account(), [*months, closed(2_000, 1), closed(5, -1)], ()) == ()


@pytest.mark.parametrize(
    ("candle", "minutes"),
    [(5, 60), (30, 60), (60, 120), (240, 480), (1_440, 2_880)],
)
def test_the_pause_lasts_for_two_candles_at_least(candle, minutes):
    slow = account(candle=candle * MINUTE)
    losers = [closed(number, -1) for number in (40, 30, 20)]

    (lock,) = circuit().locks(slow, losers, ())

    assert lock.until == NOON + (minutes - 20) * MINUTE - SECOND
    # And is asked for as long as it lasts, and no longer.
    for left, asked in ((1, 1), (-1, 0)):
        since = minutes - left
        again = [closed(since + 20, -1), closed(since + 10, -1), closed(since, -1)]
        assert len(circuit().locks(slow, again, ())) == asked


def test_trades_may_come_in_any_order():
    trades = [closed(20, -1), closed(90, 1), closed(50, -1), closed(30, -1)]

    assert len(circuit().locks(account(), trades, ())) == 1


def test_per_pair_and_per_side():
    trades = [
        closed(50, -1),
        closed(40, -1, pair="ETH/USDT:USDT"),
        closed(30, -1),
        closed(25, -1, side=-1),
        closed(20, -1),
    ]

    (by_pair,) = circuit(per_pair=True).locks(account(), trades, ())
    (by_side,) = circuit(per_side=True).locks(account(), trades, ())

    assert (by_pair.pair, by_pair.side) == (PAIR, 0)
    assert (by_side.pair, by_side.side) == ("*", 1)


def test_an_account_without_equity_trips_on_any_loss():
    (lock,) = circuit().locks(account(equity_quote=0.0), [closed(5, -1)], ())

    assert "lost 100.0 % within 24 h" in lock.why


def test_a_small_account_is_held_to_the_same():
    # 1 % and 3 % of 0.5.
    assert circuit().locks(account(equity_quote=0.5), [closed(5, -0.005)], ()) == ()
    assert circuit().locks(account(equity_quote=0.5), [closed(5, -0.015)], ())


def funding(**changes):
    settings = {
        "max_drain_ratio": 0.10,
        "max_paid_ratio": 0.01,
        "lookback": timedelta(hours=24),
        "pause": timedelta(hours=8),
    }
    return FundingBreaker(**{**settings, **changes})


def test_an_open_position_drained_by_funding_locks_its_pair_and_side():
    # 99 of 990 margin is 10 %, not above; 99.5 is.
    assert funding().locks(account(), (), [position(margin_quote=990.0, funding_quote=-99.0)]) == ()
    drained = position(side=-1, margin_quote=990.0, funding_quote=-99.5)

    (lock,) = funding().locks(account(), (), [drained])

    assert (lock.pair, lock.side) == (PAIR, -1)
    # The window of 8 h from 08:00 on.
    assert lock.until == NOON.replace(hour=16) - SECOND
    assert lock.why == (
        "Entries paused until 16:00 UTC: funding paid is 10.1 % of the margin (limit 10.0 %, "
        "candle close). Open trades REMAIN OPEN. Lift: /unlock"
    )


def test_the_pause_ends_at_the_same_time_whenever_it_is_asked_for():
    drained = [position(margin_quote=990.0, funding_quote=-99.5)]

    ends = {
        funding().locks(account(time=NOON + minutes * MINUTE), (), drained)[0].until
        for minutes in (-240, -1, 0, 7, 239)
    }

    assert ends == {NOON.replace(hour=16) - SECOND}
    (next_one,) = funding().locks(account(time=NOON + 240 * MINUTE), (), drained)
    assert next_one.until == NOON + timedelta(hours=12) - SECOND


def test_funding_paid_by_all_trades_locks_the_account():
    # 1 % of 10,000 is 100.
    assert funding().locks(account(funding_paid_quote=100.0), (), ()) == ()

    (lock,) = funding().locks(account(funding_paid_quote=101.0), (), ())

    assert (lock.pair, lock.side) == ("*", 0)
    assert lock.until == NOON.replace(hour=16) - SECOND
    assert lock.why == (
        "Entries paused until 16:00 UTC: 101.00 paid in funding within 24 h (limit 1.0 % of 10000, "
        "candle close). 0 trades REMAIN OPEN. Lift: /unlock"
    )


@pytest.mark.parametrize("equity", [-1.0, nan])
def test_an_account_without_known_equity_that_pays_is_locked(equity):
    assert funding().locks(account(funding_paid_quote=0.01, equity_quote=equity), (), ())
    assert funding().locks(account(equity_quote=equity), (), ()) == ()


def test_one_unknown_payment_does_not_hide_the_others():
    drained = position(margin_quote=500.0, funding_quote=-200.0)  # 200 of 1,500 are 13.3 %

    assert funding().locks(account(), (), [position(funding_quote=nan), drained])


def test_funding_received_is_not_counted_against_funding_paid():
    earning = position(funding_quote=500.0)

    assert funding().locks(account(), (), [earning]) == ()


def test_funding_of_long_ago_does_not_count():
    assert funding().locks(account(), [closed(24 * 60 + 1, 5, funding=-900.0)], ()) == ()
