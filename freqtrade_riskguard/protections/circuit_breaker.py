"""``CircuitBreaker``: a pause after losses in a row, or after too much lost at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config
from freqtrade.exchange import timeframe_to_minutes

from freqtrade_riskguard.adapters.account.trades import newest_closed
from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Count, Ratio, Section
from freqtrade_riskguard.protections.rule_protection import RuleProtection
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.circuit_breaker import CircuitBreaker as Rule
from freqtrade_riskguard.snapshot import ClosedTrade


class Settings(Section):
    """The settings of ``CircuitBreaker`` in ``protections``, beside freqtrade's own keys."""

    losing_trades: Count = 3
    max_loss: Ratio = 0.02
    per_pair: bool = False
    per_side: bool = False


class CircuitBreaker(RuleProtection[Rule]):
    """Acts when a trade closes. Lookback 24 h and pause 60 minutes unless configured."""

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        super().__init__(config, {"lookback_period": 24 * 60, **protection_config})
        settings = view.checked_settings(Settings, protection_config)
        # Without, one look for all pairs is enough.
        self.has_local_stop = settings.per_pair
        self._lookback = timedelta(minutes=self._lookback_period)
        self._candle = timedelta(minutes=timeframe_to_minutes(config["timeframe"]))
        self._rule = Rule(
            losing_trades=settings.losing_trades,
            max_loss_ratio=settings.max_loss,
            lookback=self._lookback,
            pause=timedelta(minutes=self._stop_duration),
            per_pair=settings.per_pair,
            per_side=settings.per_side,
        )

    def short_desc(self) -> str:
        """Return what the protection does, for freqtrade's startup message."""
        return (
            f"{self.name} - no entries for {self.stop_duration_str} (two candles at least) after "
            f"{self._rule.losing_trades} losing trades in a row, or after losing "
            f"{self._rule.max_loss_ratio:.1%} within {self.lookback_period_str}."
        )

    def _locks(self, now: datetime, starting_balance: float) -> Sequence[Lock]:
        return view.ask(
            self._rule,
            now,
            self._lookback,
            starting_balance,
            candle=self._candle,
            older=self._older,
        )

    def _older(self, until: datetime) -> Sequence[ClosedTrade]:
        """Return the newest trades before the lookback: a streak has none."""
        rule = self._rule
        return newest_closed(
            rule.losing_trades, until=until, per_pair=rule.per_pair, per_side=rule.per_side
        )
