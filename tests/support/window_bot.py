"""A live bot that only looks where it could act, with its candles from memory."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from freqtrade.enums import CandleType
from freqtrade.persistence import Trade

from tests.support.bot import AFTER_CLOSE, THROTTLE
from tests.support.live_bot import MINUTE, LiveBot
from tests.support.recorded_candles import Key, RecordedCandles

# Of a candle's price: less does not matter to a position, and beyond the other every minute counts.
_MOVE, _FAR = 0.005, 0.02
# The mark, which stops go by, is not the price of trades.
_NEAR = 0.003
# A stop is placed a loop after its entry, and it may take another to know of a fill.
_LOOPS_AFTER_ORDERS = 3


class WindowBot(LiveBot):
    """A bot whose candles come from memory, and which knows when nothing can happen.

    Parameters
    ----------
    recorded
        Its candles, as `read_candles` reads them.
    timeframe
        Of its strategy.
    every_candle
        Whether it looks after each candle while something is open.
    """

    def __init__(
        self,
        *args: Any,
        recorded: Mapping[Key, pd.DataFrame],
        timeframe: str,
        every_candle: bool = False,
        **how: Any,
    ) -> None:
        markets = {"exchange": {"markets_refresh_interval": 1440}}
        config = {"timeframe": timeframe, **markets, **how.pop("config", {})}
        super().__init__(*args, config=config, **how)
        self._recorded, self._every_candle = recorded, every_candle
        self.length = pd.Timedelta(timeframe).to_pytimedelta()
        self._candle_frames = {
            pair: frame.set_index("date")
            for (pair, known, kind), frame in recorded.items()
            if known == timeframe and kind is CandleType.FUTURES
        }
        self._entries: frozenset[datetime] = frozenset()
        self._exits: Mapping[tuple[str, bool], frozenset[datetime]] = {}
        # After the last look.
        self._fills = 0
        self._open: frozenset[tuple[str, bool]] = frozenset()

    def start(self) -> None:
        """Build the bot, and see when its strategy will want to enter and to get out."""
        super().start()
        RecordedCandles(self.bot.exchange, self._recorded)
        self._note_signals()

    def candles(self, until: datetime) -> Iterator[datetime]:
        """Loop until then; yield the beginning of each candle that mattered, after its loops."""
        begin = self.clock.time
        while begin < until:
            # Waiting for answers may have taken longer.
            self.clock.move_to(max(begin, self.clock.time))
            if self._matters(begin):
                self._loops_of(begin + AFTER_CLOSE)
                yield begin
                self._loops_within(begin)
            begin += self.length

    def _note_signals(self) -> None:
        strategy: Any = self.bot.strategy
        entries: set[datetime] = set()
        exits = {}
        for pair, candles in self._candle_frames.items():
            frame, about = candles.reset_index(), {"pair": pair}
            for populate in (
                strategy.populate_indicators,
                strategy.populate_entry_trend,
                strategy.populate_exit_trend,
            ):
                frame = populate(frame, about)
            for side in ("long", "short"):
                entries |= self._ends(frame, f"enter_{side}")
                exits[pair, side == "short"] = self._ends(frame, f"exit_{side}")
        self._entries, self._exits = frozenset(entries), exits

    def _ends(self, frame: pd.DataFrame, signal: str) -> frozenset[datetime]:
        times = frame["date"][frame[signal].eq(1)] + self.length
        return frozenset(times.dt.to_pydatetime())

    def _matters(self, begin: datetime) -> bool:
        """Whether the bot could act when the candle begins."""
        if begin.time() == datetime.min.time() or begin in self._entries or not self.loops:
            return True
        with self.exchange.account.now() as engine:
            held = len(engine.positions())
            waits = engine.open_orders() or (engine.open_conditionals() and not held)
        if self._has_filled() or waits or held != len(self._open):
            return True
        before = begin - self.length
        return bool(self._open) and (
            self._every_candle
            or begin.minute == 0
            or any(begin in self._exits[trade] for trade in self._open)
            or any(max(self._moves(pair, before)) > _MOVE for pair, _ in self._open)
        )

    def _moves(self, pair: str, begin: datetime) -> tuple[float, float]:
        """Return how far the price of a candle falls and climbs, fractions of where it begins."""
        candle = self._candle_frames[pair].loc[begin]
        return 1 - candle["low"] / candle["open"], candle["high"] / candle["open"] - 1

    def _loops_of(self, time: datetime) -> None:
        """Look, and again some seconds after orders."""
        for _ in range(1 + _LOOPS_AFTER_ORDERS):
            orders = self._order_count()
            self.loop(max(time, self.clock.time))
            if self._order_count() == orders:
                break
            time += THROTTLE
        self._note_open()

    def _loops_within(self, begin: datetime) -> None:
        """Look soon after fills, and each minute where the candle goes far against a position."""
        is_far = any(self._moves(pair, begin)[is_short] > _FAR for pair, is_short in self._open)
        if not is_far and not self._comes_near_a_stop(begin):
            return
        looked, end = self.clock.time, begin + self.length
        while self._open and (time := self.clock.time + THROTTLE) < end:
            self.clock.move_to(time)
            if self._has_filled() or (is_far and time - looked >= MINUTE):
                self._loops_of(time)
                looked = self.clock.time

    def _comes_near_a_stop(self, begin: datetime) -> bool:
        for pair, _ in self._open:
            candle = self._candle_frames[pair].loc[begin]
            for stop in self.stops(pair):
                low, high = candle["low"] * (1 - _NEAR), candle["high"] * (1 + _NEAR)
                if low < stop.trigger_price < high:
                    return True
        return False

    def _has_filled(self) -> bool:
        with self.exchange.account.now() as engine:
            return len(engine.fills()) != self._fills

    def _note_open(self) -> None:
        trades = Trade.get_open_trades()
        self._open = frozenset((trade.pair, trade.is_short) for trade in trades)
        with self.exchange.account.now() as engine:
            self._fills = len(engine.fills())

    def _order_count(self) -> int:
        with self.exchange.account.now() as engine:
            return len(engine.orders()) + len(engine.conditionals())
