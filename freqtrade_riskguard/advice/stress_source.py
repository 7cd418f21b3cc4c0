"""Where ``riskguard stress`` learns of positions: from a file, or from a running bot."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_core import from_json

from freqtrade_riskguard.advice.bot_account import read_account
from freqtrade_riskguard.advice.stress_input import StressInput
from freqtrade_riskguard.config.explain import explain
from freqtrade_riskguard.watch.client import LoudClient
from freqtrade_riskguard.watch.errors import BotCredentialsError, BotError, BotSilentError
from freqtrade_riskguard.watch.loading import PASSWORD, USERNAME

_TIMEOUT_SECONDS = 10.0
_ROOT = "positions file"


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
        content = from_json(file.read_bytes(), allow_inf_nan=False)
    except OSError as error:
        raise StressInputError(
            f"{file} cannot be read ({error.strerror}); give a JSON file with --positions"
        ) from None
    except ValueError as error:
        raise StressInputError(f"{file} is no valid JSON: {error}; mend it there") from None
    try:
        return StressInput.model_validate(content)
    except ValidationError as error:
        lines = explain(error, _ROOT, StressInput).splitlines()
        problems = "; ".join(line.removeprefix(f"{_ROOT}.") for line in lines)
        raise StressInputError(
            f"{file}: {problems}; `riskguard stress --schema` prints what it may hold"
        ) from None


def from_bot(url: str, environment: Mapping[str, str]) -> StressInput:
    """Ask a running bot for its positions.

    Raises
    ------
    StressInputError
        Where it does not answer, naming its address but no credential.
    """
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise StressInputError(f"--url must be like http://127.0.0.1:8080, got '{address.path}'")
    if address.username or address.password:
        raise StressInputError(
            f"--url must hold no user name or password: set {USERNAME} and {PASSWORD} in the "
            "environment"
        )
    missing = [name for name in (USERNAME, PASSWORD) if not environment.get(name)]
    if missing:
        raise StressInputError(
            f"no credentials for {url}: set {' and '.join(missing)} in the environment, as in the "
            "bot's api_server"
        )
    user, password = (SecretStr(environment[name]) for name in (USERNAME, PASSWORD))
    client = LoudClient(url.rstrip("/"), user, password, timeout_seconds=_TIMEOUT_SECONDS)
    try:
        return read_account(client)
    except BotCredentialsError as error:
        raise StressInputError(
            f"{url} {error}; they must be those of the bot's api_server"
        ) from None
    except BotSilentError as error:
        raise StressInputError(
            f"{url} {error}; is the bot running, with api_server.enabled true?"
        ) from None
    except BotError as error:
        raise StressInputError(f"{url} {error}; is it a freqtrade bot of this version?") from None
