"""The account as a protection sees it: the closed trades and the starting balance."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from math import nan
from typing import Any, TypeVar

from freqtrade.persistence import Trade
from freqtrade.plugins.protections import ProtectionReturn
from pydantic import ValidationError

from freqtrade_riskguard.adapters.account.funding_payments import paid_within
from freqtrade_riskguard.adapters.account.trades import closed_profit_quote, closed_since
from freqtrade_riskguard.adapters.persistence.pair_locks import SIDES
from freqtrade_riskguard.adapters.startup.checks import refuse
from freqtrade_riskguard.config.explain import explain
from freqtrade_riskguard.config_types import Section
from freqtrade_riskguard.engine.account_monitor import SAFE_PAUSE
from freqtrade_riskguard.rules.base import BreakerRule, Lock
from freqtrade_riskguard.snapshot import Account, ClosedTrade

logger = logging.getLogger(__name__)

AnySection = TypeVar("AnySection", bound=Section)

# Keys of a protection that freqtrade itself reads.
_FREQTRADE_KEYS = frozenset(
    {
        "method",
        "stop_duration",
        "stop_duration_candles",
        "lookback_period",
        "lookback_period_candles",
    }
)
# What the figures are counted from, in messages.
BASIS = "closed trades"
# Set by the guard for the protections that it appends: it looks between closes too, and it may
# close what is open.
BETWEEN_CLOSES, CLOSE_ALL = "between_closes", "close_all"
# Which protections have failed in this process: said once.
_failed: set[str] = set()


def checked_settings(section: type[AnySection], raw: dict[str, Any]) -> AnySection:
    """Return a protection's own settings, or stop freqtrade with the reason."""
    not_ours = {*_FREQTRADE_KEYS, BETWEEN_CLOSES, CLOSE_ALL}
    given = {key: value for key, value in raw.items() if key not in not_ours}
    try:
        return section.model_validate(given)
    except ValidationError as error:
        refuse(explain(error, f"protections.{raw['method']}", section))


def ask(
    rule: BreakerRule,
    now: datetime,
    lookback: timedelta,
    starting_balance: float,
    *,
    candle: timedelta = timedelta(0),
    older: Callable[[datetime], Iterable[ClosedTrade]] = lambda _: (),
) -> Sequence[Lock]:
    """Ask a breaker about the account as far as closed trades tell of it.

    Parameters
    ----------
    candle : timedelta
        Length of the strategy's candles.
    older : callable
        Returns the trades that count although they closed until a moment before the lookback.
    """
    return safely(
        rule.name, now, lambda: _ask(rule, now, lookback, starting_balance, candle, older)
    )


def safely(name: str, now: datetime, locks: Callable[[], Sequence[Lock]]) -> Sequence[Lock]:
    """Return what a protection decides; where it fails, a pause.

    freqtrade does not expect a protection to fail and would stop with it, just when a trade has
    closed. So a failure pauses entries instead, and says so once.
    """
    try:
        return locks()
    except Exception:
        if name not in _failed:
            _failed.add(name)
            logger.exception("RiskGuard: protection %s failed; entries are paused for 1 h", name)
        why = "Entries paused for 1 h: the protection failed, see the log. Lift: /unlock"
        return (Lock(now + SAFE_PAUSE, why),)


def _ask(
    rule: BreakerRule,
    now: datetime,
    lookback: timedelta,
    starting_balance: float,
    candle: timedelta,
    older: Callable[[datetime], Iterable[ClosedTrade]],
) -> Sequence[Lock]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    since = min(now - lookback, midnight - timedelta(seconds=1))
    closed = list(closed_since(since))
    equity = starting_balance + closed_profit_quote()
    today = sum(trade.profit_quote for trade in closed if trade.close_time >= midnight)
    week = sum(trade.profit_quote for trade in closed if trade.close_time >= monday)
    account = Account(
        time=now,
        equity_quote=equity,
        wallet_quote=equity,
        day_start_equity_quote=equity - today,
        open_trades=Trade.get_open_trade_count(),
        funding_paid_quote=sum(paid_within(trade, now - lookback) for trade in closed),
        basis=BASIS,
        # Unknown to a rule that does not look back so far.
        week_start_equity_quote=equity - week if since < monday else nan,
        candle=candle,
    )
    return rule.locks(account, [*older(since), *closed], ())


def choose(locks: Sequence[Lock], pair: str, side: str) -> ProtectionReturn | None:
    """Return the lock of a pair that concerns a side, in freqtrade's form."""
    for lock in locks:
        locked = SIDES[lock.side]
        if lock.pair == pair and locked in ("*", side):
            return ProtectionReturn(lock=True, until=lock.until, reason=lock.why, lock_side=locked)
    return None


@cache
def tell_closed_only(name: str) -> None:
    """Say, once per process, what a protection without the guard does not see."""
    logger.warning(
        "%s sees closed trades only: losses and funding of open trades count only in a strategy "
        "with the RiskGuard mixin.",
        name,
    )
