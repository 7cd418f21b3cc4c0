"""Whether freqtrade is trading now: the one place that asks for its run mode's meaning."""

from freqtrade.constants import Config
from freqtrade.enums import TRADE_MODES, RunMode


def is_running_bot(config: Config) -> bool:
    """Whether this is a running bot, with money or dry: it has a clock, an exchange, a database."""
    return config.get("runmode") in TRADE_MODES


def trades_real_money(config: Config) -> bool:
    """Whether orders go to the exchange: its wallet, not freqtrade's own, is the truth."""
    return config.get("runmode") == RunMode.LIVE
