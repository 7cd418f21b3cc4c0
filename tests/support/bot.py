"""A real ``FreqtradeBot`` in dry-run, with a real database and an exchange on loopback.

Its clock is ours: the same candles pass in seconds, and a loop falls where a test wants it.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import time_machine
from freqtrade import worker as freqtrade_worker
from freqtrade.enums import State
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.misc import deep_merge_dicts
from freqtrade.persistence import PairLocks, Trade
from freqtrade.persistence.custom_data import _CustomData
from freqtrade.persistence.key_value_store import _KeyValueStoreModel
from sqlalchemy import select

from freqtrade_riskguard.adapters.rehearsal.virtual_sleep import MovedWorker
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.clock import VirtualClock
from freqtrade_riskguard.risk import TierTable
from tests.support import whole_candles
from tests.support.freqtrade import MODERATE, Record, futures_config, read_journal, strategy_files

# freqtrade begins a loop this long after a candle has closed.
AFTER_CLOSE = timedelta(seconds=1)
CANDLE = timedelta(minutes=5)
# And one every so often, where nothing else is configured.
THROTTLE = timedelta(seconds=5)
_NEAR, _LARGE = 0.001, 0.02


class Bot:
    """Drives a bot through recorded candles, as a context manager.

    Leaving ends it in good order; :meth:`kill` does not.

    Parameters
    ----------
    folder : Path
        Its user directory, made where it is missing: a second bot there goes on where the first
        one ended.
    data : Path
        The data folder that the exchange serves.
    strategy : str
        Name of the class.
    start : datetime
        The clock at the beginning, UTC.
    stems : sequence of str
        Which files of ``tests/support/strategies`` it needs.
    riskguard : mapping or None
        The ``riskguard`` block; its journal file is added. None for no such block.
    config : mapping, optional
        Further settings, laid on top.
    db_url : str, optional
        Its database; an SQLite file in the folder where left out.
    spread_ticks : int
        Of the exchange's order book.
    venue : str
        As what the exchange speaks.
    tiers : mapping, optional
        Its leverage tiers by pair.
    """

    def __init__(
        self,
        folder: Path,
        data: Path,
        strategy: str,
        *,
        start: datetime,
        stems: Sequence[str] = (),
        riskguard: Mapping[str, Any] | None = MODERATE,
        config: Mapping[str, Any] | None = None,
        db_url: str | None = None,
        spread_ticks: int = 0,
        venue: str = "binance",
        tiers: Mapping[str, TierTable] | None = None,
    ) -> None:
        self.folder = folder
        self.clock = VirtualClock(start)
        self.exchange = ReplayExchange(
            data, now_ms=self.clock, spread_ticks=spread_ticks, exchange=venue, tiers=tiers
        )
        self.loops = 0
        self._known: dict[str, pd.DataFrame] = {}
        self._data, self._strategy = data, strategy
        self._stems, self._riskguard, self._config = stems, riskguard, config or {}
        self._db_url = db_url or f"sqlite:///{folder / 'trades.sqlite'}"
        self._opened = ExitStack()
        self._state: State | None = None
        self._worker: MovedWorker | None = None

    def __enter__(self) -> Self:
        """Open the exchange and build the bot."""
        with ExitStack() as opened:
            # One that is open already outlives the bot, or serves it from another process.
            if not self.exchange.pairs:
                opened.enter_context(self.exchange)
            opened.enter_context(whole_candles.left_alone())
            self._traveller = opened.enter_context(time_machine.travel(self.clock.time, tick=False))
            # The one wait that is not the worker's own.
            retry_seconds = freqtrade_worker.RETRY_TIMEOUT
            opened.callback(setattr, freqtrade_worker, "RETRY_TIMEOUT", retry_seconds)
            freqtrade_worker.RETRY_TIMEOUT = 0
            self.configure()
            self.start()
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the bot as Ctrl-C does, and close the exchange."""
        with self._opened:
            self.stop()

    @property
    def bot(self) -> FreqtradeBot:
        """freqtrade's own object."""
        assert self._worker is not None, "the bot is stopped"
        return self._worker.freqtrade

    @property
    def trades(self) -> tuple[Record, ...]:
        """All trades so far, oldest first, with the names of a backtest's result."""
        found = [trade.to_json() for trade in Trade.session.scalars(Trade.get_trades_query())]
        for trade in found:
            for order in trade["orders"]:
                # Drawn at random.
                del order["order_id"]
        return tuple(found)

    @property
    def locks(self) -> tuple[Record, ...]:
        """All locks of the guard so far, oldest first."""
        # Beside them freqtrade keeps one after each close of a trade, until the next candle.
        given = (lock.to_json() for lock in PairLocks.get_all_locks())
        return tuple(lock for lock in given if lock["reason"] != "Auto lock")

    @property
    def kept(self) -> dict[str, Any]:
        """What the guard has kept in the database: of the account, and by trade."""
        account = Trade.session.scalars(select(_KeyValueStoreModel))
        of_trades = Trade.session.scalars(select(_CustomData))
        return {
            **{row.key: row.string_value or row.float_value for row in account},
            **{f"{row.ft_trade_id} {row.cd_key}": row.cd_value for row in of_trades},
        }

    @property
    def journal(self) -> tuple[Record, ...]:
        """What the guard has written so far."""
        return read_journal(self.folder)

    def configure(self, **riskguard: Any) -> None:
        """Write the configuration, with changes to the ``riskguard`` block, for the next start."""
        (self.folder / "strategies").mkdir(parents=True, exist_ok=True)
        for name, source in strategy_files(*self._stems).items():
            (self.folder / "strategies" / name).write_text(source, encoding="utf-8")
        settings = {
            **futures_config(self.exchange),
            "initial_state": "running",
            # The history of each pair is asked for once a candle; nothing else is wanted here.
            "internals": {"heartbeat_interval": 0},
        }
        deep_merge_dicts(deepcopy(dict(self._config)), settings)
        if self._riskguard is not None:
            journal = {"journal_file": str(self.folder / "journal.jsonl")}
            settings["riskguard"] = {**journal, **self._riskguard, **riskguard}
        (self.folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")

    def start(self) -> None:
        """Build the bot, as a start of the process does."""
        self._worker = MovedWorker(
            {
                "config": [str(self.folder / "config.json")],
                "user_data_dir": str(self.folder),
                "datadir": str(self._data),
                "strategy": self._strategy,
                "db_url": self._db_url,
            }
        )
        self._state = None

    def stop(self) -> None:
        """End the bot in good order."""
        if self._worker is not None:
            self._worker.exit()
            self._worker = None
            Trade.session.remove()

    def kill(self) -> None:
        """Let go of the bot in the middle of what it was doing: what is not committed is lost."""
        bot = self.bot
        Trade.session.rollback()
        Trade.session.remove()
        bot.rpc.cleanup()
        bot.exchange.close()
        self._worker = None

    def restart(self) -> None:
        """End the bot and build it again on the same database."""
        self.stop()
        self.start()

    def loop(self, time: datetime) -> None:
        """Move clock and recording to ``time`` and let the bot do what it does in one loop."""
        assert self._worker is not None, "the bot is stopped"
        self.clock.move_to(time)
        self._traveller.move_to(time, tick=False)
        self.loops += 1
        self._state = self._worker._worker(self._state)
        if self._state == State.RELOAD_CONFIG:
            self._worker._reconfigure()

    def run(self, until: datetime) -> Iterator[datetime]:
        """Loop from here on as the bot would by itself; yield the times.

        Nothing but the price changes within a candle, so the driver skips the loops in which it
        stays well away from the stops of all open trades.
        """
        into = (self.clock.time - datetime.min.replace(tzinfo=UTC)) % CANDLE
        begin = self.clock.time + (CANDLE - into if into else timedelta(0))
        while begin < until:
            self.loop(begin + AFTER_CLOSE)
            yield begin + AFTER_CLOSE
            step = AFTER_CLOSE + THROTTLE
            while self._is_eventful(begin) and step < CANDLE:
                self.loop(begin + step)
                yield begin + step
                step += THROTTLE
            begin += CANDLE

    def _is_eventful(self, begin: datetime) -> bool:
        """Whether the candle that begins then comes near a stop, or is a large one."""
        if self._worker is None:
            return False
        for trade in Trade.get_open_trades():
            candle = self._candles(trade.pair).loc[begin]
            worst = candle["high"] if trade.is_short else candle["low"]
            side = -1 if trade.is_short else 1
            is_near = side * (worst - trade.stop_loss) < _NEAR * worst
            if is_near or side * (candle["open"] - worst) > _LARGE * worst:
                return True
        return False

    def _candles(self, pair: str) -> pd.DataFrame:
        if pair not in self._known:
            name = pair.replace("/", "_").replace(":", "_")
            path = self._data / "futures" / f"{name}-5m-futures.feather"
            self._known[pair] = pd.read_feather(path).set_index("date")
        return self._known[pair]

    def copy_to(self, folder: Path) -> None:
        """Copy what a machine that dies here leaves behind."""
        shutil.copytree(self.folder, folder)
