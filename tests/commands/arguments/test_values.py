import argparse
from datetime import UTC, datetime

import pytest

from freqtrade_riskguard.commands.arguments.values import (
    leverage,
    moment,
    positive,
    ratio,
    ticks,
)


def test_times_are_utc_where_no_zone_is_given():
    assert moment("2025-02-03") == datetime(2025, 2, 3, tzinfo=UTC)
    assert moment("2025-02-03T02:00+02:00") == datetime(2025, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2025-13-01", "0001-01-01T00:00+10:00", "9999-12-31T23:59:59-23:00"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="2025-02-03T02:00"):
        moment(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "much"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="a number above 0"):
        positive(text)


@pytest.mark.parametrize("text", ["1", "-0.1", "nan", "much"])
def test_a_ratio_is_a_fraction(text):
    assert (ratio("0"), ratio("0.001")) == (0.0, 0.001)
    with pytest.raises(argparse.ArgumentTypeError, match="a fraction from 0 to below 1, got"):
        ratio(text)


@pytest.mark.parametrize("text", ["-1", "1.5", "", "few"])
def test_ticks_are_counted(text):
    assert ticks("3") == 3
    with pytest.raises(argparse.ArgumentTypeError, match="a whole number, 0 or above, got"):
        ticks(text)


def test_a_leverage_is_1_or_more():
    assert leverage("1") == 1.0
    with pytest.raises(argparse.ArgumentTypeError, match=r"must be 1 or more, got '0\.5'"):
        leverage("0.5")
