"""From a file, the environment and the command line to checked settings. Errors hide secrets."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from freqtrade_riskguard.config.explain import explain
from freqtrade_riskguard.watch.config import BotSettings, WatchedBot, WatchSettings

USERNAME, PASSWORD, WEBHOOK = (
    f"RISKGUARD_WATCH_{what}" for what in ("USERNAME", "PASSWORD", "WEBHOOK")
)
_READABLE_BY_OTHERS = 0o004
# What an error may repeat of a bot. Anything else may be a password under a misspelt key.
_PUBLIC = frozenset({"name", "url", "limits"})


class WatchSettingsError(ValueError):
    """The settings cannot be used; the text names the place, what is wrong and the remedy."""


class _Hidden:
    """Stands in for what is no text but may be secret, so that no error can show it."""

    def __repr__(self) -> str:
        return "**********"


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
        Naming every key that is wrong, what it may be and what was given.
    """
    hidden = _hidden(raw)
    if WEBHOOK in environment:
        hidden.setdefault("webhook", SecretStr(environment[WEBHOOK]))
    try:
        settings = WatchSettings.model_validate(hidden)
    except ValidationError as error:
        lines = explain(error, "watch", WatchSettings).splitlines()
        raise WatchSettingsError("; ".join(lines)) from None
    return settings, tuple(_watched(bot, settings, environment) for bot in settings.bots)


def read_file(path: Path) -> dict[str, Any]:
    """Return what stands in a settings file.

    Raises
    ------
    WatchSettingsError
        Where it cannot be read, or holds no object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WatchSettingsError(
            f"{path} cannot be read ({error.strerror}): give the settings file with --config"
        ) from None
    except UnicodeDecodeError:
        raise WatchSettingsError(f"{path} is no text: it must hold JSON") from None
    except json.JSONDecodeError as error:
        raise WatchSettingsError(
            f"{path} is not valid JSON in line {error.lineno}, column {error.colno} ({error.msg}): "
            "mend it there"
        ) from None
    if not isinstance(content, dict):
        raise WatchSettingsError(f'{path} must hold an object like {{"bots": [...]}}')
    return content


def shown_to_everybody(path: Path, raw: Mapping[str, Any]) -> bool:
    """Return whether a file holds secrets and every user of the machine may read it."""
    bots = raw.get("bots")
    bots = bots if isinstance(bots, list) else []
    secret = "webhook" in raw or any("password" in bot for bot in bots if isinstance(bot, Mapping))
    return secret and bool(path.stat().st_mode & _READABLE_BY_OTHERS)


def _hidden(raw: Mapping[str, Any]) -> dict[str, Any]:
    hidden = dict(raw)
    if "webhook" in hidden:
        hidden["webhook"] = _secret(hidden["webhook"])
    if "bots" in hidden:
        bots = hidden["bots"]
        hidden["bots"] = list(map(_hidden_bot, bots)) if isinstance(bots, list) else _Hidden()
    return hidden


def _hidden_bot(bot: object) -> object:
    if not isinstance(bot, Mapping):
        return _Hidden()
    hidden = {key: bot[key] if key in _PUBLIC else _secret(bot[key]) for key in bot}
    url = hidden.get("url")
    if isinstance(url, str):
        hidden["url"] = re.sub(r".*@", "**********@", url, flags=re.DOTALL)
    return hidden


def _secret(given: object) -> object:
    if given is None:
        return None
    return SecretStr(given) if isinstance(given, str) else _Hidden()


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
