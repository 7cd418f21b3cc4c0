"""A guard's state from an account whose figures are derived by hand."""

from dataclasses import replace
from datetime import timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.status.builder import GuardFacts, guard_status
from freqtrade_riskguard.status.locks import lock_status
from freqtrade_riskguard.status.model import BotIdentity, ExchangeStatus
from tests.factories import NOON, account, position

BOT = BotIdentity(
    name="mine",
    strategy="Careful",
    exchange="Binance",
    currency="USDT",
    margin_mode="isolated",
    trading="live",
)
AGREES = ExchangeStatus(state="agrees", text="they agree")
# Long 100 at 100 with 10x, now at 99, stop at 95.
HELD = position(rate=99.0, stop_price=95.0, trade_id=7)
LOCK = lock_status(
    number=12,
    pair="*",
    side="*",
    until=NOON + timedelta(hours=12),
    reason="Entries paused until 00:00 UTC: -3.1 % today",
    rule="daily_loss",
)


def facts(riskguard=None, **changes):
    settings = load_config(riskguard or {"profile": "moderate"})
    plain = GuardFacts(
        bot=BOT,
        account=account(),
        settings=settings,
        book=RuleRunner(settings, Journal()).book,
        locks=(),
        exchange=AGREES,
        decisions=None,
    )
    return replace(plain, **changes)


def test_an_account_at_rest_is_healthy():
    status = guard_status(facts())
    assert (status.verdict, status.warnings, status.unknown) == ("healthy", (), ())
    assert status.day.used_ratio == 0
    assert status.drawdown.stake_ratio == 1
    assert status.margin.level == "ok"


def test_the_limits_of_day_week_and_drawdown():
    # 9,700 of 10,000 at the start of the day, 9,800 of the week, 10,100 at the peak.
    held = account(
        equity_quote=9_700.0, week_start_equity_quote=9_800.0, peak_equity_quote=10_100.0
    )
    status = guard_status(facts({"profile": "seatbelt"}, account=held))
    # Seatbelt: 5 % a day leaves 9,500, so 200 more; 15 % a week leaves 8,330, so 1,370 more.
    assert status.day.change_ratio == pytest.approx(-0.03)
    assert status.day.used_ratio == pytest.approx(0.6)
    assert status.day.left_quote == pytest.approx(200.0)
    assert status.week.loss_ratio == pytest.approx(100 / 9_800)
    assert status.week.used_ratio == pytest.approx(100 / 9_800 / 0.15)
    assert status.week.left_quote == pytest.approx(1_370.0)
    # 400 below 10,100 are 3.96 %: below the first step at 5 %; the halt is at 18 %.
    assert status.drawdown.drawdown_ratio == pytest.approx(400 / 10_100)
    assert status.drawdown.used_ratio == pytest.approx(400 / 10_100 / 0.18)
    assert [step.is_reached for step in status.drawdown.steps] == [False] * 4
    assert status.verdict == "healthy"


def test_a_position():
    status = guard_status(facts(account=account(positions=(HELD,), equity_quote=9_900.0)))
    (held,) = status.positions
    assert (held.trade_id, held.side, held.mark, held.stop_price) == (7, "long", 99.0, 95.0)
    # 1,000 of margin less 100 lost; 1 % of 9,900 to be maintained.
    assert held.equity_quote == 900.0
    assert held.notional_quote == 9_900.0
    assert held.maintenance_cover == pytest.approx(900 / 99)
    assert held.margin_left_ratio == pytest.approx((900 - 99) / (1_000 - 99))
    # Where 1,000 + 100 * (p - 100) is 1 % of 100 * p: p = 9,000 / 99.
    assert held.liquidation_price == pytest.approx(9_000 / 99)
    assert held.liquidation_distance_ratio == pytest.approx((99 - 9_000 / 99) / 99)
    assert held.stop_distance_ratio == pytest.approx(4 / 99)
    assert held.warning is None
    assert status.margin.effective_leverage == pytest.approx(1.0)
    assert status.margin.maintenance_ratio == pytest.approx(0.01)
    assert status.exposure.gross_ratio == status.exposure.net_ratio == pytest.approx(1.0)
    assert status.exposure.heat_quote == held.loss_at_stop_quote
    # At least the way to the stop: 4 times 100.
    assert (held.loss_at_stop_quote or 0.0) > 400.0


def test_longs_and_shorts_are_netted():
    short = replace(HELD, side=-1, stop_price=103.0)
    status = guard_status(facts(account=account(positions=(HELD, short), equity_quote=9_900.0)))
    assert status.exposure.gross_ratio == pytest.approx(2.0)
    assert status.exposure.net_ratio == 0.0


@pytest.mark.parametrize(
    ("held", "words"),
    [
        # 93: 300 of 1,000 are left, 93 to be maintained: (300 - 93) / 907 is 23 %.
        (replace(HELD, rate=93.0, stop_price=92.0), "margin left 22.8 %"),
        (replace(HELD, rate=94.0), "the price is past its stop"),
    ],
)
def test_a_position_near_its_end_is_named(held, words):
    status = guard_status(facts(account=account(positions=(held,))))
    assert any(words in warning for warning in status.warnings), status.warnings
    assert status.verdict == "attention"


def test_what_is_locked_and_what_lifts_it():
    status = guard_status(facts(locks=(LOCK,)))
    assert status.verdict == "attention"
    assert status.warnings == ("1 lock in force",)
    (lock,) = status.locks or ()
    assert lock.lift == "/unlock 12, or by itself at 2024-01-11 00:00 UTC"


def test_a_halt_is_lifted_by_a_person_alone():
    halt = lock_status(
        number=3,
        pair="*",
        side="*",
        until=NOON + timedelta(days=3650),
        reason="HALTED: 18.2 % below the peak",
        rule="drawdown_ladder",
    )
    assert (halt.is_halt, halt.lift) == (True, "/unlock 3")


def test_an_exchange_that_differs_is_an_attention():
    differs = ExchangeStatus(state="differs", text="an orphan")
    status = guard_status(facts(exchange=differs))
    assert status.warnings == ("exchange: an orphan",)


def test_limits_that_are_reached_are_named():
    held = account(equity_quote=8_700.0, peak_equity_quote=10_000.0)
    status = guard_status(facts(account=held))
    # Moderate: 3 % a day; 13 % below the peak is past the step at 12 %.
    assert status.warnings == ("13.0 % lost today (limit 3.0 %)", "drawdown 13.0 %: stakes x0.5")
    assert [step.is_reached for step in status.drawdown.steps] == [True, True, True, False]


def test_a_rule_that_is_off_limits_nothing():
    off = {"mode": "off"}
    riskguard = {"daily_loss": off, "weekly_loss": off, "drawdown_ladder": off}
    held = account(equity_quote=8_000.0)
    status = guard_status(facts(riskguard, account=held))
    assert status.day.limit_ratio is None
    assert status.drawdown.steps == ()
    assert (status.verdict, status.unknown) == ("healthy", ())


UNKNOWN = st.sampled_from([nan, inf, -inf])


@given(
    value=UNKNOWN,
    field=st.sampled_from(
        [
            "equity_quote",
            "day_start_equity_quote",
            "week_start_equity_quote",
            "peak_equity_quote",
        ]
    ),
)
def test_an_account_that_is_not_known_is_never_healthy(value, field):
    status = guard_status(facts(account=account(**{field: value}, positions=(HELD,))))
    assert status.verdict != "healthy"
    assert status.unknown
    assert "NaN" not in status.model_dump_json()
    assert "Infinity" not in status.model_dump_json()


@given(value=UNKNOWN, field=st.sampled_from(["rate", "stop_price", "margin_quote"]))
def test_a_position_that_is_not_known_is_never_healthy(value, field):
    held = replace(HELD, **{field: value})
    status = guard_status(facts(account=account(positions=(held,))))
    assert status.verdict != "healthy"
