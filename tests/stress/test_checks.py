import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.stress.checks import mistakes
from tests.stress.parts import AT_10X, BTC, ETH, account, isolated


def of(currency="USDT", **changes):
    return list(mistakes(isolated({**AT_10X, **changes}, currency=currency)))


def test_positions_that_are_right():
    assert list(mistakes(account())) == []
    assert of() == of(leverage=None) == of(pair="BTC/USDT:USDT-261225") == []
    assert of("USDC", pair="kPEPE/USDC:USDC") == []


@pytest.mark.parametrize(
    ("pair", "meant"),
    [
        ("BTC/USDT", "BTC/USDT:USDT"),
        ("BTCUSDT", "BTC/USDT:USDT"),
        ("btcusdt", "BTC/USDT:USDT"),
        ("btc", "BTC/USDT:USDT"),
        ("BTC-USDT", "BTC/USDT:USDT"),
        ("btc/usdt:usdt", "BTC/USDT:USDT"),
        ("ETH-USDT-SWAP", "ETH/USDT:USDT"),
        ("SOL_USDC", "SOL/USDC:USDC"),
        ("USDT", "USDT/USDT:USDT"),
        ("/", "BTC/USDT:USDT"),
    ],
)
def test_a_name_that_is_not_a_futures_pairs(pair, meant):
    (line,) = of(pair=pair)
    assert line == f"{pair} long: no futures pair has that name: did you mean {meant}?"


@pytest.mark.parametrize("pair", ["BTC/USD:BTC", "ETH/USD:ETH", "BTC/USD:BTC-261225"])
@pytest.mark.parametrize("currency", ["USDT", "BTC"])
def test_coin_margined_pairs(pair, currency):
    (line,) = of(currency, pair=pair)
    assert line.startswith(f"{pair} long: it is coin-margined (inverse): margin and profit are in ")
    assert "not proportional to the price" in line


def test_pairs_that_settle_in_another_currency():
    (line,) = of(pair="BTC/USDC:USDC")
    assert "settles in USDC, and the account is in USDT: set currency to 'USDC'" in line


# 0.1 * 60000 / 600 = 10.
@pytest.mark.parametrize(
    ("changes", "computed"),
    [
        # One contract of 0.01 Bitcoin, as 0.001 of something: 0.001 * 60000 / 600.
        ({"amount": 0.001, "leverage": 1}, "leverage is 1, but"),
        ({"amount": 0.001, "leverage": None}, "margin_quote is 0.1."),
        # 10 contracts of 0.01.
        ({"amount": 10}, "margin_quote is 1000."),
        ({"amount": 10, "leverage": None}, "margin_quote is 1000."),
        ({"leverage": 5}, "leverage is 5, but"),
        ({"margin_quote": 6_000}, "margin_quote is 1."),
        ({"margin_quote": 900}, "margin_quote is 6.67."),
        # A tenth is allowed, and no more: 10 / 0.9 = 11.1, 10 / 1.1 = 9.09.
        ({"leverage": 11.2}, "margin_quote is 10."),
        ({"leverage": 9.0}, "margin_quote is 10."),
    ],
)
def test_sizes_that_do_not_fit_together(changes, computed):
    (line,) = of(**changes)
    assert computed in line
    assert "base units (not in contracts)" in line
    assert "added_margin_quote" in line


@pytest.mark.parametrize("leverage", [9.1, 10, 11.1])
def test_fees_and_rounding_are_allowed_for(leverage):
    assert of(leverage=leverage) == []


@pytest.mark.parametrize("rate", [60.0, 6.1e6])
def test_prices_of_different_units(rate):
    (line,) = of(rate=rate)
    assert "times open_rate: are both prices of the same unit?" in line


def test_every_position_is_looked_at():
    positions = [{**BTC, "leverage": 1}, {**ETH, "pair": "ETH"}]
    found = list(mistakes(account(positions=positions, correlations=[])))
    assert [line.partition(":")[0] for line in found] == ["BTC/USDT", "ETH short"]


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30),
    st.sampled_from(["USDT", "BTC"]),
)
def test_any_name_has_an_answer(pair, currency):
    for line in of(currency, pair=pair or "x"):
        assert line
