"""A single bot that a command asks by its address, with what to tell a person when it fails."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from pydantic import SecretStr

from freqtrade_riskguard.rest_api.address import plain_http_warning
from freqtrade_riskguard.rest_api.errors import BotCredentialsError, BotError, BotSilentError
from freqtrade_riskguard.watch.settings import Limits, WatchedBot, plain_url
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME


class BotUnusableError(Exception):
    """A bot that cannot be asked; the text says why and what to do, in one line."""


def bot_at(url: str, environment: Mapping[str, str], warn: Callable[[str], None]) -> WatchedBot:
    """Return what it takes to ask a bot.

    Parameters
    ----------
    environment : mapping
        Has the user name and the password.
    warn : callable
        Is told what is risky and done all the same.

    Raises
    ------
    BotUnusableError
        Where the address is none, or there is no password.
    """
    try:
        url = plain_url(url)
    except ValueError as error:
        raise BotUnusableError(f"--url {error}") from None
    if risk := plain_http_warning(url):
        warn(risk)
    missing = [name for name in (USERNAME, PASSWORD) if not environment.get(name)]
    if missing:
        raise BotUnusableError(
            f"no credentials for {url}: set {' and '.join(missing)} in the environment, as in the "
            "bot's api_server"
        )
    user, password = (SecretStr(environment[name]) for name in (USERNAME, PASSWORD))
    return WatchedBot(name="bot", url=url, username=user, password=password, limits=Limits())


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Say of a bot that does not answer what to do, naming its address but no credential.

    Raises
    ------
    BotUnusableError
        For any :class:`BotError` within.
    """
    try:
        yield
    except BotCredentialsError as error:
        raise BotUnusableError(
            f"{url} {error}; they must be those of the bot's api_server"
        ) from None
    except BotSilentError as error:
        raise BotUnusableError(
            f"{url} {error}; is the bot running, with api_server.enabled true?"
        ) from None
    except BotError as error:
        raise BotUnusableError(f"{url} {error}; is it a freqtrade bot of this version?") from None
