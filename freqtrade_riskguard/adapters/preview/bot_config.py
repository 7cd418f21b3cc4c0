"""The configuration of a bot, read as freqtrade reads it, made harmless for looking at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from freqtrade.configuration import (
    Configuration,
    remove_exchange_credentials,
    validate_config_consistency,
)
from freqtrade.constants import DEFAULT_CONFIG, Config
from freqtrade.enums import RunMode, TradingMode
from freqtrade.exceptions import FreqtradeException

from freqtrade_riskguard.adapters.preview.account_keys import keys_in
from freqtrade_riskguard.adapters.preview.config_layers import ConfigLayer, read_layers
from freqtrade_riskguard.adapters.preview.errors import PreviewError, reason_of
from freqtrade_riskguard.adapters.run_mode import is_cross
from freqtrade_riskguard.config import RiskGuardConfig, load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError, for_margin_mode

_NO_START = "freqtrade would not start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of the command line; None for what was left out."""

    config_files: Sequence[str] = ()
    strategy: str | None = None
    strategy_path: str | None = None
    userdir: str | None = None
    datadir: str | None = None
    wallet_quote: float | None = None
    timerange: str | None = None
    db_url: str | None = None


@dataclass(frozen=True, slots=True)
class BotConfig:
    """A configuration that can do no harm.

    Attributes
    ----------
    config : dict
        freqtrade's: a dry-run without keys, whatever the files say, and without the guard's
        journal, which is the running bot's.
    is_live : bool
        Whether the files let the bot trade with real money.
    settings : RiskGuardConfig
        The guard's, as configured; before hyperopt's parameters.
    layers : list of ConfigLayer
        Where settings come from.
    wallet_origin : str
        Where the size of the wallet comes from.
    keys : dict
        Of a bot that trades for money, to ask about its account. Shown nowhere.
    counts_balance : bool
        Whether it trades with what its account holds, whatever that is.
    """

    config: Config
    is_live: bool
    settings: RiskGuardConfig
    layers: list[ConfigLayer]
    wallet_origin: str
    keys: dict[str, str] = field(default_factory=dict, repr=False)
    counts_balance: bool = False


class _Reader(Configuration):
    """Reads as freqtrade does, but leaves logging alone: it might write into the bot's log."""

    def _process_logging_options(self, config: Config) -> None:
        config["verbosity"] = 0


def read_configuration(request: Request, *, for_backtest: bool = False) -> BotConfig:
    """Read the configuration of a bot.

    Parameters
    ----------
    for_backtest : bool
        Whether freqtrade is to read it for a backtest; otherwise for the bot itself.

    Raises
    ------
    PreviewError
        Where a file is missing or broken, where freqtrade or the guard would refuse to start, and
        for spot trading.
    """
    files = list(request.config_files) or [_default_file(request.userdir)]
    layers = read_layers(files)
    config = _as_freqtrade(request, files, RunMode.BACKTEST if for_backtest else None)
    if config["trading_mode"] != TradingMode.FUTURES:
        raise PreviewError(
            f"{_names(files)}: riskguard needs trading_mode 'futures' (it decides about leverage "
            f"and liquidation), got '{config['trading_mode']}': set trading_mode to 'futures' and "
            "margin_mode to 'isolated'"
        )
    is_live = config["runmode"] == RunMode.LIVE
    keys = keys_in(config["exchange"]) if is_live else {}
    try:
        settings = for_margin_mode(load_config(config.get("riskguard")), is_cross=is_cross(config))
        _make_harmless(config)
        validate_config_consistency(config, preliminary=True)
    except InvalidSettingsError as error:
        raise PreviewError("; ".join(str(error).splitlines())) from error
    except FreqtradeException as error:
        raise PreviewError(f"{_names(files)}: {reason_of(error)}; {_NO_START}") from error
    origin = _set_wallet(config, request.wallet_quote)
    is_told = request.wallet_quote is not None or "available_capital" in config
    counts_balance = bool(keys) and not is_told
    return BotConfig(config, is_live, settings, layers, origin, keys, counts_balance)


def _default_file(userdir: str | None) -> str:
    """Return the file that freqtrade takes where none is given."""
    beside = Path(userdir or "user_data") / DEFAULT_CONFIG
    return str(beside) if beside.is_file() else DEFAULT_CONFIG


def _as_freqtrade(request: Request, files: list[str], runmode: RunMode | None) -> Config:
    arguments: dict[str, Any] = {
        "config": files,
        "strategy": request.strategy,
        "strategy_path": request.strategy_path,
        "user_data_dir": request.userdir,
        "datadir": request.datadir,
        "timerange": request.timerange,
        "db_url": request.db_url,
    }
    if request.datadir is not None and not Path(request.datadir).is_dir():
        # freqtrade would create it, and find nothing in it.
        raise PreviewError(f"--datadir {request.datadir} does not exist; name a folder of candles")
    try:
        return _Reader(arguments, runmode).get_config()
    except KeyError as error:
        raise PreviewError(f"{_names(files)}: {error} is missing; freqtrade needs it") from error
    except FreqtradeException as error:
        raise PreviewError(f"{_names(files)}: {reason_of(error)}; {_NO_START}") from error
    except (TypeError, ValueError) as error:
        raise PreviewError(f"{_names(files)}: {_unusable(error)}; {_NO_START}") from None


def _unusable(error: Exception) -> str:
    """Return what freqtrade could not use, without the value that its own text repeats."""
    enum = str(error).rpartition(" is not a valid ")[2]
    if not enum.isidentifier():
        return f"a value is not of the kind that freqtrade needs ({type(error).__name__})"
    key = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in enum)
    return f"{key.lstrip('_')} is not a valid {enum}"


def _names(files: Sequence[str]) -> str:
    return ", ".join(files)


def _make_harmless(config: Config) -> None:
    config["dry_run"] = True
    config["runmode"] = RunMode.OTHER
    config["exchange"]["enable_ws"] = False
    remove_exchange_credentials(config["exchange"], dry_run=True)
    if "journal_file" in (config.get("riskguard") or {}):
        config["riskguard"] = {
            key: value for key, value in config["riskguard"].items() if key != "journal_file"
        }


def _set_wallet(config: Config, wallet_quote: float | None) -> str:
    if wallet_quote is not None:
        config["dry_run_wallet"] = wallet_quote
        return "--wallet"
    given = config["original_config"]
    if "dry_run_wallet" in given:
        return "dry_run_wallet"
    if "available_capital" in given:
        config["dry_run_wallet"] = float(given["available_capital"])
        return "available_capital"
    return "freqtrade's default; give --wallet"
