import json

import pytest

from freqtrade_riskguard.watch.settings import plain_url
from freqtrade_riskguard.watch.settings_loader import (
    PASSWORD,
    USERNAME,
    WEBHOOK,
    WatchSettingsError,
    load_settings,
    read_file,
    shown_to_everybody,
)
from tests.watch.parts import settings_file

SECRET = "hunter2"  # noqa: S105  nobody's
URL = "http://127.0.0.1:8080"
ENVIRONMENT = {USERNAME: "watcher", PASSWORD: SECRET}


def load(raw, environment=ENVIRONMENT):
    return load_settings(raw, environment)


def bot(**changes):
    return {"bots": [{"url": URL, **changes}]}


def test_an_address_is_enough():
    settings, (only,) = load(bot())
    assert (only.name, only.url) == ("127.0.0.1:8080", URL)
    assert (settings.every_seconds, settings.missed_polls, settings.retries) == (10, 3, 2)
    assert (only.limits.daily_loss_limit, only.limits.max_drawdown) == (0.05, 0.18)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("http://bot:8080/", "http://bot:8080"),
        ("http://bot:8080/api/v1/", "http://bot:8080"),
        ("http://bot:8080/api", "http://bot:8080"),
        ("https://home.example/bots/one/api/v1", "https://home.example/bots/one"),
    ],
)
def test_what_is_always_the_same_may_be_left_out(given, meant):
    assert plain_url(given) == meant


@pytest.mark.parametrize(
    "given",
    ["", "bot:8080", "ftp://bot", "http://", "http://bot:99999", "http://bot?a=1", "http://[::1"],
)
def test_what_is_no_address(given):
    with pytest.raises(ValueError, match=r"must be an address like"):
        plain_url(given)


def test_limits_of_a_bot_lie_on_top_of_those_for_each():
    raw = bot(limits={"daily_loss_limit": None, "gross_exposure": 3})
    raw["limits"] = {"daily_loss_limit": 0.02, "max_drawdown": 0.1}
    _, (only,) = load(raw)
    assert only.limits.daily_loss_limit is None
    assert only.limits.max_drawdown == 0.1
    assert only.limits.gross_exposure == 3


def test_credentials_of_a_bot_come_before_those_for_all():
    raw = {"bots": [{"url": URL}, {"url": "http://a", "name": "my bot", "password": "in file"}]}
    _, (general, own) = load(raw)
    assert general.password.get_secret_value() == SECRET
    assert own.password.get_secret_value() == "in file"
    assert own.username.get_secret_value() == "watcher"
    _, (_, own) = load(raw, {**ENVIRONMENT, f"{PASSWORD}_MY_BOT": "its own"})
    assert own.password.get_secret_value() == "its own"


@pytest.mark.parametrize(("missing", "what"), [(USERNAME, "username"), (PASSWORD, "password")])
def test_missing_credentials_name_the_remedy(missing, what):
    with pytest.raises(WatchSettingsError, match=rf"no {what} for 127.*set {missing}"):
        load(bot(), {**ENVIRONMENT, missing: ""})


def test_the_webhook_may_come_from_the_environment():
    settings, _ = load(bot(), {**ENVIRONMENT, WEBHOOK: "https://hook/token"})
    assert settings.webhook.get_secret_value() == "https://hook/token"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "watch.bots is missing"),
        ({"bots": []}, "watch.bots must name one bot or more"),
        ({"bots": {}}, "watch.bots must be a list"),
        ({"bots": [URL]}, "watch.bots.0 must be an object of settings"),
        (bot(limits={"daily_loss_limit": 3}), "must be < 1 (a fraction: 0.05 is 5 %)"),
        (bot(limits={"exposure_per_coin": 150}), "must be < 25 (a fraction: 0.05 is 5 %)"),
        (bot(limits={"daily": 0.03}), "limits.daily is not a setting; allowed: daily_loss_limit,"),
        (bot(nam="x"), "watch.bots.0.nam is not a setting: did you mean 'name'?"),
        (bot(name="a\nb"), "watch.bots.0.name: must be 1 to 60 letters"),
        (bot(name="fleet"), "watch.bots must not be named 'fleet'"),
        ({**bot(), "every": 5}, "watch.every is not a setting"),
        ({**bot(), "page_password": "short"}, "page_password must have 12 or more characters"),
        ({**bot(), "notify": []}, "watch.notify must have 1 or more entries"),
        ({**bot(), "page": "127.0.0.1:99999"}, "page: must have a port of at most 65535"),
        ({**bot(), "missed_polls": 0}, "watch.missed_polls must be >= 1"),
        ({**bot(), "retries": True}, "watch.retries must be a whole number"),
        ({**bot(), "webhook": "hook"}, "watch.webhook: must begin with 'https://'"),
        ({"bots": [{"url": URL}, {"url": f"{URL}/"}]}, "watch.bots must each have a name"),
        (
            {"bots": [{"url": URL}, {"url": URL, "name": "b"}]},
            "a url of their own: 0 and 1 have the same",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_it(raw, words):
    with pytest.raises(WatchSettingsError) as caught:
        load(raw)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        bot(pasword=SECRET),
        bot(password=[SECRET]),
        bot(password={"is": SECRET}),
        {"bots": [{"password": SECRET}]},
        {"bots": [{"pasword": SECRET, "name": 5}]},
        {"bots": {"a": {"password": SECRET}}},
        {"bots": [f"http://me:{SECRET}@bot"]},
        {"bots": [{"url": f"http://me:{SECRET}@bot", "password": 5}]},
        {"bots": [{"url": f"http://me:p@{SECRET}@[bot"}]},
        {**bot(), "webhook": [f"https://hook/{SECRET}"]},
        {**bot(), "webhook": SECRET},
    ],
)
def test_no_mistake_shows_a_secret(raw):
    with pytest.raises(WatchSettingsError) as caught:
        load(raw)
    # What a traceback would print, causes included.
    assert SECRET not in "".join(map(repr, (caught.value, caught.value.__cause__)))
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "raw",
    [
        {"webhok": f"https://hook/{SECRET}", **bot()},
        {"bots": [{"url": URL, "name": f"{SECRET}\n"}]},
        {"bots": [{"url": f"{URL}/{SECRET}"}, {"url": f"{URL}/{SECRET}/"}]},
        {**bot(), "every_seconds": SECRET},
        {**bot(), "state_file": [SECRET]},
        {**bot(), "limits": {"daily_loss_limit": SECRET}},
        {**bot(), "limits": SECRET},
        {"fleet": {"pasword": SECRET}},
    ],
)
def test_no_mistake_shows_any_value(raw):
    with pytest.raises(WatchSettingsError) as caught:
        load(raw)
    assert "watch." in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_configuration_of_freqtrade_by_mistake(tmp_path):
    raw = {
        "stake_currency": SECRET,
        "exchange": {"name": SECRET, "key": SECRET},
        "api_server": {"password": SECRET},
    }
    with pytest.raises(WatchSettingsError) as caught:
        read_file(settings_file(tmp_path, raw))
    words = "looks like a configuration of freqtrade: give the settings file of riskguard watch"
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["a\x1b[2J", "a\nb"])
def test_an_address_moves_no_cursor(name):
    with pytest.raises(WatchSettingsError, match="must be an address like"):
        load({"bots": [{"url": f"http://{name}:80"}]})


def test_settings_do_not_show_secrets_either():
    settings, bots = load({**bot(username="me", password=SECRET), "webhook": f"https://a/{SECRET}"})
    assert SECRET not in f"{settings!r}{settings}{bots!r}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "watch.json is not valid JSON in line 1, column 2"),
        ("[]", r"watch.json is not an object of settings: .*\"bots\""),
    ],
)
def test_a_file_that_is_no_settings(tmp_path, content, words):
    with pytest.raises(WatchSettingsError, match=words):
        read_file(settings_file(tmp_path, content))


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(WatchSettingsError, match=r"none\.json cannot be read .*--config"):
        read_file(tmp_path / "none.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WatchSettingsError, match="is not text in UTF-8"):
        read_file(tmp_path / "binary")


@pytest.mark.parametrize(
    ("content", "mode", "shown"),
    [
        (bot(password=SECRET), 0o644, True),
        (bot(password=SECRET), 0o640, False),
        ({**bot(), "webhook": "https://hook"}, 0o644, True),
        (bot(), 0o644, False),
        ({"bots": 5}, 0o644, False),
    ],
)
def test_a_file_with_secrets_that_everybody_can_read(tmp_path, content, mode, shown):
    path = settings_file(tmp_path, content, mode)
    assert shown_to_everybody(path, json.loads(path.read_text())) is shown
