from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.watch.limit_checks import AccountFigures, exposure, find_breaches
from freqtrade_riskguard.watch.settings import Limits
from tests.watch.parts import bot_state

NONE = Limits(daily_loss_limit=None, max_drawdown=None)


def figures(*equities_quote, **notional_quote):
    track = bot_state(*equities_quote).track
    return AccountFigures(track=track, notional_quote=notional_quote, currency="USDT")


def only(limits, account):
    (breach,) = find_breaches(account, limits)
    return breach


def test_without_a_limit_nothing_is_reached():
    assert not find_breaches(figures(10_000, 1, BTC=1e9), NONE)


def test_by_default_the_day_and_the_peak_are_limited_as_the_seatbelt_does():
    limits = Limits()
    assert (limits.daily_loss_limit, limits.max_drawdown) == (0.05, 0.18)
    assert not find_breaches(figures(10_000, 9_501), limits)


def test_the_loss_of_the_day_in_words():
    # (10000 - 9480) / 10000 = 5.2 %
    breach = only(Limits(), figures(10_000, 9_480))
    assert breach.kind == "daily_loss_limit"
    assert breach.reading == pytest.approx(0.052)
    assert breach.text == "-5.2 % today (limit 5 %), live"


def test_a_limit_that_is_met_exactly_is_reached():
    assert only(Limits(max_drawdown=None), figures(10_000, 9_500)).reading == pytest.approx(0.05)


def test_the_fall_from_the_peak_is_of_the_peak():
    # Up to 12500 and down to 10000: 2500 / 12500 = 20 %, and no loss of the day.
    breach = only(Limits(), figures(10_000, 12_500, 10_000))
    assert breach.kind == "max_drawdown"
    assert breach.text == "20.0 % below the peak of 12500 USDT (limit 18 %), live"


def test_least_equity():
    limits = NONE.model_copy(update={"min_equity_quote": 1_000.0})
    assert not find_breaches(figures(1_001), limits)
    text = "equity 940 USDT (minimum 1000 USDT), live"
    assert only(limits, figures(940)).text == text


def test_the_largest_coin_is_held_against_its_limit():
    limits = NONE.model_copy(update={"exposure_per_coin": 2.0})
    assert not find_breaches(figures(10_000, BTC=19_999, ETH=19_999), limits)
    # 32000 / 10000
    breach = only(limits, figures(10_000, BTC=21_000, ETH=32_000))
    assert breach.text == "ETH is 320 % of equity (limit 200 %), live"


def test_all_positions_together():
    limits = NONE.model_copy(update={"gross_exposure": 3.0})
    assert not find_breaches(figures(10_000, BTC=15_000, ETH=14_999), limits)
    breach = only(limits, figures(10_000, BTC=15_000, ETH=35_000))
    assert breach.text == "positions are 500 % of equity (limit 300 %), live"


@pytest.mark.parametrize("equity_quote", [0.0, -5.0])
def test_positions_on_nothing_are_beyond_every_limit(equity_quote):
    limits = NONE.model_copy(update={"exposure_per_coin": 24.0, "gross_exposure": 24.0})
    found = find_breaches(figures(10_000, equity_quote, BTC=1), limits)
    assert [breach.reading for breach in found] == [inf, inf]
    assert "more than all" in found[0].text
    assert exposure(0.0, equity_quote) == 0


@given(
    equity=st.floats(1, 1e6),
    held=st.dictionaries(st.sampled_from("ABC"), st.floats(0, 1e7)),
    more=st.floats(0, 1e6),
)
def test_less_equity_never_heals(equity, held, more):
    limits = Limits(min_equity_quote=5e5, exposure_per_coin=2.0, gross_exposure=3.0)
    richer = {breach.kind for breach in find_breaches(figures(1e6, equity + more, **held), limits)}
    poorer = {breach.kind for breach in find_breaches(figures(1e6, equity, **held), limits)}
    assert richer <= poorer
