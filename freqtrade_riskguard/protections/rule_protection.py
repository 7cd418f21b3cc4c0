"""A freqtrade protection that asks one of the guard's breakers, when a trade closes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from freqtrade.constants import LongShort
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.rules.base import BreakerRule, Lock

AnyBreaker = TypeVar("AnyBreaker", bound=BreakerRule)


class RuleProtection(IProtection, Generic[AnyBreaker]):
    """Answers freqtrade with what its rule locks: everything, or (``has_local_stop``) a pair."""

    has_global_stop = True
    has_local_stop = False

    _rule: AnyBreaker
    _lookback: timedelta

    def _locks(self, now: datetime, starting_balance: float) -> Sequence[Lock]:
        return view.ask(self._rule, now, self._lookback, starting_balance)

    def global_stop(
        self, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return the lock for all pairs, if the rule asks for one."""
        return view.choose(self._locks(date_now, starting_balance), "*", side)

    def stop_per_pair(
        self, pair: str, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return the lock for a pair, if the rule locks pairs by themselves."""
        if not self.has_local_stop:
            return None
        return view.choose(self._locks(date_now, starting_balance), pair, side)
