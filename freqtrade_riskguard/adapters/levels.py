"""Where each ladder stands, for each trade and for the account; survives a restart."""

from collections.abc import Iterable

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.memory import Memory, number
from freqtrade_riskguard.upkeep import ACCOUNT


class Levels:
    """The ladders' levels.

    Parameters
    ----------
    memory : Memory
        Where they are kept.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._trades: dict[int, LocalTrade] = {}
        self._known: dict[tuple[str, int], int] = {}

    def watch(self, trades: Iterable[LocalTrade]) -> None:
        """Know the open trades of this loop."""
        open_before, self._trades = self._trades, {trade.id: trade for trade in trades}
        if open_before.keys() - self._trades.keys():
            open_now = {ACCOUNT, *self._trades}
            self._known = {key: level for key, level in self._known.items() if key[1] in open_now}

    def get(self, rule: str, trade_id: int) -> int:
        """Return the level; 0 where the ladder has not moved yet."""
        level = self._known.get((rule, trade_id))
        if level is None:
            if trade_id == ACCOUNT:
                kept = number(self._memory.load(_key(rule)))
            else:
                kept = number(self._memory.recall(self._trades[trade_id], _key(rule)))
            level = self._known[rule, trade_id] = 0 if kept is None else int(kept)
        return level

    def set(self, rule: str, trade_id: int, level: int) -> None:
        """Keep the level."""
        if trade_id == ACCOUNT:
            self._memory.save(_key(rule), float(level))
        else:
            self._memory.remember(self._trades[trade_id], _key(rule), float(level))
        self._known[rule, trade_id] = level


def _key(rule: str) -> str:
    return f"level_{rule}"
