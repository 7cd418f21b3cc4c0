"""Whatever a strategy's callbacks return: usable, or the most careful answer, told once."""

import logging
from decimal import Decimal
from fractions import Fraction
from math import inf, isnan, nan

import numpy as np
import pandas as pd
import pytest
from freqtrade.persistence import LocalTrade
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.bot.strategy_answers import UnusableAnswers, as_consent, as_number
from tests.adapters.bots import Reckless, guarded, loop, only
from tests.adapters.trades import open_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")

NO_NUMBERS = [
    pd.Series([1.0, 2.0]), pd.Series([1.0]), np.array([1.0, 2.0]), np.array(3.0), pd.NA, pd.NaT,
    nan, inf, -inf, np.float64("nan"), Decimal("NaN"), "5", "", True, False, np.bool_(True), [],
    [1], {}, object(), 1j, 10**400, Decimal("sNaN"), Fraction(10**400), 10**5_000,
]  # fmt: skip
NUMBERS = [5, 5.0, np.float32(5), np.float64(5), np.int64(5), Decimal(5)]
YES = [True, np.bool_(True), 1, 1.0, np.int64(1), Decimal(1)]
NO = [False, np.bool_(False), None, 0, 0.0]
NEITHER = [
    pd.Series([True, False]), pd.Series([True]), np.array([True, True]), np.array([True]), pd.NA,
    pd.NaT, nan, inf, "no", "True", "", [], [True], {}, object(), 10**400, Decimal("sNaN"),
    10**5_000,
]  # fmt: skip


def ids(answer):
    # Not an address: parallel workers must find the same names.
    is_plain = type(answer) is not object and not (isinstance(answer, int) and answer > 10**40)
    text = f" {answer}" if is_plain else ""
    return f"{type(answer).__name__}{text}".replace("\n", " ")[:40]


@pytest.mark.parametrize("answer", NO_NUMBERS, ids=ids)
def test_what_is_no_number(answer):
    assert isnan(as_number(answer))


@pytest.mark.parametrize("answer", NUMBERS, ids=ids)
def test_what_is_a_number(answer):
    assert as_number(answer) == 5.0


@pytest.mark.parametrize(
    ("answers", "consent"), [(YES, True), (NO, False), (NEITHER, None)], ids=["yes", "no", "none"]
)
def test_what_is_consent(answers, consent):
    assert [as_consent(answer) for answer in answers] == [consent] * len(answers)


class Answering(Reckless):
    """Answers every question about an entry with what it is given."""

    answer: object = None
    position_adjustment_enable = True

    def leverage(self, *args, **kwargs):
        return self.answer

    def custom_stake_amount(self, *args, **kwargs):
        return self.answer

    def confirm_trade_entry(self, *args, **kwargs):
        return self.answer

    def confirm_trade_exit(self, *args, **kwargs):
        return self.answer

    def adjust_trade_position(self, *args, **kwargs):
        return self.answer

    def custom_stoploss(self, *args, **kwargs):
        return self.answer

    def custom_exit(self, *args, **kwargs):
        return self.answer


def answering(data, answer, **riskguard):
    strategy = guarded(data, Answering, **riskguard)
    strategy.answer = answer
    loop(strategy)
    return strategy


ENTRY = {"pair": PAIR, "current_time": NOON, "entry_tag": None, "side": "long"}


def leverage(strategy):
    given = {"current_rate": 100.0, "proposed_leverage": 1.0, "max_leverage": 20.0}
    return strategy_safe_wrapper(strategy.leverage, default_retval=1.0)(**ENTRY, **given)


def stake(strategy):
    given = {"current_rate": 100.0, "proposed_stake": 2_500.0, "min_stake": 5.0}
    given |= {"max_stake": 9_000.0, "leverage": 1.0}
    return strategy_safe_wrapper(strategy.custom_stake_amount, default_retval=2_500.0)(
        **ENTRY, **given
    )


def consent(strategy):
    given = {"order_type": "limit", "amount": 1.0, "rate": 100.0, "time_in_force": "GTC"}
    return strategy_safe_wrapper(strategy.confirm_trade_entry, default_retval=True)(
        **ENTRY, **given
    )


def adjustment(strategy, trade):
    return strategy._adjust_trade_position_internal(
        trade=trade,
        current_time=NOON,
        current_rate=100.0,
        current_profit=0.0,
        min_stake=5.0,
        max_stake=1_000.0,
        current_entry_rate=100.0,
        current_exit_rate=100.0,
        current_entry_profit=0.0,
        current_exit_profit=0.0,
    )


def leaves(strategy, trade):
    return strategy_safe_wrapper(strategy.confirm_trade_exit, default_retval=True)(
        pair=PAIR,
        trade=trade,
        order_type="limit",
        amount=1.0,
        rate=100.0,
        time_in_force="GTC",
        exit_reason="roi",
        current_time=NOON,
    )


ONLY_CAP = only()


@pytest.mark.parametrize("answer", NO_NUMBERS, ids=ids)
def test_no_number_is_the_most_careful_answer_and_told_once(data, answer, caplog):
    strategy = answering(data, answer, **ONLY_CAP)
    trade = open_trade()
    LocalTrade.add_bt_trade(trade)

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            assert leverage(strategy) == 1.0
            assert stake(strategy) == 0.0
            assert adjustment(strategy, trade)[0] is None

    for callback in ("leverage", "custom_stake_amount", "adjust_trade_position"):
        assert caplog.text.count(f"{callback} of the strategy answered") == 1
    assert all(record.exc_info is None for record in caplog.records)
    assert "dtype" not in caplog.text  # no dump of a frame


@pytest.mark.parametrize("answer", NEITHER, ids=ids)
def test_what_is_no_consent_is_a_denial_and_lets_an_exit_pass(data, answer, caplog):
    strategy = answering(data, answer, **ONLY_CAP)
    trade = open_trade()

    assert consent(strategy) is False
    assert consent(strategy) is False
    assert leaves(strategy, trade) is True

    assert caplog.text.count("confirm_trade_entry of the strategy answered") == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (10**400, "answered an int for"),
        (10**5_000, "answered an int for"),
        (Decimal("1" * 60), "answered a Decimal for"),
        (Decimal("sNaN"), "answered Decimal('sNaN') for"),
    ],
    ids=["int", "more than Python writes out", "Decimal", "sNaN"],
)
def test_what_is_told_of_a_number_is_short(answer, told, caplog):
    UnusableAnswers().tell(PAIR, "leverage", answer, "1x")

    assert told in caplog.text


def test_an_error_over_consent_to_an_exit_lets_it_pass(data, monkeypatch, caplog):
    strategy = answering(data, [], **ONLY_CAP)

    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(strategy._riskguard.unusable, "tell", broken)

    assert leaves(strategy, open_trade()) is True
    assert "reading the strategy's consent" in caplog.text


@pytest.mark.parametrize("answer", [-5.0, -inf, nan])
def test_a_stake_below_nothing_is_no_trade(data, answer):
    assert stake(answering(data, answer, profile="seatbelt")) == 0.0


@pytest.mark.parametrize("answer", NUMBERS, ids=ids)
def test_a_number_is_what_it_says(data, answer):
    strategy = answering(data, answer, **ONLY_CAP)

    assert leverage(strategy) == 5.0
    assert stake(strategy) == 5.0


@pytest.mark.parametrize("answer", [*NO_NUMBERS, *NEITHER, -5.0], ids=ids)
def test_a_guard_that_only_observes_hands_on_what_it_was_given(data, answer):
    strategy = answering(data, answer, mode="observe")
    trade = open_trade()

    assert leverage(strategy) is answer
    assert stake(strategy) is answer
    assert consent(strategy) is answer
    assert leaves(strategy, trade) is answer
    assert adjustment(strategy, trade)[0] is answer


@pytest.mark.parametrize("answer", [*NO_NUMBERS, *NEITHER], ids=ids)
def test_no_stop_and_no_exit_of_the_strategys_takes_the_guards_away(data, answer):
    strategy = answering(data, answer, **only("percent_stop", percent_stop={"max_loss": 0.2}))
    strategy.use_custom_stoploss = True
    trade = open_trade()
    LocalTrade.add_bt_trade(trade)

    strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)
    exits = strategy.should_exit(
        trade, trade.stop_loss * 0.99, NOON, enter=False, exit_=False, low=trade.stop_loss * 0.99
    )

    assert trade.stop_loss >= 80.0
    assert exits
