"""Runs the self-test: freqtrade's own code calls the probe's hooks, and must do what they say."""

import logging
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from freqtrade_riskguard.adapters.selftest.check import THREAD, Check
from freqtrade_riskguard.adapters.selftest.engines import BacktestEngine, BotEngine, Engine
from freqtrade_riskguard.adapters.selftest.isolation import hushed, kept_state, uncollected
from freqtrade_riskguard.adapters.selftest.outcomes import Played
from freqtrade_riskguard.adapters.selftest.scenario import Scenario
from freqtrade_riskguard.adapters.selftest.scenarios import SCENARIOS

logger = logging.getLogger(__name__)


ENGINES: Mapping[str, type[Engine]] = {
    engine.name: engine for engine in (BacktestEngine, BotEngine)
}


def played(engines: Collection[str] = tuple(ENGINES)) -> list[Check]:
    """Play all scenarios of some engines in memory; nothing is left of it, and nothing logged.

    In a thread of its own: what belongs to a thread (event loop, database session) is never that
    of the bot.
    """
    with uncollected(), ThreadPoolExecutor(max_workers=1, thread_name_prefix=THREAD) as thread:
        chosen = [engine for name, engine in ENGINES.items() if name in engines]
        return thread.submit(lambda: list(_play_all(chosen))).result()


def _play_all(engines: Sequence[type[Engine]]) -> Iterator[Check]:
    for engine in engines:
        for stops_on_exchange in (False, True):
            chosen = [
                scenario
                for scenario in SCENARIOS
                if engine in scenario.engines and scenario.stops_on_exchange == stops_on_exchange
            ]
            if chosen:
                yield from _play(engine, chosen, stops_on_exchange=stops_on_exchange)


def _play(
    kind: type[Engine], scenarios: Sequence[Scenario], *, stops_on_exchange: bool
) -> Iterator[Check]:
    by_pair = {f"A{number}/USDT:USDT": item for number, item in enumerate(scenarios)}
    answers = {pair: scenario.answers for pair, scenario in by_pair.items()}
    shorts = [pair for pair, scenario in by_pair.items() if scenario.side == "short"]
    prices = {pair: scenario.prices for pair, scenario in by_pair.items()}
    with hushed() as heard, kept_state():
        try:
            with closing(
                kind(answers, shorts=shorts, stops_on_exchange=stops_on_exchange)
            ) as engine:
                loops = {pair: scenario.loops for pair, scenario in by_pair.items()}
                trades = sorted(engine.play(loops, prices), key=lambda trade: trade.id)
                for pair, scenario in by_pair.items():
                    own = [trade for trade in trades if trade.pair == pair]
                    yield from _judged(
                        scenario, Played(engine=engine, pair=pair, trades=own, every=trades)
                    )
        except Exception as error:
            logger.debug("RiskGuard: a self-test has failed", exc_info=True)
            yield Check(
                hook=kind.name,
                where="freqtrade",
                expected="it runs on an exchange in memory",
                found=_told(error, heard),
            )


def _judged(scenario: Scenario, outcome: Played) -> Iterator[Check]:
    for expectation in scenario.expectations:
        try:
            found = expectation.found(outcome)
        except LookupError as error:
            found = str(error)
        except Exception as error:  # noqa: BLE001 - whatever the guard's own code stumbles over
            found = f"{type(error).__name__}: {error}"
        misfit = outcome.strategy.script.misfits.get(expectation.hook)
        yield Check(
            hook=expectation.hook,
            where=outcome.engine.name,
            expected=expectation.expected,
            found=found if misfit is None else f"it is not given what it takes: {misfit}",
        )


def _told(error: Exception, heard: deque[str]) -> str:
    """Return an error in one line, with what freqtrade would have logged last."""
    logged = f" (logged: {heard[-1]})" if heard else ""
    return " ".join(f"{type(error).__name__}: {error}{logged}".split())
