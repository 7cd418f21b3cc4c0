"""State that survives a restart: a few figures of the account, and of each trade."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from freqtrade.persistence import KeyValueStore, LocalTrade, Trade
from freqtrade.persistence.custom_data import _CustomData
from sqlalchemy import select

from freqtrade_riskguard.adapters.persistence.transactions import WriteQueue

Value = float | str
_PREFIX = "riskguard_"
_NOTHING = ""
# Databases limit how many parameters a question may have.
_AT_ONCE = 1_000


class StateStore(Protocol):
    """Figures by name, of the account and of single trades; None where there is none."""

    def get(self, key: str) -> Value | None:
        """Return a figure of the account."""

    def set(self, key: str, value: Value) -> None:
        """Keep a figure of the account."""

    def set_later(self, key: str, write: Callable[[], Value]) -> None:
        """Keep a figure of the account that costs time to write; at the latest when it is read.

        What it is written from must not change any more.
        """

    def get_for_trade(self, trade: LocalTrade, key: str) -> Value | None:
        """Return a figure of a trade."""

    def set_for_trade(self, trade: LocalTrade, key: str, value: Value) -> None:
        """Keep a figure of a trade."""

    def get_for_closed(self, trade_ids: Sequence[int], key: str) -> dict[int, str]:
        """Return the texts that were kept of trades that are over, by trade."""

    def forget(self, trade_id: int) -> None:
        """Hold nothing of a trade in this process any more."""

    def attempt(self, write: Callable[[], None]) -> bool:
        """Write something else to the same database; return False where it refuses that."""

    def flush(self) -> None:
        """Try again to write what could not be written."""

    def is_written(self) -> bool:
        """Return whether all that was kept is where a restart finds it."""


class InMemoryStore:
    """Lasts as long as its backtest."""

    def __init__(self) -> None:
        self._account: dict[str, Value] = {}
        # Each goes as soon as its figure is read, or saved anew.
        self._later: dict[str, Callable[[], Value]] = {}
        self._trades: dict[int, dict[str, Value]] = {}

    def get(self, key: str) -> Value | None:
        """Return a figure of the account."""
        if key in self._later:
            self._account[key] = self._later.pop(key)()
        return self._account.get(key)

    def set(self, key: str, value: Value) -> None:
        """Keep a figure of the account."""
        self._later.pop(key, None)
        self._account[key] = value

    def set_later(self, key: str, write: Callable[[], Value]) -> None:
        """Keep a figure of the account, written where somebody reads it: seldom in a backtest."""
        self._later[key] = write

    def get_for_trade(self, trade: LocalTrade, key: str) -> Value | None:
        """Return a figure of a trade."""
        return self._trades.get(trade.id, {}).get(key)

    def set_for_trade(self, trade: LocalTrade, key: str, value: Value) -> None:
        """Keep a figure of a trade."""
        self._trades.setdefault(trade.id, {})[key] = value

    def get_for_closed(self, trade_ids: Sequence[int], key: str) -> dict[int, str]:
        """Return the texts that were kept of trades that are over, by trade."""
        found = {number: self._trades.get(number, {}).get(key) for number in trade_ids}
        return {number: text for number, text in found.items() if isinstance(text, str)}

    def forget(self, trade_id: int) -> None:
        """Forget a trade."""
        self._trades.pop(trade_id, None)

    def attempt(self, write: Callable[[], None]) -> bool:
        """Write something else."""
        write()
        return True

    def flush(self) -> None:
        """Do nothing: memory refuses no write."""

    def is_written(self) -> bool:
        """Return True."""
        return True


class DatabaseStore(InMemoryStore):
    """Lasts as long as the bot's database; each figure is read from there once.

    What the database refuses holds in this process at once, and is written as soon as it can be.
    """

    def __init__(self) -> None:
        super().__init__()
        self._queue = WriteQueue()

    def get(self, key: str) -> Value | None:
        """Return a figure of the account."""
        if key not in self._account:
            found = KeyValueStore.get_value(_PREFIX + key)  # type: ignore[arg-type]
            # What is not there is remembered too: this is asked in every loop.
            self._account[key] = found if isinstance(found, int | float | str) else _NOTHING
        value = self._account[key]
        return None if value == _NOTHING else value

    def set(self, key: str, value: Value) -> None:
        """Keep a figure of the account."""
        if self._account.get(key) != value:
            write = partial(KeyValueStore.store_value, _PREFIX + key, value)  # type: ignore[arg-type]
            self._queue.write(key, write)
            super().set(key, value)

    def set_later(self, key: str, write: Callable[[], Value]) -> None:
        """Keep a figure of the account, at once: the bot may die at any moment."""
        self.set(key, write())

    def get_for_trade(self, trade: LocalTrade, key: str) -> Value | None:
        """Return a figure of a trade."""
        known = self._trades.setdefault(trade.id, {})
        if key not in known and Trade.use_db:
            value = trade.get_custom_data(_PREFIX + key)
            known[key] = value if isinstance(value, int | float | str) else _NOTHING
        value = known.get(key, _NOTHING)
        return None if value == _NOTHING else value

    def set_for_trade(self, trade: LocalTrade, key: str, value: Value) -> None:
        """Keep a figure of a trade."""
        known = self._trades.setdefault(trade.id, {})
        if known.get(key) != value:
            if Trade.use_db:
                write = partial(trade.set_custom_data, _PREFIX + key, value)
                self._queue.write((trade.id, key), write)
            known[key] = value

    def get_for_closed(self, trade_ids: Sequence[int], key: str) -> dict[int, str]:
        """Return the texts that were kept of trades that are over: thousands in one look each."""
        found = super().get_for_closed(trade_ids, key)
        if not Trade.use_db:
            return found
        for start in range(0, len(trade_ids), _AT_ONCE):
            wanted = select(_CustomData.ft_trade_id, _CustomData.cd_value).where(
                _CustomData.ft_trade_id.in_(trade_ids[start : start + _AT_ONCE]),
                _CustomData.cd_key == _PREFIX + key,
            )
            for number, text in _CustomData.session.execute(wanted):
                found[number] = text
        return found

    def attempt(self, write: Callable[[], None]) -> bool:
        """Write something else, with what fails told as for figures."""
        return self._queue.attempt(write)

    def flush(self) -> None:
        """Try again to write what could not be written."""
        self._queue.flush()

    def is_written(self) -> bool:
        """Return whether the database has taken all."""
        return not self._queue.is_waiting


def number(value: Value | None) -> float | None:
    """Return a figure as a number; None where there is none."""
    return None if value is None or isinstance(value, str) else float(value)
