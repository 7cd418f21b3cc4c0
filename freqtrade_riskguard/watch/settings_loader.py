"""From a file, the environment and the command line to checked settings. Errors name no value."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr, ValidationError

from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json, read_bytes
from freqtrade_riskguard.config.explain import explain
from freqtrade_riskguard.watch.settings import (
    BotSettings,
    NotifySettings,
    WatchedBot,
    WatchSettings,
)

USERNAME, PASSWORD, WEBHOOK, PAGE_PASSWORD, NOTIFY = (
    f"RISKGUARD_WATCH_{what}"
    for what in ("USERNAME", "PASSWORD", "WEBHOOK", "PAGE_PASSWORD", "NOTIFY")
)
# Secrets of the guardian's own, by their keys in the file.
_SECRETS = {"webhook": WEBHOOK, "page_password": PAGE_PASSWORD}
_READABLE_BY_OTHERS = 0o004
_MOST_BYTES = MEGABYTE
# Keys that freqtrade's configuration has and this file has not.
_FREQTRADES = frozenset(
    {"api_server", "dry_run", "exchange", "max_open_trades", "pairlists", "stake_currency"}
    | {"stake_amount", "strategy", "telegram", "timeframe", "trading_mode"}
)
_WANTED = (
    'give the settings file of riskguard watch, like {"bots": [{"url": "http://127.0.0.1:8080"}]}'
)


_Settings = TypeVar("_Settings", bound=NotifySettings)


class WatchSettingsError(ValueError):
    """The settings cannot be used; the text names the place, what is wrong and the remedy."""


def load_settings(
    raw: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[WatchSettings, tuple[WatchedBot, ...]]:
    """Check the settings and find the credentials.

    Parameters
    ----------
    raw : mapping
        What stands in the file, with what the command line adds.
    environment : mapping
        Environment variables. ``RISKGUARD_WATCH_PASSWORD_MY_BOT`` is for the bot "my bot" alone,
        ``RISKGUARD_WATCH_PASSWORD`` for each bot without a password of its own.

    Returns
    -------
    tuple
        The settings, and each bot with its credentials and all of its limits.

    Raises
    ------
    WatchSettingsError
        Naming every key that is wrong and what it may be, and no value.
    """
    given = dict(raw)
    for key, variable in _SECRETS.items():
        if variable in environment:
            given.setdefault(key, environment[variable])
    settings = _checked(WatchSettings, given, environment)
    return settings, tuple(_watched(bot, settings, environment) for bot in settings.bots)


def load_notify(file: Path | None, environment: Mapping[str, str]) -> NotifySettings:
    """Return who is told of alarms: as a guardian's settings file says, else the environment.

    Raises
    ------
    WatchSettingsError
        Where that is nobody, or cannot be understood.
    """
    raw = {} if file is None else read_file(file)
    given = {key: raw[key] for key in NotifySettings.model_fields if key in raw}
    settings = _checked(NotifySettings, given, environment)
    if settings.notify is None:
        raise WatchSettingsError(
            f"nobody is told of alarms: set {NOTIFY} in the environment, or notify in the settings "
            "file that --notify names"
        )
    return settings


def _checked(
    kind: type[_Settings], given: dict[str, Any], environment: Mapping[str, str]
) -> _Settings:
    if addresses := environment.get(NOTIFY, "").split():
        given.setdefault("notify", addresses)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        # The file may be another's, and a password may stand under a misspelt key.
        lines = explain(error, "watch", kind, shows_values=False).splitlines()
        raise WatchSettingsError("; ".join(lines)) from None


def read_file(path: Path) -> dict[str, Any]:
    """Return what stands in a settings file.

    Raises
    ------
    WatchSettingsError
        Where it cannot be read, or holds no object.
    """
    try:
        content = parse_json(read_bytes(path, _MOST_BYTES))
    except UnreadableError as error:
        remedy = (
            "give the settings file with --config" if "cannot" in str(error) else "fix it there"
        )
        raise WatchSettingsError(f"{path} {error}: {remedy}") from None
    if not isinstance(content, dict):
        raise WatchSettingsError(f"{path} is not an object of settings: {_WANTED}")
    if "bots" not in content and len(_FREQTRADES & content.keys()) > 1:
        raise WatchSettingsError(f"{path} looks like a configuration of freqtrade: {_WANTED}")
    return content


def shown_to_everybody(path: Path, raw: Mapping[str, Any]) -> bool:
    """Return whether a file holds secrets and every user of the machine may read it."""
    bots = raw.get("bots")
    bots = bots if isinstance(bots, list) else []
    in_bots = any("password" in bot for bot in bots if isinstance(bot, Mapping))
    secret = in_bots or not {*_SECRETS, "notify"}.isdisjoint(raw)
    return secret and bool(path.stat().st_mode & _READABLE_BY_OTHERS)


def _watched(
    bot: BotSettings, settings: WatchSettings, environment: Mapping[str, str]
) -> WatchedBot:
    return WatchedBot(
        name=bot.called,
        url=bot.url,
        username=_credential(bot.called, bot.username, USERNAME, environment),
        password=_credential(bot.called, bot.password, PASSWORD, environment),
        limits=bot.limits.over(settings.limits),
    )


def _credential(
    bot: str, own: SecretStr | None, variable: str, environment: Mapping[str, str]
) -> SecretStr:
    own_variable = f"{variable}_{re.sub(r'[^A-Z0-9]', '_', bot.upper())}"
    in_file = own.get_secret_value() if own is not None else ""
    found = environment.get(own_variable) or in_file or environment.get(variable)
    if not found:
        what = variable.rpartition("_")[2].lower()
        raise WatchSettingsError(
            f"no {what} for {bot}: set {variable} (or {own_variable}) in the environment, or "
            f"'{what}' in the settings file"
        )
    return SecretStr(found)
