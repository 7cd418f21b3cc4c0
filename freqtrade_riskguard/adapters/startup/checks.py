"""Stopping freqtrade at startup, so that everybody notices."""

import inspect
import logging
import sys
from difflib import get_close_matches
from typing import Any, NoReturn

from freqtrade.constants import Config
from freqtrade.enums import TradingMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.market.tier_files import SHIPPED, shipped_tiers
from freqtrade_riskguard.adapters.run_mode import is_cross
from freqtrade_riskguard.config import RiskGuardConfig, load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError, for_margin_mode
from freqtrade_riskguard.replay.freqtrade_config import is_replay

logger = logging.getLogger(__name__)


def checked_config(config: Config) -> RiskGuardConfig:
    """Return the configuration of the guard, or stop freqtrade with the reason.

    Raises
    ------
    ConfigurationError
        freqtrade's own, naming key, expectation and value.
    """
    try:
        settings = load_config(config.get("riskguard"))
    except InvalidSettingsError as error:
        refuse(str(error))
    mode = config.get("trading_mode", TradingMode.SPOT)
    if settings.observing_or_enforcing and mode != TradingMode.FUTURES:
        refuse(
            f"riskguard needs trading_mode 'futures' (it decides about leverage and liquidation), "
            f"got '{mode}': set trading_mode to 'futures', or riskguard.enabled to false"
        )
    return for_margin_mode(settings, is_cross=is_cross(config))


def check_pairs(settings: RiskGuardConfig, strategy: IStrategy) -> None:
    """Refuse settings of a pair that the exchange does not have: they would do nothing.

    And pairs that are settled in their own coin: profit is not linear in their price, so that no
    figure of the guard would be right.

    A replay lists only what its data hold. Settings of a pair that the real exchange has are not
    used there, with a warning: the same configuration is for both.
    """
    markets = exchange_of(strategy).markets
    for pair in (strategy.config.get("exchange") or {}).get("pair_whitelist", ()):
        if (markets.get(pair) or {}).get("inverse"):
            refuse(
                f"exchange.pair_whitelist: {pair} is settled in its own coin (an inverse "
                "contract), which neither freqtrade nor RiskGuard can value: use a pair that is "
                "settled in its quote currency"
            )
    absent = [pair for pair in settings.pairs if pair not in markets]
    elsewhere = shipped_tiers(SHIPPED, absent) if absent and is_replay(strategy.config) else {}
    for pair in absent:
        if pair in elsewhere:
            logger.warning(
                "RiskGuard: the replay has no candles of %s; riskguard.pairs.%s is not used",
                *(pair, pair),
            )
            continue
        close = get_close_matches(pair.upper(), markets, n=1, cutoff=0.5)
        hint = f": did you mean '{close[0]}'?" if close else ""
        refuse(f"riskguard.pairs: the exchange has no market {pair}{hint}")


def check_switches(strategy: IStrategy) -> None:
    """Refuse switches of a strategy that the guard could not set: its cuts would do nothing."""
    for name in ("position_adjustment_enable", "order_types", "use_custom_stoploss"):
        if isinstance(inspect.getattr_static(type(strategy), name, None), property):
            refuse(
                f"{type(strategy).__name__}.{name} is a property, which the guard cannot set for "
                f"its cuts and stops: make it a plain attribute ({name} = ...)"
            )


def refuse(reason: str) -> NoReturn:
    """Stop freqtrade with a configuration error and an exit code that is not 0.

    freqtrade's ``main`` logs a :class:`ConfigurationError` but then exits with 0, so that Docker,
    systemd or CI would take a bot that refused to start for one that ended well. Its handler
    is pointed past our error, to the one for every other freqtrade error, which exits with 2.
    """
    main: Any = sys.modules.get("freqtrade.main")
    if getattr(main, "ConfigurationError", None) is ConfigurationError:
        main.ConfigurationError = ()
    raise ConfigurationError(f"Configuration error: {reason}")
