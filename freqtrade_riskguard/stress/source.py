"""Where ``riskguard stress`` learns of positions: from a file, or from a running bot."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json, read_bytes
from freqtrade_riskguard.config.explain import explain
from freqtrade_riskguard.rest_api.client import StrictRestClient
from freqtrade_riskguard.stress.bot_account import read_account
from freqtrade_riskguard.stress.input import StressInput
from freqtrade_riskguard.watch.one_bot import BotUnusableError, bot_at, explained

_TIMEOUT_SECONDS = 10.0
_MOST_BYTES = 16 * MEGABYTE
_ROOT = "positions file"
_WANTED = "`riskguard stress --schema` prints what it may hold"


class StressInputError(ValueError):
    """There is nothing to stress; the text says why and what to do, in one line."""


def from_file(file: Path) -> StressInput:
    """Read positions from a JSON file.

    Raises
    ------
    StressInputError
        Naming the file, the place and what is expected there.
    """
    try:
        content = parse_json(read_bytes(file, _MOST_BYTES))
    except UnreadableError as error:
        remedy = "give a JSON file with --positions" if "cannot" in str(error) else "fix it there"
        raise StressInputError(f"{file} {error}; {remedy}") from None
    if not isinstance(content, dict) or ("positions" not in content and "exchange" in content):
        raise StressInputError(f"{file} is not a positions file; {_WANTED}")
    try:
        return StressInput.model_validate(content)
    except ValidationError as error:
        # It may be another's file: its keys are named, and nothing else of it.
        lines = explain(error, _ROOT, StressInput, shows_values=False).splitlines()
        problems = "; ".join(line.removeprefix(f"{_ROOT}.") for line in lines)
        raise StressInputError(f"{file}: {problems}; {_WANTED}") from None


def from_bot(
    url: str,
    environment: Mapping[str, str],
    warn: Callable[[str], None],
    *,
    multi_assets: bool | None = None,
) -> StressInput:
    """Ask a running bot for its positions.

    Parameters
    ----------
    url : str
        Where its REST API is.
    environment : mapping
        Has the user name and the password.
    warn : callable
        Is told what is risky and done all the same.
    multi_assets : bool, optional
        Whether other coins stand behind its positions; None where nobody says.

    Raises
    ------
    StressInputError
        Where it does not answer, naming its address but no credential.
    """
    try:
        bot = bot_at(url, environment, warn)
        client = StrictRestClient(
            bot.url, bot.username, bot.password, timeout_seconds=_TIMEOUT_SECONDS
        )
        with explained(bot.url):
            return read_account(client, multi_assets=multi_assets)
    except BotUnusableError as error:
        raise StressInputError(str(error)) from None
