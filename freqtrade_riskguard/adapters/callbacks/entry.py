"""freqtrade's questions about an entry, put to the guard."""

from collections.abc import Callable
from datetime import datetime
from math import isnan
from typing import Any

from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.account.trades import side_of
from freqtrade_riskguard.adapters.bot.order_cancellations import is_cancelled
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.bot.strategy_answers import as_consent, as_number
from freqtrade_riskguard.adapters.callbacks.position_adjustment import replaced_trade, with_addition
from freqtrade_riskguard.adapters.market.snapshots import bot_stake_quote


def decide_leverage(
    session: Session,
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
    """Return the leverage that an entry may have which asks for ``asked``."""
    wanted = as_number(asked)
    if isnan(wanted):
        session.unusable.tell(pair, "leverage", asked, "1x")
        wanted = 1.0
    entry = session.entry(
        strategy,
        pair=pair,
        side=side,
        rate=rate,
        time=time,
        leverage=min(wanted, max_leverage),
        stake_quote=bot_stake_quote(strategy, pair),
        enter_tag=enter_tag,
    )
    return session.entries.leverage(entry)


class EntryCallbacks(IStrategy):
    """Leverage, stake and consent; each method is handed the strategy's own to ask first."""

    _riskguard: Session

    def _riskguard_leverage(
        self,
        own: Callable[..., float],
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_leverage: float,
        max_leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs: Any,
    ) -> float:
        asked = strategy_safe_wrapper(own, default_retval=1.0)(
            pair=pair,
            current_time=current_time,
            current_rate=current_rate,
            proposed_leverage=proposed_leverage,
            max_leverage=max_leverage,
            entry_tag=entry_tag,
            side=side,
            **kwargs,
        )
        session = self._riskguard
        if not session.active:
            return asked
        decided = 1.0
        with session.reporting(pair, "deciding the leverage; 1x is used"):
            decided = decide_leverage(
                session,
                self,
                pair=pair,
                side=side_of(side),
                rate=current_rate,
                time=current_time,
                asked=asked,
                max_leverage=max_leverage,
                enter_tag=entry_tag,
            )
        return decided if session.enforcing else asked

    def _riskguard_custom_stake_amount(
        self,
        own: Callable[..., float],
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_stake: float,
        min_stake: float | None,
        max_stake: float,
        leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs: Any,
    ) -> float:
        asked = strategy_safe_wrapper(own, default_retval=proposed_stake)(
            pair=pair,
            current_time=current_time,
            current_rate=current_rate,
            proposed_stake=proposed_stake,
            min_stake=min_stake,
            max_stake=max_stake,
            leverage=leverage,
            entry_tag=entry_tag,
            side=side,
            **kwargs,
        )
        session = self._riskguard
        if not session.active:
            return asked
        decided = 0.0
        with session.reporting(pair, "deciding the stake; the trade is skipped"):
            wanted = 0.0 if asked is None else as_number(asked)
            if not wanted >= 0:
                session.unusable.tell(pair, "custom_stake_amount", asked, "no trade")
            if not wanted > 0:
                return 0.0 if session.enforcing else asked
            entry = session.entry(
                self,
                pair=pair,
                side=side_of(side),
                rate=current_rate,
                time=current_time,
                leverage=leverage,
                stake_quote=min(wanted, max_stake),
                enter_tag=entry_tag,
            )
            decided = session.entries.stake(entry, min_stake or 0.0)
        return decided if session.enforcing else asked

    def _riskguard_check_entry_timeout(
        self,
        own: Callable[..., bool],
        pair: str,
        trade: Trade,
        order: Order,
        current_time: datetime,
        **kwargs: Any,
    ) -> bool:
        # freqtrade asks this of every entry order that waits, in backtests too, and before it asks
        # for another price of the order.
        session = self._riskguard
        # An error of the strategy's own leaves the order for freqtrade, and cancels it for us.
        answered = strategy_safe_wrapper(own, default_retval=session.enforcing)(
            pair=pair, trade=trade, order=order, current_time=current_time, **kwargs
        )
        if not session.active:
            return answered
        cancelled = True
        with session.reporting(pair, "checking a waiting entry; it is cancelled"):
            consent = as_consent(answered)
            if consent is None:
                session.unusable.tell(pair, "check_entry_timeout", answered, "cancelled")
            cancelled = consent is not False or is_cancelled(
                session, self, trade, order, current_time
            )
        return cancelled if session.enforcing else answered

    def _riskguard_confirm_trade_entry(
        self,
        own: Callable[..., bool],
        pair: str,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        current_time: datetime,
        entry_tag: str | None,
        side: str,
        **kwargs: Any,
    ) -> bool:
        session = self._riskguard
        # An error of the strategy's own counts as consent for freqtrade, and as a denial for us.
        confirmed = strategy_safe_wrapper(own, default_retval=not session.enforcing)(
            pair=pair,
            order_type=order_type,
            amount=amount,
            rate=rate,
            time_in_force=time_in_force,
            current_time=current_time,
            entry_tag=entry_tag,
            side=side,
            **kwargs,
        )
        if not session.active:
            return confirmed
        allowed = False
        with session.reporting(pair, "checking an entry; the entry is denied"):
            consent = as_consent(confirmed)
            if consent is None:
                session.unusable.tell(pair, "confirm_trade_entry", confirmed, "no entry")
            if not consent:
                return False if session.enforcing else confirmed
            trade = replaced_trade(self, pair)
            if trade is not None:
                # A backtest asks also where an order that waits gets another price.
                stake_quote = amount * rate / trade.leverage
                entry = with_addition(session, self, trade, rate, current_time, stake_quote)
            else:
                leverage = session.entries.decided_leverage(pair, side_of(side))
                entry = session.entry(
                    self,
                    pair=pair,
                    side=side_of(side),
                    rate=rate,
                    time=current_time,
                    leverage=leverage,
                    stake_quote=amount * rate / leverage,
                    enter_tag=entry_tag,
                )
            is_allowed = session.entries.allows(entry)
            if is_allowed or not session.enforcing:
                session.live.allow_entry(pair, current_time)
            allowed = is_allowed
        return allowed if session.enforcing else confirmed
