"""freqtrade's two engines, put together by their own constructors around the probe."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from freqtrade.enums import RunMode
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.persistence import LocalTrade, Trade, enable_database_use

from freqtrade_riskguard.adapters.selftest.check import BACKTEST, BOT
from freqtrade_riskguard.adapters.selftest.script import Answers
from freqtrade_riskguard.adapters.selftest.venue import (
    CANDLE,
    LONG_AGO,
    PRICE,
    Venue,
    candles,
    configuration,
)


class Engine(ABC):
    """What plays scenarios, each on a pair of its own.

    Parameters
    ----------
    answers : mapping
        What each scenario answers, by pair.
    shorts : collection of str
        The pairs to go short on.
    stops_on_exchange : bool
        Whether stop orders are placed.

    Attributes
    ----------
    name : str
        As a person calls it.
    strategy : IStrategy
        The probe, as freqtrade has loaded it.
    """

    name: str
    strategy: Any

    @abstractmethod
    def __init__(
        self, answers: Mapping[str, Answers], *, shorts: Collection[str], stops_on_exchange: bool
    ) -> None:
        """Put it together, up to the start."""

    @property
    @abstractmethod
    def protections(self) -> list[str]:
        """The names of the protections that it has loaded."""

    @abstractmethod
    def play(
        self, loops: Mapping[str, int], prices: Mapping[str, Mapping[int, float]]
    ) -> list[LocalTrade]:
        """Run some loops; return the trades, open and closed, as they are then.

        Parameters
        ----------
        loops : mapping
            By pair, for how many it takes part.
        prices : mapping
            By pair and loop, where a running bot is to see another one.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds."""


class BacktestEngine(Engine):
    """A backtest of a few candles, each of which reaches every price."""

    name = BACKTEST

    def __init__(
        self, answers: Mapping[str, Answers], *, shorts: Collection[str], stops_on_exchange: bool
    ) -> None:
        """Put it together, up to the start."""
        config = configuration(RunMode.BACKTEST, tuple(answers))
        config["order_types"]["stoploss_on_exchange"] = stops_on_exchange
        self._venue = Venue(config)
        self._backtesting = Backtesting(config, self._venue)
        self._candles = candles(LONG_AGO)
        # What it loads from disk for futures: the exchange in memory does not need it.
        self._backtesting.futures_data = dict.fromkeys(answers, self._candles.iloc[:0])
        self._backtesting.funding_fee_timeframe_secs = int(CANDLE.total_seconds())
        (self.strategy,) = self._backtesting.strategylist
        self.strategy.script.answers, self.strategy.script.shorts = answers, shorts
        self._backtesting._set_strategy(self.strategy)  # noqa: SLF001 - `start` reads from disk

    @property
    def protections(self) -> list[str]:
        """Those of the backtest."""
        return list(self._backtesting.protections.name_list)

    def play(
        self, loops: Mapping[str, int], prices: Mapping[str, Mapping[int, float]]
    ) -> list[LocalTrade]:
        """Run the backtest."""
        start = self._candles["date"].iloc[0].to_pydatetime()
        processed = {pair: self._candles.copy() for pair in self.strategy.script.answers}
        # One more candle: in its last one a backtest enters nothing, and closes what is open.
        self._backtesting.backtest(processed, start, start + (max(loops.values()) + 1) * CANDLE)
        return list(LocalTrade.bt_trades)

    def close(self) -> None:
        """Close the exchange."""
        self._venue.close()  # type: ignore[no-untyped-call]


class BotEngine(Engine):
    """A bot in dry-run, its database in memory."""

    name = BOT

    def __init__(
        self, answers: Mapping[str, Answers], *, shorts: Collection[str], stops_on_exchange: bool
    ) -> None:
        """Put it together, up to the start."""
        enable_database_use()
        config = configuration(RunMode.DRY_RUN, tuple(answers))
        config["order_types"]["stoploss_on_exchange"] = stops_on_exchange
        self._venue = Venue(config)
        self._pairs: list[str] = config["exchange"]["pair_whitelist"]
        with _exchange_is(self._venue):
            self._bot = _bot_module().FreqtradeBot(config)
        self.strategy = self._bot.strategy
        self.strategy.script.answers, self.strategy.script.shorts = answers, shorts

    @property
    def protections(self) -> list[str]:
        """Those that it has started with."""
        return list(self._bot.protections.name_list)

    def play(
        self, loops: Mapping[str, int], prices: Mapping[str, Mapping[int, float]]
    ) -> list[LocalTrade]:
        """Let the bot run its loop."""
        for loop in range(1, max(loops.values()) + 1):
            # What is over is not entered again: each entry costs time, and proves nothing more.
            self._pairs[:] = [pair for pair, last in loops.items() if loop <= last]
            for pair, by_loop in prices.items():
                self._venue.prices[pair] = by_loop.get(loop, PRICE)
            # Else it does so by the clock.
            self._bot.update_funding_fees()
            self._bot.process()
        return list(Trade.get_trades_proxy())

    def close(self) -> None:
        """End the bot."""
        self._bot.cleanup()


def _bot_module() -> Any:
    """Return the module of freqtrade's bot: late, since a backtest would load it for nothing."""
    return import_module("freqtrade.freqtradebot")


@contextmanager
def _exchange_is(venue: Venue) -> Iterator[None]:
    """Let freqtrade load this exchange instead of one that it would have to connect to."""

    class Resolver:
        @staticmethod
        def load_exchange(*_: Any, **__: Any) -> Venue:
            return venue

    module = _bot_module()
    before = module.ExchangeResolver
    module.ExchangeResolver = Resolver
    try:
        yield
    finally:
        module.ExchangeResolver = before
