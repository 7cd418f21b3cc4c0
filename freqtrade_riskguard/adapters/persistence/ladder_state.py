"""Where each ladder stands, for each trade and for the account; survives a restart."""

from collections.abc import Iterable

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.engine.required_actions import ACCOUNT


class LadderState:
    """The ladders' levels.

    Where a rule only observes, its level is another one: what was never cut or locked does not
    count as done once the rule enforces.

    Parameters
    ----------
    memory : StateStore
        Where they are kept.
    """

    def __init__(self, memory: StateStore) -> None:
        self._memory = memory
        self._trades: dict[int, LocalTrade] = {}
        self._known: dict[tuple[str, int, bool], int] = {}

    def watch(self, trades: Iterable[LocalTrade]) -> None:
        """Know the open trades of this loop."""
        open_before, self._trades = self._trades, {trade.id: trade for trade in trades}
        if open_before.keys() - self._trades.keys():
            open_now = {ACCOUNT, *self._trades}
            self._known = {key: level for key, level in self._known.items() if key[1] in open_now}

    def get(self, rule: str, trade_id: int, enforced: bool) -> int:  # noqa: FBT001 - a mode
        """Return the level; 0 where the ladder has not moved yet."""
        level = self._known.get((rule, trade_id, enforced))
        if level is None:
            key = _key(rule, enforced=enforced)
            if trade_id == ACCOUNT:
                kept = number(self._memory.get(key))
            else:
                kept = number(self._memory.get_for_trade(self._trades[trade_id], key))
            level = self._known[rule, trade_id, enforced] = 0 if kept is None else int(kept)
        return level

    def assume(self, rule: str, trade_id: int, level: int, *, enforced: bool) -> None:
        """Take the level for given from now on; :meth:`set` must follow."""
        self._known[rule, trade_id, enforced] = level

    def set(self, rule: str, trade_id: int, level: int, *, enforced: bool) -> None:
        """Keep the level."""
        key = _key(rule, enforced=enforced)
        if trade_id == ACCOUNT:
            self._memory.set(key, float(level))
        else:
            self._memory.set_for_trade(self._trades[trade_id], key, float(level))
        self._known[rule, trade_id, enforced] = level


def _key(rule: str, *, enforced: bool) -> str:
    return f"level_{rule}" if enforced else f"seen_{rule}"
