"""Who may trade: golden values by Binance's own example, and what is refused."""

import pytest

from freqtrade_riskguard.replay.binance.signature import checked_arguments
from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.requests import RefusalError

# Binance's documentation of signed requests shows this pair, this query and its signature.
EXAMPLE = Credentials(
    **dict(
        zip(
            ("key", "secret"),
            (
                "dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83",
                "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9",
            ),
            strict=True,
        )
    )
)
QUERY = (
    "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
    "&recvWindow=5000&timestamp=1591702613943"
)
SIGNATURE = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"
NOW_MS = 1_591_702_613_943


def check(query="", body="", key=EXAMPLE.key, now_ms=NOW_MS):
    return checked_arguments(EXAMPLE, key, query, body, now_ms)


@pytest.mark.parametrize("place", ["query", "body"])
def test_binances_own_example_is_accepted(place):
    arguments = check(**{place: f"{QUERY}&signature={SIGNATURE}"})
    assert arguments["symbol"] == "BTCUSDT"
    assert arguments["price"] == "9000"
    assert "signature" not in arguments


def test_a_single_byte_of_difference_is_not_accepted():
    altered = QUERY.replace("quantity=1", "quantity=2")
    with pytest.raises(RefusalError, match="Signature") as refused:
        check(f"{altered}&signature={SIGNATURE}")
    assert (refused.value.code, refused.value.status) == (-1022, 400)


def test_a_request_without_a_signature_is_not_accepted():
    with pytest.raises(RefusalError, match="'signature'") as refused:
        check(QUERY)
    assert refused.value.code == -1102


@pytest.mark.parametrize(("key", "code"), [(None, -2014), ("", -2014), ("another", -2015)])
def test_an_unknown_key_is_not_accepted(key, code):
    with pytest.raises(RefusalError) as refused:
        check(f"{QUERY}&signature={SIGNATURE}", key=key)
    assert (refused.value.code, refused.value.status) == (code, 401)


@pytest.mark.parametrize(
    ("late_ms", "accepted"), [(5_000, True), (5_001, False), (-999, True), (-1_000, False)]
)
def test_a_request_is_as_old_as_its_window_at_most_and_not_of_the_future(late_ms, accepted):
    signed = f"{QUERY}&signature={SIGNATURE}"
    if accepted:
        check(signed, now_ms=NOW_MS + late_ms)
        return
    with pytest.raises(RefusalError, match="Timestamp") as refused:
        check(signed, now_ms=NOW_MS + late_ms)
    assert refused.value.code == -1021


def test_new_credentials_are_random_and_do_not_show_their_secret():
    first, second = Credentials.new(), Credentials.new()
    assert first.key != second.key
    assert first.secret != second.secret
    assert first.secret not in repr(first)
