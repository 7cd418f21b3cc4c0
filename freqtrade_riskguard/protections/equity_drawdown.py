"""``EquityDrawdown``: a halt when the account has fallen too far below its peak."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import nan
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.persistence import PairLocks, Trade
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from freqtrade_riskguard.adapters.account.closed_trade_equity import ClosedEquity
from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.rules.account_messages import below_peak, open_trades_text
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until
from freqtrade_riskguard.snapshot import Account

_WEEK_MINUTES = 7 * 24 * 60


class Settings(Section):
    """The settings of ``EquityDrawdown`` in ``protections``, beside freqtrade's own keys."""

    max_drawdown: Ratio = 0.18


class EquityDrawdown(IProtection):
    """Acts when a trade closes, on the profit of all closed trades. Halts 7 days unless configured.

    When the halt is over, or a person has lifted it, the peak counts anew. Beside the guard, which
    halts by itself and counts open profit too, it does nothing.
    """

    has_global_stop = True
    has_local_stop = False

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        super().__init__(config, {"stop_duration": _WEEK_MINUTES, **protection_config})
        self._settings = view.checked_settings(Settings, protection_config)
        self._guarded = bool(protection_config.get(view.BETWEEN_CLOSES))
        self._equity: ClosedEquity | None = None
        self._given: datetime | None = None
        if not self._guarded:
            view.tell_closed_only(self.name)

    def short_desc(self) -> str:
        """Return what the protection does, for freqtrade's startup message."""
        limit = f"{self._settings.max_drawdown:.1%} below the peak of equity"
        if self._guarded:
            return f"{self.name} - RiskGuard halts {limit}, open profit included."
        return f"{self.name} - no entries for {self.stop_duration_str} {limit}, closed trades."

    def global_stop(
        self, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return the lock for all pairs while the account is halted."""
        if self._guarded:
            return None
        locks = view.safely(self.name, date_now, lambda: self._locks(date_now, starting_balance))
        return view.choose(locks, "*", side)

    def stop_per_pair(
        self, pair: str, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return nothing: the drawdown concerns the whole account."""
        return None

    def _locks(self, now: datetime, starting_balance: float) -> Sequence[Lock]:
        if self._equity is None:
            self._equity = ClosedEquity(
                starting_balance,
                max_drawdown_ratio=self._settings.max_drawdown,
                halt=timedelta(minutes=self._stop_duration),
            )
        equity = self._equity
        halted = equity.halted_until
        if halted is not None and halted == self._given and not _is_locked(halted):
            equity.resume(now)  # a person has lifted it
        equity.take_in()
        end = equity.halted_until
        if end is None or end <= now:
            return ()
        self._given = end
        return (Lock(lock_until(end), self._why(equity, end, now)),)

    def _why(self, equity: ClosedEquity, end: datetime, now: datetime) -> str:
        account = Account(
            time=now,
            equity_quote=equity.track.equity_quote,
            wallet_quote=equity.track.equity_quote,
            day_start_equity_quote=nan,
            open_trades=Trade.get_open_trade_count(),
            funding_paid_quote=nan,
            basis=view.BASIS,
            peak_equity_quote=equity.track.peak_quote,
        )
        return (
            f"HALTED until {end_text(end, now)}: "
            f"{below_peak(account, self._settings.max_drawdown)}. "
            f"{open_trades_text(account, keep_ratio=1)} Lift: /unlock"
        )


def _is_locked(end: datetime) -> bool:
    """Whether freqtrade still holds a lock for all pairs until then."""
    return bool(PairLocks.is_global_lock(lock_until(end)))
