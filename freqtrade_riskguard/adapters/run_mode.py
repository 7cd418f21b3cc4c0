"""How freqtrade is running: the one place that asks for what its modes mean."""

from freqtrade.constants import Config
from freqtrade.enums import TRADE_MODES, MarginMode, RunMode


def is_running_bot(config: Config) -> bool:
    """Whether this is a running bot, with money or dry: it has a clock, an exchange, a database."""
    return config.get("runmode") in TRADE_MODES


def trades_real_money(config: Config) -> bool:
    """Whether orders go to the exchange: its wallet, not freqtrade's own, is the truth."""
    return config.get("runmode") == RunMode.LIVE


def is_cross(config: Config) -> bool:
    """Whether all positions share the margin of the account."""
    return config.get("margin_mode") == MarginMode.CROSS
