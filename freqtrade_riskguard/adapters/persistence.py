"""Figures that must survive a restart, in the bot's own database."""

from freqtrade.enums import TRADE_MODES
from freqtrade.persistence import KeyValueStore
from freqtrade.strategy import IStrategy

_PREFIX = "riskguard_"


class Store:
    """A few named figures; in backtests, which have no database, nothing is kept."""

    def __init__(self, strategy: IStrategy) -> None:
        self._live = strategy.config.get("runmode") in TRADE_MODES

    def load(self, key: str) -> float | None:
        """Return a figure, or None where there is none."""
        if not self._live:
            return None
        value = KeyValueStore.get_value(_PREFIX + key)  # type: ignore[arg-type]
        return float(value) if isinstance(value, int | float) else None

    def save(self, key: str, value: float) -> None:
        """Keep a figure."""
        if self._live:
            KeyValueStore.store_value(_PREFIX + key, float(value))  # type: ignore[arg-type]
