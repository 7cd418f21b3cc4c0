"""Failures of the exchange that are switched on while it runs."""

from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Lock
from typing import Any, TypeVar

from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.fault_rules import Rule, read_rules

_Kind = TypeVar("_Kind")


class _Active:
    """A rule and how often it was met."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.met = 0

    @property
    def hits(self) -> int:
        """How often it has struck."""
        counted = max(0, self.met - getattr(self.rule, "skip", 0))
        times = getattr(self.rule, "times", None)
        return counted if times is None else min(counted, times)

    def strikes(self) -> bool:
        """Count what meets the rule, and say whether it is struck."""
        before = self.hits
        self.met += 1
        return self.hits > before


class Faults:
    """The faults of the exchange at the moment; none at first.

    Add a rule, or set an attribute, and the next request meets it; `clear` mends everything. Both
    may be done by any thread while the exchange answers.

    Parameters
    ----------
    now_ms
        The exchange's clock: a rule that does not say since when holds from now on.

    Attributes
    ----------
    status
        HTTP status that every request is refused with, as in 500; None for none.
    hang_seconds
        Time that every answer is held back, seconds. Beyond the client's patience (10 s for ccxt)
        that is a time-out.
    empty
        Klines answer with no candles.
    without_funding
        There are no funding rates: neither their history nor a current one.
    frozen_at_ms
        Klines end with the last candle that had ended at this moment (milliseconds since 1970
        UTC), though clock, prices and order book go on; None for fresh ones.
    paths
        Paths that `status` and `hang_seconds` are limited to, as in ``{"/fapi/v1/klines"}``; None
        for all, the exchange's time and its list of contracts included.
    before_change
        Called before a rule is added or taken back: until then the old ones hold.
    hits
        How many requests have met a fault since the exchange was made: a test that injects one can
        see that it did.
    """

    def __init__(self, now_ms: Callable[[], int] | None = None) -> None:
        self.hits = 0
        self.before_change: Callable[[], None] = lambda: None
        self._now_ms = now_ms
        self._lock = Lock()
        self._active: list[_Active] = []
        self.clear()

    def clear(self) -> None:
        """Mend everything; `hits` stays."""
        self.status: int | None = None
        self.hang_seconds = 0.0
        self.empty = False
        self.without_funding = False
        self.frozen_at_ms: int | None = None
        self.paths: Collection[str] | None = None
        self.before_change()
        with self._lock:
            self._active.clear()

    def concerns(self, path: str) -> bool:
        """Whether `status` and `hang_seconds` hold for a path."""
        paths = self.paths
        return paths is None or path in paths

    def add(self, *rules: Mapping[str, Any], place: str = "faults") -> None:
        """Add rules, after those that are there, as `fault_rules` describes them.

        Raises
        ------
        FaultError
            If one cannot be read; then none is added.
        """
        self.extend(read_rules(list(rules), place))

    def extend(self, rules: Iterable[Rule]) -> None:
        """Add rules that were read, after those that are there."""
        self.before_change()
        if self._now_ms is not None:
            now = to_datetime(self._now_ms())
            rules = [
                rule if rule.since is not None else rule.model_copy(update={"since": now})
                for rule in rules
            ]
        with self._lock:
            self._active += [_Active(rule) for rule in rules]

    def remove(self, name: str) -> int:
        """Take back the rules of a name; return how many there were."""
        self.before_change()
        with self._lock:
            kept = [active for active in self._active if active.rule.name != name]
            removed = len(self._active) - len(kept)
            self._active = kept
        return removed

    def listed(self) -> list[dict[str, Any]]:
        """Return all rules as JSON has them, each with the number of its hits."""
        with self._lock:
            return [
                {**active.rule.model_dump(mode="json", exclude_defaults=True), "hits": active.hits}
                for active in self._active
            ]

    def strike(
        self, kind: type[_Kind], now_ms: int, concerns: Callable[[_Kind], bool]
    ) -> _Kind | None:
        """Return the first rule of a kind that strikes what it concerns, and count that."""
        with self._lock:
            for active in self._active:
                rule = active.rule
                if (
                    isinstance(rule, kind)
                    and rule.holds_at(now_ms)
                    and concerns(rule)
                    and active.strikes()
                ):
                    self.hits += 1
                    return rule
        return None

    def of_kind(self, kind: type[_Kind]) -> list[_Kind]:
        """Return all rules of a kind, whenever they hold."""
        with self._lock:
            return [active.rule for active in self._active if isinstance(active.rule, kind)]
