"""Leverage and stops for a strategy without the mixin: the same rules, settings and journal."""

import logging
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import ListPairsWithTimeframes
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.bot.session import VALUING_ACCOUNT, Session
from freqtrade_riskguard.adapters.bot.trade_stop import EMERGENCY_RISK, answered_ratio
from freqtrade_riskguard.adapters.callbacks.candles import needed_candles
from freqtrade_riskguard.adapters.callbacks.entry import decide_leverage
from freqtrade_riskguard.adapters.run_mode import is_running_bot
from freqtrade_riskguard.adapters.startup.checks import checked_config, refuse
from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.rules import Rule, RuleBook

logger = logging.getLogger(__name__)

# Where a strategy carries its parts; the mixin is in the other place.
_PLACE, _MIXIN = "_riskguard_parts", "_riskguard"
_QUESTIONS = frozenset({"leverage", "stop"})
# A running bot asks with another time for each trade; its loop takes a few seconds.
_LOOP = timedelta(seconds=5)


class LeverageAndStops(RuleRunner):
    """Asks rules for leverage and stops only: what else they say nobody could carry out."""

    def _sort(self, rules: Sequence[tuple[Rule, Mode]]) -> RuleBook:
        book = super()._sort(rules)
        asked: dict[str, Any] = {
            field.name: getattr(book, field.name) if field.name in _QUESTIONS else ()
            for field in fields(book)
        }
        return RuleBook(**asked)


class Parts:
    """The guard of one strategy, as far as two callbacks reach.

    Without ``bot_loop_start`` the first callback of a candle begins the loop: then nothing has
    been entered or left in it yet, so the account is valued as the mixin values it.

    Parameters
    ----------
    strategy : IStrategy
        With freqtrade's data and wallets attached.

    Raises
    ------
    ConfigurationError
        freqtrade's own, for a mistake in ``config["riskguard"]``.
    """

    def __init__(self, strategy: IStrategy) -> None:
        if _MIXIN in strategy.__dict__:
            refuse(
                f"{type(strategy).__name__} has the RiskGuard mixin, which sets leverage and stops "
                "itself: remove freqtrade_riskguard.callbacks from it, or the mixin"
            )
        self._session = Session(checked_config(strategy.config), LeverageAndStops)
        self._session.start(strategy)
        self._are_parameters_loaded = False
        # freqtrade's own list of closed trades: each backtest and epoch of hyperopt has a new one.
        self._closed_trades: list[LocalTrade] | None = None
        self._valued: datetime | None = None

    @property
    def enforcing(self) -> bool:
        """Whether any rule may change what the bot does."""
        return self._session.enforcing

    def leverage(
        self,
        strategy: IStrategy,
        *,
        pair: str,
        side: int,
        rate: float,
        time: datetime,
        asked: float,
        max_leverage: float,
        enter_tag: str | None,
    ) -> float:
        """Return the leverage that an entry may have which asks for ``asked``; 1 on an error."""
        with self._session.reporting(pair, "deciding the leverage; 1x is used"):
            self._value_account(strategy, time)
            return decide_leverage(
                self._session,
                strategy,
                pair=pair,
                side=side,
                rate=rate,
                time=time,
                asked=asked,
                max_leverage=max_leverage,
                enter_tag=enter_tag,
            )
        return 1.0

    def stop_ratio(
        self,
        strategy: IStrategy,
        trade: LocalTrade,
        time: datetime,
        rate: float,
        *,
        after_fill: bool,
    ) -> float | None:
        """Return the stop as ``custom_stoploss`` answers it; None leaves the one in force.

        Parameters
        ----------
        rate : float
            What freqtrade measures the answer from: in a backtest the candle's best price, which
            no stop may follow before it is known.
        """
        session = self._session
        with session.reporting(trade.pair, "deciding the stop; it is at half of the margin"):
            self._value_account(strategy, time)
            if not session.enforcing:
                return None
            known = rate if is_running_bot(strategy.config) else session.mark(strategy, trade, time)
            stop = session.stops.decide(strategy, trade, known, time)
            return _ratio(trade, stop, rate, after_fill=after_fill)
        return emergency_ratio(trade, rate, after_fill=after_fill) if session.enforcing else None

    def informative_pairs(self, strategy: IStrategy) -> ListPairsWithTimeframes:
        """Return what a running bot must fetch for the rules; nothing in backtests."""
        if not self._session.active or not is_running_bot(strategy.config):
            return []
        with self._session.reporting("*", "asking for candles; only the strategy's are fetched"):
            return needed_candles(self._session, strategy)
        return []

    def _value_account(self, strategy: IStrategy, time: datetime) -> None:
        """Value the account once per candle; on a running bot once per loop."""
        session, is_live = self._session, is_running_bot(strategy.config)
        if not self._are_parameters_loaded:
            # Those of hyperopt: freqtrade loads them after it has started the strategy.
            session.apply_parameters(strategy)
            self._are_parameters_loaded = True
        if not is_live and self._closed_trades is not LocalTrade.bt_trades:
            self._closed_trades, self._valued = LocalTrade.bt_trades, None
            session.expect_run()
        if self._valued is not None:
            passed = time - self._valued
            if (timedelta(0) <= passed < _LOOP) if is_live else not passed:
                return
        self._valued = time
        with session.reporting(*VALUING_ACCOUNT):
            session.on_loop(strategy, time)


def parts_of(strategy: IStrategy) -> Parts | None:
    """Return the parts of a strategy, started with its first question; None where they cannot be.

    The log says why, once. Then the safe answers are 1x, and stops at half of the margin.
    """
    known: Parts | None
    if _PLACE in strategy.__dict__:
        known = strategy.__dict__[_PLACE]
        return known
    try:
        return start_parts(strategy)
    except Exception:
        logger.exception(
            "RiskGuard: its callbacks cannot start: leverage is 1x, and stops are at half of the "
            "margin. With bot_start = callbacks.bot_start freqtrade would have stopped"
        )
        strategy.__dict__[_PLACE] = None
        return None


def start_parts(strategy: IStrategy) -> Parts:
    """Start the parts of a strategy anew, or raise what is wrong with its configuration."""
    parts = Parts(strategy)
    strategy.__dict__[_PLACE] = parts
    return parts


def emergency_ratio(trade: LocalTrade, rate: float, *, after_fill: bool) -> float | None:
    """Return the answer for a stop that cannot be decided: half of the margin may be lost."""
    side, share = trade_side(trade), EMERGENCY_RISK / (trade.leverage or 1.0)
    return _ratio(trade, trade.open_rate * (1 - side * share), rate, after_fill=after_fill)


def _ratio(trade: LocalTrade, stop: float, rate: float, *, after_fill: bool) -> float | None:
    """Return a stop as freqtrade's ratio; None for none, and for what would loosen the stop."""
    if not stop > 0:
        return None
    # freqtrade itself never loosens a stop, but for the answer right after a fill.
    is_nearer = not trade.stop_loss or trade_side(trade) * (stop - trade.stop_loss) > 0
    return answered_ratio(trade, stop, rate) if is_nearer or not after_fill else None
