import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from freqtrade_riskguard.config.schema import RiskGuardConfig
from freqtrade_riskguard.sanitize import (
    MASK,
    escaped,
    is_secret_key,
    masked,
    masked_value,
    secrets_in,
    without,
)

SECRET = "hunter2"  # noqa: S105  nobody's
TOKEN = "9XkQ2mB7" * 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with ümlauts and 語", "plain, with ümlauts and 語"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u2028b", "a\\u2028b"),
        ("5\u00a0%", "5 %"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_printed_is_written_out(text, shown):
    assert escaped(text) == shown


@given(st.text(st.characters(codec=None)))
def test_whatever_it_was_it_is_one_printable_line(text):
    assert escaped(text).isprintable()
    assert escaped(escaped(text)) == escaped(text)
    escaped(text).encode()


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://me:{SECRET}@host/db",
        f"https://me:a@b/{SECRET}@bot:8080/api",
        f"https://discord.com/api/webhooks/1/{SECRET}",
        f"https://hooks.slack.com/services/T0/B0/{SECRET}",
        f"https://api.telegram.org/bot12345:{SECRET}/sendMessage",
        f"GET /fapi?timestamp=1&signature={SECRET}",
        f"{{'key': '{SECRET}', 'dry_run': True}}",
        f"{{'secret': \"{SECRET} and more\"}}",
        f"api_key={SECRET}, go on",
        f"pasword: {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"jwt_secret_key={SECRET}",
        f"pass={SECRET}",
        f"pwd: {SECRET}",
        f"auth={SECRET}",
        f"GET /x?api-key={SECRET}&a=1",
        f"jwt {SECRET}",
        f"jwt={SECRET}",
        f"run --password {SECRET} --all",
        f"--ws-token={SECRET}",
        f"X-Auth: {SECRET}",
        f"chat_id={SECRET}",
        f"access_key={SECRET}",
        f"Bearer {SECRET}",
        f"refused token {SECRET}",
        f"the password {SECRET} is wrong",
        f"key: {SECRET}",
        f"api key {SECRET}",
        f"chat id: {SECRET}",
        f"mnemonic: one two {SECRET} four",
        f"passphrase 'one {SECRET}'",
        f'passwd": {SECRET}',
        f'{{\\"password\\": \\"{SECRET}\\"}}',
        f"a=token={SECRET}",
        f"'secrets': ['one', '{SECRET}']",
        f"https://a.b/x,https://hooks.c/{SECRET}",
        f"invalid key {TOKEN}",
        f"123456789:{TOKEN}",
        f"eyJhbGciOiJI.{TOKEN}.{TOKEN}",
    ],
)
def test_what_looks_like_a_secret_is_masked(text):
    shown = masked(text)
    assert MASK in shown
    assert SECRET not in shown
    assert TOKEN not in shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "user_data/backtest_results/backtest-result-2024-03-01_00-00-00.zip does not exist",
        "RiskGuardSampleStrategyWithALongName does not load",
        "http://127.0.0.1:8080/api/v1 cannot be reached (Connection refused)",
        "BTC/USDT:USDT long: margin left 0.48 at 2025-02-03T02:00:00+00:00",
        "leverage_tiers of 1000SHIB/USDT:USDT are missing",
        "the user name or the password (HTTP 401), set the token of the bot: 5",
        "AuthenticationError: binance refuses it",
        "the password is wrong; a token for each; 3 passed: 5, authors: 2",
    ],
)
def test_what_is_no_secret_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    "part",
    [
        *("a://", "https://x/", "https://hook", "https://hook/", "x://a@", "token", "token ", "a"),
        *(
            "token=",
            "--token ",
            "a ",
            "api ",
            "eyJ-",
            "eyJaaaaaaaa.",
            "1",
            "111111:",
            "a1",
            "=",
            " ",
        ),
        *(
            "'",
            "key'",
            "key: [",
            "\\",
            "mnemonic:",
            "mnemonic ",
            "passphrase=\n",
            "a\n",
            "-",
            "@",
            "/",
        ),
    ],
)
def test_a_long_text_takes_no_longer_than_its_length(part):
    text = part * (200_000 // len(part))
    before = time.process_time()
    masked(text)
    assert time.process_time() - before < 0.5


@pytest.mark.parametrize(
    "key",
    [
        *("password", "pasword", "passwrd", "pwd", "api_key", "apiKey", "secret", "key", "uid"),
        *("webhok", "webhook", "ws_token", "jwt_secret_key", "privateKey", "walletAddress"),
    ],
)
def test_a_key_that_names_a_secret(key):
    assert masked_value(key, SECRET) == MASK
    assert masked_value("block", {"list": [{key: SECRET}]}) == {"list": [{key: MASK}]}


def settings(model):
    for name, field in model.model_fields.items():
        yield name
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind)


def test_no_setting_of_the_guard_is_taken_for_a_secret():
    assert not [name for name in settings(RiskGuardConfig) if is_secret_key(name)]


def test_known_secrets_are_found_wherever_they_stand():
    config = {
        "exchange": {"name": "binance", "key": "a-key", "secret": "s3cr3t"},
        "telegram": {"token": "tok-en", "chat_id": 12345},
        "discord": {"webhook_url": "https://x"},
        "listeners": [{"ws_token": ["t-one", "t-two"]}],
        "dry_run": True,
    }
    found = frozenset(secrets_in(config))
    assert found == {"a-key", "s3cr3t", "tok-en", "12345", "https://x", "t-one", "t-two"}
    assert without("failed with a-key and s3cr3t at 12345", found) == (
        f"failed with {MASK} and {MASK} at {MASK}"
    )
