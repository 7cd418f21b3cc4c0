"""Exchange and strategy, loaded by freqtrade itself, with its errors in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freqtrade.configuration import validate_config_consistency
from freqtrade.constants import Config
from freqtrade.enums import RunMode
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import Exchange
from freqtrade.resolvers import ExchangeResolver, StrategyResolver
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.preview.errors import (
    LogCollector,
    PreviewError,
    files_of,
    reason_of,
)

_NOT_FOUND = "Impossible to load Strategy"
_NO_MARKETS = "Could not load markets."


@contextmanager
def runmode(config: Config, mode: RunMode) -> Iterator[None]:
    """Let a configuration be that of another kind of run for a while."""
    before = config["runmode"]
    config["runmode"] = mode
    try:
        yield
    finally:
        config["runmode"] = before


def load_exchange(config: Config, log: LogCollector) -> Exchange:
    """Load the exchange with its markets; only public data is asked for.

    Raises
    ------
    PreviewError
        Where it cannot be reached, or the configuration does not fit it.
    """
    name = config["exchange"]["name"]
    try:
        return ExchangeResolver.load_exchange(config, load_leverage_tiers=True)
    except FreqtradeException as error:
        failed = [line for line in log.errors if line.startswith(_NO_MARKETS)]
        if failed:
            cause = failed[-1].removeprefix(_NO_MARKETS).strip(" ()")
            raise PreviewError(
                f"{name} gave no markets ({cause}); check the connection, or use `riskguard "
                "replay` as the exchange"
            ) from error
        reason = reason_of(error)
        raise PreviewError(
            f"{files_of(config)}: exchange {name}: {reason}; freqtrade would not start"
        ) from error


def load_strategy(config: Config, log: LogCollector) -> IStrategy:
    """Load the strategy, and check the configuration with it as freqtrade does.

    Raises
    ------
    PreviewError
        Where there is none, or it does not load, or it does not fit the configuration.
    """
    name = config.get("strategy")
    if not name:
        raise PreviewError(
            f'no strategy in {files_of(config)}: give --strategy NAME, or put "strategy" there'
        )
    try:
        strategy = StrategyResolver.load_strategy(config)
    except FreqtradeException as error:
        if not str(error).startswith(_NOT_FOUND):
            raise PreviewError(str(error).removeprefix("Configuration error: ")) from error
        raise PreviewError(_not_found(config, name, log)) from error
    except Exception as error:
        # Whatever the strategy's own file does when it is loaded.
        raise PreviewError(
            f"strategy {name} does not load ({type(error).__name__}: {log.shown(str(error))}); fix "
            "its file"
        ) from error
    try:
        with runmode(config, RunMode.DRY_RUN):
            validate_config_consistency(config)
    except FreqtradeException as error:
        reason = reason_of(error)
        raise PreviewError(f"{files_of(config)}: {reason}; freqtrade would not start") from error
    return strategy


def _not_found(config: Config, name: str, log: LogCollector) -> str:
    broken = [line for line in log.loading if line.startswith("Could not import")]
    if broken:
        return f"strategy {name}: {broken[-1].removeprefix('Could not import ')}; fix the file"
    folder = Path(config["user_data_dir"]) / "strategies"
    folders = [str(folder)]
    if config.get("strategy_path"):
        folders.insert(0, str(config["strategy_path"]))
    return (
        f"no strategy {name} in {' or '.join(folders)}; `freqtrade list-strategies` shows what "
        "there is, --strategy-path adds a folder"
    )
