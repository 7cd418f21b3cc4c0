import logging

import pytest

from freqtrade_riskguard.adapters.bot.error_guard import ErrorGuard

KEY = ("BTC/USDT:USDT", "deciding leverage; 1x")


def test_an_error_goes_no_further_and_is_told_once_per_pair_and_task(caplog):
    reported: set[tuple[str, str]] = set()

    with caplog.at_level(logging.ERROR):
        for key in (KEY, KEY, ("ETH/USDT:USDT", KEY[1]), (KEY[0], "another"), ("*", "another")):
            with ErrorGuard(reported, key):
                raise ZeroDivisionError

    assert [record.getMessage() for record in caplog.records] == [
        "RiskGuard: error on BTC/USDT:USDT while deciding leverage; 1x",
        "RiskGuard: error on ETH/USDT:USDT while deciding leverage; 1x",
        "RiskGuard: error on BTC/USDT:USDT while another",
        "RiskGuard: error while another",
    ]
    assert all(record.exc_info[0] is ZeroDivisionError for record in caplog.records)


def test_what_goes_well_is_not_told(caplog):
    with ErrorGuard(set(), KEY):
        pass

    assert caplog.records == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_process_ends_it(error):
    with pytest.raises(error), ErrorGuard(set(), KEY):
        raise error
