"""What freqtrade has to do about locks: of a pair, of a side, of all pairs."""

from collections.abc import Mapping
from typing import Any

from freqtrade.persistence import PairLocks

from freqtrade_riskguard.adapters.selftest import outcomes
from freqtrade_riskguard.adapters.selftest.entries import DENIED
from freqtrade_riskguard.adapters.selftest.scenario import Expectation, Scenario
from freqtrade_riskguard.adapters.selftest.script import Answer
from freqtrade_riskguard.adapters.selftest.venue import CANDLE

# As freqtrade calls it.
_ALL = "*"


def _lock(side: str, pair: str | None = None) -> Answer:
    def answer(_strategy: Any, own: Any, given: Mapping[str, Any]) -> Any:
        now = given["current_time"]
        where = pair or given["pair"]
        PairLocks.lock_pair(where, now + 3 * CANDLE, "self-test", now=now, side=side)
        return own

    return answer


def _expected(locked: str, *, no_entry: bool) -> tuple[Expectation, ...]:
    what = "keeps" if no_entry else "does not keep"
    return (
        Expectation(
            hook="bot_loop_start",
            expected=f"a lock of a pair ({locked}) that is made in it {what} out the entries "
            "(long) of the same loop",
            found=outcomes.no_entry if no_entry else outcomes.entry,
        ),
    )


def _locked(side: str) -> Scenario:
    """Return a scenario that locks its pair for a side (``*`` for both), and would go long."""
    return Scenario(
        answers={1: {"bot_loop_start": _lock(side)}},
        loops=1,
        expectations=_expected(side, no_entry=True),
    )


# The lock that keeps out nothing: for a scenario that goes on with the entry of a long.
SHORTS_LOCKED = {1: {"bot_loop_start": _lock("short")}}
LONG_ENTERED = _expected("short", no_entry=False)

SCENARIOS: tuple[Scenario, ...] = (
    _locked("*"),
    _locked("long"),
    Scenario(
        # Denied as long as nothing is locked.
        answers={1: DENIED, 2: {"bot_loop_start": _lock("long", _ALL)}},
        loops=3,
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="is_pair_locked",
                expected="a lock of all pairs for long keeps out longs",
                found=outcomes.no_entry,
            ),
        ),
    ),
    Scenario(
        answers={1: DENIED},
        side="short",
        loops=3,
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="is_pair_locked",
                expected="a lock of all pairs for long keeps out no shorts",
                found=outcomes.entry,
            ),
        ),
    ),
    Scenario(
        answers={1: DENIED, 2: DENIED, 3: {"bot_loop_start": _lock("*", _ALL)}},
        side="short",
        loops=3,
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="is_pair_locked",
                expected="a lock of all pairs keeps out everything",
                found=outcomes.no_entry,
            ),
        ),
    ),
)
