"""The entries under way: freqtrade asks for leverage, then stake, then consent."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import nan

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.bot.log_messages import entry_message, refusal_message
from freqtrade_riskguard.adapters.persistence.pair_locks import blocking_lock_reason
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Decision, Journal, Question
from freqtrade_riskguard.formatting import exact_money
from freqtrade_riskguard.risk import floor_leverage
from freqtrade_riskguard.snapshot import Entry

logger = logging.getLogger(__name__)

# From leverage to stake, an entry takes no longer than a few requests to the exchange.
_SAME_ENTRY = timedelta(minutes=1)
_TELL_AGAIN = timedelta(hours=1)
_RECONCILIATION = "reconciliation"


@dataclass(frozen=True, slots=True)
class _PendingEntry:
    time: datetime
    asked: float
    leverage: float
    atr: float


class EntryTracker:
    """Leads each entry through the guard, and remembers what was decided on the way.

    Parameters
    ----------
    settings : RiskGuardConfig
        The bot's configuration.
    guard : Guard
        Who decides.
    journal : Journal
        Where it stands what has bound an entry.
    pause_reason : callable
        Returns why the exchange forbids an entry on a pair; None where it does not.

    Attributes
    ----------
    is_live : bool
        Whether a person reads the log: a backtest makes too many entries to tell of each.
    pause_reason : callable
        As given.
    """

    def __init__(
        self,
        settings: RiskGuardConfig,
        guard: Guard,
        journal: Journal,
        pause_reason: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self.is_live = False
        self._guard = guard
        self._journal = journal
        self.pause_reason = pause_reason
        self._enforcing = settings.enforcing
        self._slippage_ratio = settings.fixed_risk.slippage
        self._decided: dict[tuple[str, int], _PendingEntry] = {}
        self._told: dict[str, datetime] = {}
        # Since when nothing is open: the pairs whose minimum the drawdown puts out of reach.
        self._out_of_reach: dict[str, str] = {}

    def leverage(self, entry: Entry) -> float:
        """Decide the leverage of an entry, and remember it for the entry's next steps."""
        leverage = self._guard.leverage(entry)
        key = (entry.market.pair, entry.side)
        self._decided[key] = _PendingEntry(entry.time, entry.leverage, leverage, entry.market.atr)
        return leverage

    def stake(self, entry: Entry, min_stake_quote: float) -> float:
        """Decide the stake of an entry; 0 where it would fall below the exchange's minimum.

        A leverage that was not decided here (``/forceenter`` names its own) is checked now, since
        freqtrade will not let it be lowered any more.
        """
        unsettled = self.pause_reason(entry.market.pair)
        if unsettled is not None:
            self._skip(entry, _RECONCILIATION, unsettled)
            return 0.0
        decided = self._decided.get((entry.market.pair, entry.side))
        is_known = decided is not None and entry.time - decided.time <= _SAME_ENTRY
        if not is_known or (decided is not None and entry.leverage > decided.leverage):
            allowed = self.leverage(entry)
            asked = floor_leverage(entry.leverage, entry.market.leverage_steps)
            if self._enforcing and allowed < asked:
                self._skip(entry, "leverage", f"asked {entry.leverage:g}x, allowed {allowed:g}x")
                return 0.0
            decided = self._decided[entry.market.pair, entry.side]
            self._decided[entry.market.pair, entry.side] = replace(decided, leverage=entry.leverage)
        entry = replace(entry, min_stake_quote=min_stake_quote)
        stake_quote = self._guard.stake(entry)
        if stake_quote >= min_stake_quote:
            self._out_of_reach.pop(entry.market.pair, None)
        is_enough = stake_quote >= entry.stake_quote or stake_quote >= min_stake_quote > 0
        if is_enough and (not 0 < stake_quote < min_stake_quote or self._allows_minimum(entry)):
            return stake_quote
        bound = self._bound(entry, "stake")
        why = f"{bound.rule}: {bound.why}" if bound else "no stake left"
        if 0 < stake_quote < min_stake_quote:
            why = (
                f"stake {exact_money(stake_quote)} is below the exchange's minimum of "
                f"{exact_money(min_stake_quote)}; {why}"
            )
            self._skip(entry, "minimum_stake", why)
            frozen = self._guard.out_of_reach(entry)
            if frozen is None:
                self._out_of_reach.pop(entry.market.pair, None)
            else:
                self._out_of_reach[entry.market.pair] = frozen
            return 0.0
        if stake_quote == 0:
            self._log_refusal(entry, why)
        return stake_quote

    def _allows_minimum(self, entry: Entry) -> bool:
        """Whether the exchange's minimum, to which freqtrade raises what is asked for, fits too."""
        least_quote = entry.min_stake_quote
        return self._guard.stake(replace(entry, stake_quote=least_quote)) >= least_quote

    def out_of_reach(self, pairs: Callable[[], Collection[str]], *, is_flat: bool) -> str:
        """Return why no pair can be entered as long as the drawdown lasts; empty where one can.

        Parameters
        ----------
        pairs : callable
            Returns all that the bot trades; those not asked about may still be entered.
        is_flat : bool
            Whether nothing is open: what is open may still change the account.
        """
        if not is_flat:
            self._out_of_reach.clear()
        if not self._out_of_reach or set(pairs()) - self._out_of_reach.keys():
            return ""
        return next(iter(self._out_of_reach.values()))

    def forget_reach(self) -> None:
        """Ask anew what can be entered: the drawdown is over."""
        self._out_of_reach.clear()

    def _bound(self, entry: Entry, question: Question) -> Decision | None:
        """Return the decision that bound the entry under way; None where nothing did."""
        pair, side = entry.market.pair, entry.side
        return self._journal.latest(pair, side, question, self._decided[pair, side].time)

    def entry_atr(self, trade: LocalTrade) -> float:
        """Return the ATR that a new trade's entry was decided with; NaN where that is unknown."""
        decided = self._decided.get((trade.pair, trade_side(trade)))
        if decided is None or abs(trade.open_date_utc - decided.time) > _SAME_ENTRY:
            return nan
        return decided.atr

    def _skip(self, entry: Entry, rule: str, why: str) -> None:
        self._guard.record_skip(entry, rule, why)
        self._log_refusal(entry, why)

    def _log_refusal(self, entry: Entry, why: str) -> None:
        """Say on a running bot why there is no trade, once an hour for each pair and side."""
        key = f"{entry.market.pair} {entry.side}"
        told = self._told.get(key)
        if self.is_live and (told is None or entry.time - told >= _TELL_AGAIN):
            self._told[key] = entry.time
            logger.info("RiskGuard: %s", refusal_message(entry, why))

    def decided_leverage(self, pair: str, side: int) -> float:
        """Return the leverage of the entry that is under way.

        Raises
        ------
        KeyError
            Where the entry was never sized: then it cannot be checked either.
        """
        return self._decided[pair, side].leverage

    def allows(self, entry: Entry) -> bool:
        """Ask the gate about an entry as it is about to be made."""
        reason = blocking_lock_reason(entry.market.pair, entry.side, entry.time)
        if reason is not None:
            self._skip(entry, "lock", reason)
            return False
        unsettled = self.pause_reason(entry.market.pair)
        if unsettled is not None:
            self._skip(entry, _RECONCILIATION, unsettled)
            return False
        why = self._guard.denial(entry)
        if why is not None:
            self._log_refusal(entry, why)
            return False
        if self.is_live:
            message = entry_message(
                entry,
                asked_leverage=self._decided[entry.market.pair, entry.side].asked,
                stop_price=self._guard.planned_stop(entry),
                slippage_ratio=self._slippage_ratio,
                leverage=self._bound(entry, "leverage"),
                stake=self._bound(entry, "stake"),
            )
            logger.info("RiskGuard: %s", message)
        return True
