"""What an answer has to bring about: a few loops on a pair of their own, and what is expected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.adapters.selftest.engines import BacktestEngine, BotEngine, Engine
from freqtrade_riskguard.adapters.selftest.outcomes import Played
from freqtrade_riskguard.adapters.selftest.script import Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a hook's answer has to bring about.

    Attributes
    ----------
    hook : str
        Its name in freqtrade.
    expected : str
        In words.
    found : callable
        Returns in words what happened instead, or None where it is as expected.
    """

    hook: str
    expected: str
    found: Callable[[Played], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A few loops of a bot, or candles of a backtest, on a pair of its own.

    The probe enters in the first loop with :data:`LEVERAGE` and :data:`STAKE_QUOTE`, and holds.

    Attributes
    ----------
    answers : mapping
        Other answers than these.
    side : str
        Where the probe goes.
    loops : int
        How many it takes. A running bot enters nothing for it after them; in a backtest all go on
        as long as the longest.
    prices : mapping
        The market's price by loop, where a running bot is to see another one.
    engines : tuple of type
        Who plays it.
    stops_on_exchange : bool
        Whether stop orders are placed. Nothing closes there, so that it is also the place for locks
        of all pairs: neither do they keep out what others want, nor do protections lock.
    """

    expectations: tuple[Expectation, ...]
    answers: Answers = field(default_factory=dict)
    side: str = "long"
    loops: int = 2
    prices: Mapping[int, float] = field(default_factory=dict)
    engines: tuple[type[Engine], ...] = (BacktestEngine, BotEngine)
    stops_on_exchange: bool = False
