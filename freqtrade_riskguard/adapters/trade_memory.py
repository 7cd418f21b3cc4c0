"""Figures of a trade that must survive a restart, kept with the trade in the bot's database."""

from freqtrade.persistence import LocalTrade, Trade

_PREFIX = "riskguard_"


def recall(trade: LocalTrade, key: str) -> float | None:
    """Return a figure of a trade; None where there is none. A backtest needs no memory."""
    if not Trade.use_db:
        return None
    value = trade.get_custom_data(_PREFIX + key)
    return float(value) if isinstance(value, int | float) else None


def remember(trade: LocalTrade, key: str, value: float) -> None:
    """Keep a figure of a trade."""
    if Trade.use_db:
        trade.set_custom_data(_PREFIX + key, float(value))
