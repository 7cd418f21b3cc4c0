"""Random histories of a bot that trades: entries, faults of the exchange, kills and restarts.

A history is the real bot on the simulated exchange for two hours, in loops of a minute. Its seed
says all that happens to it. After each loop the exchange's own books are held against what must
hold whatever happens; what does not is a violation.

    python -m tests.support.live_histories 200 --seed 1
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ccxt
from freqtrade.exceptions import FreqtradeException

from freqtrade_riskguard.replay.account_books import symbol_of
from freqtrade_riskguard.replay.matching import Side
from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from tests.support.live_bot import LIVE, MINUTE
from tests.support.live_invariants import Invariants, Violation
from tests.support.live_scenes import LISTENING, RISKGUARD
from tests.support.mortal_bot import KilledError, MortalBot, ProcessBot
from tests.support.scripted import BTC, ETH

PAIRS = (BTC, ETH)
MINUTES = 120
CANDLE_MINUTES = 5
_FIRST_DAY, _DAYS = datetime(2024, 1, 1, tzinfo=UTC), 8
# The guard knows the market after three days; a history ends before the data do.
_WARM_DAYS = 4
_FUNDING_HOURS = 8
_ORDER, _ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
_ENTRY_SHARE, _EXIT_SHARE = 0.4, 0.1
_FAULT_SHARE, _KILL_SHARE, _RESTART_SHARE = 0.15, 0.03, 0.01
# A person closes what no trade knows this long after it was first there.
_BY_HAND_MINUTES = 12
# A request that a kill waits for may never come.
_KILL_LOOPS = 8
# One each half minute: faults of ten minutes may follow one another.
_MOST_STARTS = 60


@dataclass(frozen=True)
class Script:
    """What happens in a history, by the minute, and how its bot is set up."""

    seed: int
    start: datetime
    minutes: int
    plan: list[dict[str, Any]]
    faults: dict[int, dict[str, Any]]
    # How many changing requests come before the end, and whether the last is carried out.
    kills: dict[int, tuple[int, bool]]
    restarts: frozenset[int]
    limit_entries: bool
    orphans: str


@dataclass
class History:
    """What a history was."""

    seed: int
    loops: int = 0
    entries: int = 0
    kills: int = 0
    restarts: int = 0
    stopped: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)


def market(folder: Path) -> Path:
    """Write days of two pairs that go up and down by some percent within hours."""
    drawn = random.Random(7)  # noqa: S311 - no secret
    level, levels = 1.0, [(0.0, 1.0)]
    for step in range(1, _DAYS * 16):
        level *= 1.0 + drawn.choice((-0.04, -0.02, -0.005, 0.005, 0.02, 0.04))
        levels.append((step / 16, level))
    waves = replace(
        SCENARIOS["calm_trend"],
        levels=tuple(levels),
        turbulence=((0.0, 1.0),),
        funding_extra_8h=((0.0, 0.0005),),
        days=_DAYS,
        pairs=SCENARIOS["calm_trend"].pairs[:2],
    )
    return write(waves, folder)


def history_script(seed: int, minutes: int = MINUTES) -> Script:
    """Draw a history; a shorter one is the beginning of a longer."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    candles = (_DAYS - _WARM_DAYS) * 1440 // CANDLE_MINUTES - MINUTES // CANDLE_MINUTES - 1
    start = _FIRST_DAY + timedelta(days=_WARM_DAYS)
    start += timedelta(minutes=CANDLE_MINUTES * drawn.randrange(candles))
    if drawn.random() < 1 / 3:
        # One with a settlement of funding.
        hours = _FUNDING_HOURS * drawn.randrange(1, 10)
        start = _FIRST_DAY + timedelta(days=_WARM_DAYS, hours=hours, minutes=-60)
    limit_entries, orphans = drawn.random() < 1 / 2, drawn.choice(("alarm", "close"))
    plan: list[dict[str, Any]] = []
    faults: dict[int, dict[str, Any]] = {}
    kills: dict[int, tuple[int, bool]] = {}
    restarts = set()
    for minute in range(CANDLE_MINUTES, minutes):
        time = start + minute * MINUTE
        for pair in PAIRS if minute % CANDLE_MINUTES == 0 else ():
            step: dict[str, Any] = {"pair": pair, "time": time.isoformat()}
            chance, side = drawn.random(), drawn.choice(("long", "short"))
            leverage = drawn.choice((2, 3, 5, 8))
            if chance < _ENTRY_SHARE:
                plan.append({**step, "side": side, "leverage": leverage})
            elif chance < _ENTRY_SHARE + _EXIT_SHARE:
                plan.append({**step, "exit": True})
        rule, chance = _fault(drawn, time), drawn.random()
        kill = drawn.randrange(3), drawn.random() < 1 / 2
        if chance < _FAULT_SHARE:
            faults[minute] = rule
        elif chance < _FAULT_SHARE + _KILL_SHARE:
            kills[minute] = kill
        elif chance < _FAULT_SHARE + _KILL_SHARE + _RESTART_SHARE:
            restarts.add(minute)
    return Script(
        seed, start, minutes, plan, faults, kills, frozenset(restarts), limit_entries, orphans
    )


def _fault(drawn: random.Random, now: datetime) -> dict[str, Any]:
    """Draw something that goes wrong for some minutes at most."""
    until = now + timedelta(minutes=drawn.choice((2, 5, 10)))
    times, method = drawn.choice((1, 1, 2)), drawn.choice(("POST", "DELETE", "GET"))
    symbol = symbol_of(drawn.choice(PAIRS))
    asked = f"/fapi/v1/{drawn.choice(('openAlgoOrders', 'allOrders', 'userTrades', 'income'))}"
    change = drawn.choice((-0.08, -0.04, -0.02, 0.02, 0.04, 0.08))
    rules: Sequence[dict[str, Any]] = (
        {"what": "refuse_stops"},
        {"what": "lose_answer", "path": _ORDER, "method": "POST", "times": times},
        {"what": "lose_answer", "path": _ALGO, "method": method, "times": times},
        {"what": "lose_answer", "path": "/fapi/*", "code": None, "times": 2 * times},
        {"what": "refuse", "path": _ALGO, "method": method, "code": -1001, "status": 503},
        {"what": "refuse", "path": "/fapi/v3/*", "code": -1001, "status": 503},
        {"what": "refuse", "path": asked, "method": "GET", "code": -1001, "status": 503},
        {"what": "time_out", "path": "/fapi/*", "seconds": 0.02, "times": 2 * times},
        {"what": "go_away", "path": "/fapi/*", "times": 2 * times},
        {"what": "rate_limit", "path": "/fapi/*", "times": 2 * times},
        {"what": "partial_fill", "share": drawn.choice((0.02, 0.3, 0.7)), "times": times},
        {"what": "forget_order", "symbol": symbol, "times": times},
        {"what": "cancel_order", "stops": drawn.random() < 2 / 3, "times": 1},
        {"what": "price_jump", "symbol": symbol, "change": change},
        {"what": "mark_differs", "symbol": symbol, "change": change / 8},
        {"what": "liquidate_first"},
    )
    return {**drawn.choice(rules), "since": now, "until": until}


class _Driver:
    """Lets a script happen to a bot."""

    def __init__(self, live: MortalBot, script: Script) -> None:
        self.live, self.script = live, script
        self.history = History(script.seed)
        self.invariants = Invariants(
            live,
            PAIRS,
            closes_orphans=script.orphans == "close",
            guard_equity=lambda: live.guard_equity_quote,
        )
        self._kill_until = 0

    def run(self) -> History:
        """Play it to its end."""
        for minute in range(1, self.script.minutes + 1):
            self._begin(minute)
            if not self._is_quiet(minute):
                self._loop(minute)
        for rule in self.live.faults.listed():
            self.history.faults[rule["what"]] += 1
            self.history.hits[rule["what"]] += rule["hits"]
        self.history.entries = self.invariants.entries
        self.history.violations = self.invariants.violations
        return self.history

    def _begin(self, minute: int) -> None:
        if minute in self.script.faults:
            self.live.faults.add(self.script.faults[minute])
        if minute in self.script.kills:
            self.live.dies_at = self.script.kills[minute]
            self._kill_until = minute + _KILL_LOOPS
        if minute in self.script.restarts:
            self.history.restarts += 1
            self._start(self.live.stop)

    def _is_quiet(self, minute: int) -> bool:
        """Whether nothing can happen before the next candle."""
        return minute % CANDLE_MINUTES > 1 and self.invariants.is_flat

    def _loop(self, minute: int) -> None:
        live = self.live
        # Waiting for answers may have taken longer.
        time = max(live.clock.time, self.script.start + minute * MINUTE)
        self.invariants.begin_loop()
        self.history.loops += 1
        try:
            live.loop(time)
        except KilledError:
            self._killed()
        else:
            if live.dies_at is not None and minute >= self._kill_until:
                self._killed()
        if live.is_stopped_by_freqtrade:
            # What freqtrade can't go on from; a person starts it again.
            self.history.stopped += 1
            self._start(live.stop)
        self.invariants.end_loop()
        for pair in self.invariants.orphaned_for(_BY_HAND_MINUTES):
            self._close_by_hand(pair)

    def _killed(self) -> None:
        self.live.dies_at = None
        self.history.kills += 1
        self._start(self.live.kill)

    def _start(self, end: Callable[[], None]) -> None:
        """End the bot and start it until it starts, as the supervisor of a service does."""
        end()
        for _ in range(_MOST_STARTS):
            with suppress(FreqtradeException, ccxt.BaseError):
                self.live.start()
                self.invariants.note_start()
                return
            self.live._sleep(30)
        message = f"seed {self.script.seed}: the bot does not start again"
        raise RuntimeError(message)

    def _close_by_hand(self, pair: str) -> None:
        """Close a position as a person does on the exchange's page."""
        with self.live.exchange.account.now() as engine:
            symbol = symbol_of(pair)
            amount_base = self.live.positions[pair].amount_base
            side = Side.SELL if amount_base > 0 else Side.BUY
            engine.place_order(symbol, side, abs(amount_base), reduce_only=True)


def play(drawn: Script, folder: Path, data: Path, *, bot: type[MortalBot] = MortalBot) -> History:
    """Let a history happen.

    Parameters
    ----------
    folder : Path
        Of the bot; may not exist yet.
    data : Path
        As `market` writes it.
    bot : type
        `ProcessBot` for one that dies by SIGKILL.
    """
    orders = {**LIVE["order_types"], "entry": "limit" if drawn.limit_entries else "market"}
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    with bot(
        folder,
        data,
        "Planned",
        start=drawn.start,
        stems=("planned",),
        riskguard={**RISKGUARD, "orphans": drawn.orphans},
        config={
            "plan": drawn.plan,
            "max_open_trades": 4,
            "order_types": orders,
            "entry_pricing": pricing,
            "exit_pricing": pricing,
            **LISTENING,
        },
    ) as live:
        return _Driver(live, drawn).run()


def histories(scripts: Iterable[Script], *, bot: type[MortalBot] = MortalBot) -> Iterator[History]:
    """Play histories, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = market(folder / "data")
        for drawn in scripts:
            yield play(drawn, folder / "bot", data, bot=bot)
            shutil.rmtree(folder / "bot")


def main(arguments: Sequence[str]) -> int:
    """Play as many as asked for, and print what they were."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="how many histories")
    parser.add_argument("--seed", type=int, default=1, help="of the first; the next has one more")
    parser.add_argument("--sigkill", action="store_true", help="each bot is a process of its own")
    asked = parser.parse_args(arguments)
    bot = ProcessBot if asked.sigkill else MortalBot
    total = History(asked.seed)
    seeds = range(asked.seed, asked.seed + asked.count)
    for done in histories((history_script(seed) for seed in seeds), bot=bot):
        for name in ("loops", "entries", "kills", "restarts", "stopped"):
            setattr(total, name, getattr(total, name) + getattr(done, name))
        total.faults += done.faults
        total.hits += done.hits
        total.violations += done.violations
        print(  # noqa: T201
            f"seed {done.seed}: {done.loops} loops, {done.entries} entries, {done.kills} kills, "
            f"{done.restarts} restarts, {sum(done.hits.values())} hits of faults",
            flush=True,
        )
        for violation in done.violations:
            print(f"  {violation}", flush=True)  # noqa: T201
    print(  # noqa: T201
        f"{asked.count} histories, {total.loops} loops, {total.entries} entries, {total.kills} "
        f"kills, {total.restarts} restarts, {total.stopped} times stopped by freqtrade"
    )
    for what, number in sorted(total.faults.items()):
        print(f"  {what}: {number}, hits {total.hits[what]}")  # noqa: T201
    print(f"{len(total.violations)} violations")  # noqa: T201
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
