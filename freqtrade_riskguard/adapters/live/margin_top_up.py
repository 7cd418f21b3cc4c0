"""Margin added to positions near liquidation: asked for once a step, counted when it is told.

What is intended is written before the request, so that no step is asked for twice, whoever dies
when. Whatever the answer, only what the exchange shows as the position's margin counts.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import isclose, isnan, nan

import ccxt
from freqtrade.leverage.liquidation_price import update_liquidation_prices
from freqtrade.persistence import LocalTrade, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import open_funding, open_trades, trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import filled_part
from freqtrade_riskguard.adapters.account.wallet import free_quote, refresh_wallets
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS, ExchangeView
from freqtrade_riskguard.adapters.market.contracts import exchange_of, venue_of_bot
from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.margin_top_up import ARMED, TAKEN, MarginTopUp
from freqtrade_riskguard.formatting import currency, exact_money, side_text
from freqtrade_riskguard.snapshot import Account, Position
from freqtrade_riskguard.snapshot.exchange import ExchangePosition

logger = logging.getLogger(__name__)

# Told the position's trade, the time, what was asked for and what came of it, and in words.
Note = Callable[[LocalTrade, datetime, float, float, str], None]

# Exchanges whose answers the guard was shown to understand, by freqtrade's names.
OFFERED = frozenset({"binance"})

_LEVEL, _SEEN = "level_margin_top_up", "seen_margin_top_up"
# Asked for, and not known yet what has become of it.
_OPEN = "margin_top_up_open"
_ADDED, _ADDED_TO = "added_margin", "added_margin_amount"
# What the exchange rounds, and a fill off its price, are no margin that was added.
_NOISE_RATIO = 0.005
_SAME = 1e-9


class MarginTopUps:
    """Adds margin, and knows what was added to each trade.

    Parameters
    ----------
    settings : RiskGuardConfig
        The bot's configuration.
    memory : StateStore
        What a restart finds again.
    note : callable
        Told what people must know.
    """

    def __init__(self, settings: RiskGuardConfig, memory: StateStore, note: Note) -> None:
        given = settings.margin_top_up
        self._rule: MarginTopUp | None = None
        if given.max_share is not None:
            slippage = settings.fixed_risk.slippage
            self._rule = MarginTopUp(given.max_share, given.cover, slippage)
        self._is_enforced = settings.mode == "enforce"
        self._memory, self._note = memory, note
        self._view = ExchangeView()
        self._told: Mapping[str, ExchangePosition] = {}
        self._short_of_money: set[int] = set()

    def update(
        self,
        strategy: IStrategy,
        trades: Sequence[LocalTrade],
        told: Mapping[str, ExchangePosition],
        time: datetime,
    ) -> None:
        """Take up what a look at the exchange has told; a look is taken up once."""
        if told is self._told:
            return
        self._told = told
        for trade in trades:
            self._take_up(strategy, trade, told, time, is_final=True)

    def added_quote(self, trade: LocalTrade) -> float:
        """Return the margin that was added to what is left of a trade, as the exchange told it."""
        added = number(self._memory.get_for_trade(trade, _ADDED)) or 0.0
        added_to = number(self._memory.get_for_trade(trade, _ADDED_TO)) or 0.0
        # An exit gives its share back; more of the position brings nothing.
        return added * min(1.0, trade.amount / added_to) if added and added_to else 0.0

    def look(
        self,
        strategy: IStrategy,
        account: Account,
        is_closing: Callable[[int], bool],
        time: datetime,
    ) -> None:
        """Add margin where a position comes near liquidation.

        Parameters
        ----------
        is_closing : callable
            Whether a trade is being closed: such a one gets nothing.
        """
        if self._rule is None or venue_problem(strategy) is not None:
            return
        trades = {trade.id: trade for trade in open_trades()}
        self._short_of_money &= trades.keys()
        key = _LEVEL if self._is_enforced else _SEEN
        for position in account.positions:
            trade = trades.get(position.trade_id)
            if trade is None:
                continue
            before = int(number(self._memory.get_for_trade(trade, key)) or ARMED)
            level = self._rule.level(before, position)
            if level == ARMED:
                self._short_of_money.discard(trade.id)
            if level < before:
                self._memory.set_for_trade(trade, key, float(level))
            elif level > before and not is_closing(trade.id) and self._is_told(trade):
                self._step(strategy, trade, (position, account), trades.values(), time)

    def _is_told(self, trade: LocalTrade) -> bool:
        """Whether the exchange has told of the position as the trade has it."""
        told = self._told.get(trade.pair)
        return told is not None and _is_same(told, trade) and not isnan(told.margin_quote)

    def _step(
        self,
        strategy: IStrategy,
        trade: LocalTrade,
        about: tuple[Position, Account],
        trades: Iterable[LocalTrade],
        time: datetime,
    ) -> None:
        """Decide how much, and ask for it once."""
        assert self._rule is not None  # noqa: S101 - for the type checker
        position, account = about
        free = self._free_quote(strategy, trade)
        given = {each.id: self._given_quote(each) for each in trades}
        amount = self._rule.amount_quote(
            position,
            replace(account, free_quote=free),
            given_quote=given[trade.id],
            all_given_quote=sum(given.values()),
        )
        asked = f"{exact_money(amount)} {currency(trade.pair)}"
        why = f"its equity is {position.maintenance_cover:.3g} times the maintenance margin"
        if amount <= 0:
            if trade.id not in self._short_of_money:
                self._short_of_money.add(trade.id)
                self._alarm(
                    trade, time, 0.0, f"{why}, and NO margin can be added: {exact_money(free)} "
                    f"{currency(trade.pair)} are free, and max_share and the trade's planned risk "
                    "are limits, too"
                )  # fmt: skip
            return
        if not self._is_enforced:
            self._memory.set_for_trade(trade, _SEEN, float(TAKEN))
            self._note(trade, time, amount, 0.0, f"{why}: {asked} would be added")
            return
        if not self._intend(trade, amount):
            logger.error(
                "RiskGuard: %s: %s, and no margin is added: the database cannot be written to",
                *(trade.pair, why),
            )
            return
        logger.warning("RiskGuard: %s: %s: adding %s of margin", trade.pair, why, asked)
        try:
            exchange_of(strategy)._api.add_margin(trade.pair, amount)  # noqa: SLF001 - freqtrade has no such request
        except ccxt.ExchangeError as error:
            self._memory.set_for_trade(trade, _OPEN, 0.0)
            self._alarm(
                trade, time, amount, f"{why}, and the exchange REFUSES to add {asked} of margin "
                f"({error}): nothing was added"
            )  # fmt: skip
            return
        except ccxt.BaseError as error:
            self._alarm(
                trade, time, amount, f"{why}, and it is UNKNOWN whether {asked} of margin were "
                f"added ({type(error).__name__}): they do not count until the exchange shows them, "
                "and are not asked for again"
            )  # fmt: skip
        self._look_again(strategy, trade, time)

    def _free_quote(self, strategy: IStrategy, trade: LocalTrade) -> float:
        """Return the free balance, asked for anew where it decides; NaN where nobody tells it."""
        if trade.id not in self._short_of_money:
            # freqtrade asks once an hour.
            try:
                refresh_wallets(strategy)
            except REFUSALS as error:
                logger.warning("RiskGuard: the free balance is not told: %s", error)
                return nan
        return free_quote(strategy)

    def _intend(self, trade: LocalTrade, amount_quote: float) -> bool:
        """Write that a step is taken; return whether a restart would find it."""
        self._memory.set_for_trade(trade, _OPEN, amount_quote)
        self._memory.set_for_trade(trade, _LEVEL, float(TAKEN))
        self._memory.flush()
        if self._memory.is_written():
            return True
        self._memory.set_for_trade(trade, _OPEN, 0.0)
        self._memory.set_for_trade(trade, _LEVEL, float(ARMED))
        return False

    def _given_quote(self, trade: LocalTrade) -> float:
        """Return what a trade has got, and may have got."""
        return self.added_quote(trade) + (number(self._memory.get_for_trade(trade, _OPEN)) or 0.0)

    def _look_again(self, strategy: IStrategy, trade: LocalTrade, time: datetime) -> None:
        """Ask at once what the position has now; a late request may still be carried out after."""
        try:
            found = {position.pair: position for position in self._view.positions(strategy)}
        except REFUSALS as error:
            logger.warning("RiskGuard: %s: the margin is not told yet: %s", trade.pair, error)
            return
        self._take_up(strategy, trade, found, time, is_final=False)

    def _take_up(
        self,
        strategy: IStrategy,
        trade: LocalTrade,
        told: Mapping[str, ExchangePosition],
        time: datetime,
        *,
        is_final: bool,
    ) -> None:
        """Count what the exchange shows of a trade that has got margin, or may have got it."""
        if self._memory.get_for_trade(trade, _LEVEL) is None:
            return
        position = told.get(trade.pair)
        if position is None or not _is_same(position, trade) or isnan(position.margin_quote):
            return
        amount, margin_quote = filled_part(trade)
        own_quote = margin_quote + open_funding(trade).margin_quote
        more_quote = position.margin_quote - own_quote
        added = round(more_quote, 2) if more_quote > _NOISE_RATIO * margin_quote else 0.0
        raised = added - self.added_quote(trade)
        asked = number(self._memory.get_for_trade(trade, _OPEN)) or 0.0
        self._memory.set_for_trade(trade, _ADDED, added)
        self._memory.set_for_trade(trade, _ADDED_TO, amount)
        sums = f"{exact_money(raised)} {currency(trade.pair)}"
        if raised > max(asked / 2, _NOISE_RATIO * margin_quote):
            self._memory.set_for_trade(trade, _OPEN, 0.0)
            self._renew_liquidation_price(strategy, trade)
            place = trade.liquidation_price or 0.0
            why = (
                f"{sums} of margin were added: the exchange shows "
                f"{exact_money(position.margin_quote)}, and liquidation is at {place:g} now"
            )
            logger.warning("RiskGuard: %s: %s", trade.pair, why)
            self._note(trade, time, asked, raised, why)
        elif asked and is_final:
            self._memory.set_for_trade(trade, _OPEN, 0.0)
            self._alarm(
                trade, time, asked, f"{exact_money(asked)} {currency(trade.pair)} of margin were "
                "NOT added: the exchange does not show them"
            )  # fmt: skip

    @staticmethod
    def _renew_liquidation_price(strategy: IStrategy, trade: LocalTrade) -> None:
        """Let freqtrade ask where the position is liquidated now; where it cannot, the old stays.

        It closes there, and would do so at the old price.
        """
        wallets, stake = strategy.wallets, strategy.config["stake_currency"]
        assert wallets is not None  # noqa: S101 - for the type checker
        try:
            update_liquidation_prices(
                trade, exchange=exchange_of(strategy), wallets=wallets, stake_currency=stake
            )
        except REFUSALS as error:
            logger.warning("RiskGuard: %s: no new liquidation price: %s", trade.pair, error)
            return
        Trade.session.commit()

    def _alarm(self, trade: LocalTrade, time: datetime, asked: float, why: str) -> None:
        """Tell people what has failed: the position is as near to liquidation as it was."""
        why = f"{why}. Cuts and closes go on without it."
        logger.error("RiskGuard: %s %s: %s", trade.pair, side_text(trade_side(trade)), why)
        self._note(trade, time, asked, 0.0, why)


def venue_problem(strategy: IStrategy) -> str | None:
    """Return why no margin can be added where this bot trades; None where it can."""
    name = venue_of_bot(strategy).name
    if strategy.config.get("margin_mode") != "isolated":
        return "margin_mode is not 'isolated': a position has no margin of its own to add to"
    if name not in OFFERED:
        return f"the guard adds margin on {', '.join(sorted(OFFERED))} only, not on {name}"
    return None


def _is_same(told: ExchangePosition, trade: LocalTrade) -> bool:
    """Whether the exchange holds what the trade says: side and amount."""
    amount, _ = filled_part(trade)
    return told.side == trade_side(trade) and isclose(told.amount, amount, rel_tol=_SAME)
