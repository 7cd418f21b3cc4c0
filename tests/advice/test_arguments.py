import argparse
from datetime import UTC, datetime

import pytest

from freqtrade_riskguard.adapters.offline.configuration import Request
from freqtrade_riskguard.advice.arguments import add_bot_arguments, moment, positive, request_of


def parsed(*argv):
    parser = argparse.ArgumentParser()
    add_bot_arguments(parser)
    return parser.parse_args(argv)


def test_they_are_named_as_freqtrade_names_them():
    options = parsed("-c", "a.json", "--config", "b.json", "-s", "Mine", "--user-data-dir", "u")
    assert request_of(options) == Request(
        config_files=("a.json", "b.json"), strategy="Mine", userdir="u"
    )
    assert request_of(parsed("--wallet", "500", "-d", "x")) == Request(
        wallet_quote=500.0, datadir="x"
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
