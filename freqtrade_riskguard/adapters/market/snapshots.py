"""Snapshots of freqtrade's state: markets, positions, entries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import isnan, nan

from freqtrade.exceptions import DependencyException, ExchangeError
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import open_funding, trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import filled_position
from freqtrade_riskguard.adapters.market.candles import Candles
from freqtrade_riskguard.adapters.market.contracts import (
    ContractSpecs,
    exchange_of,
    leverage_steps,
)
from freqtrade_riskguard.adapters.market.correlations import CorrelationEstimator
from freqtrade_riskguard.adapters.market.funding_rates import FundingRates
from freqtrade_riskguard.adapters.market.order_book import Spreads
from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.adapters.run_mode import is_cross, is_running_bot
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.reconciliation import Mismatch, Reconciled
from freqtrade_riskguard.snapshot import Market, Portfolio, Position
from freqtrade_riskguard.snapshot.exchange import NOTHING_TOLD, PositionReport

_REMEMBERED_ENTRIES = 1_000
_ATR = "entry_atr"
_ASK_AGAIN = timedelta(minutes=1)


class SnapshotBuilder:
    """Looks at freqtrade for the guard; what costs time is looked up once.

    Parameters
    ----------
    settings : RiskGuardConfig
        How volatility is measured, and what holds where the exchange says nothing.
    memory : StateStore
        Where the ATR of each entry is kept.
    """

    def __init__(self, settings: RiskGuardConfig, memory: StateStore) -> None:
        self._settings = settings
        self._memory = memory
        self._candles = Candles(settings.volatility)
        self._funding = FundingRates()
        self._spreads = Spreads()
        self._portfolios = CorrelationEstimator(self._candles)
        self._markets = ContractSpecs(settings.liquidation.fallback_maintenance_rate)
        self._at_entry: dict[tuple[str, datetime], Market] = {}
        # Of pairs with a trade and of others: where one of these has no price, the trades do.
        self._rates_failed: dict[bool, datetime] = {}

    def restart(self) -> None:
        """Look everything up again."""
        self._candles.restart()
        self._markets.restart()
        self._funding.restart()
        self._spreads.restart()
        self._portfolios.restart()
        self._at_entry.clear()

    def market(self, strategy: IStrategy, pair: str, time: datetime) -> Market:
        """Return a pair as of its last candle closed by ``time``."""
        return Market(
            pair=pair,
            tiers=self._markets.tiers(strategy, pair),
            taker_fee=self._markets.taker_fee(strategy, pair),
            daily_volatility=self._candles.daily_volatility(strategy, pair, time),
            atr=self._candles.atr(strategy, pair, time),
            candle_age_intervals=self._candles.age_intervals(strategy, pair, time),
            funding=self._funding.at(strategy, pair, time),
            leverage_steps=leverage_steps(strategy),
        )

    def entry_market(self, strategy: IStrategy, pair: str, time: datetime) -> Market:
        """Return the same for an entry, with the spread where a rule asks for it."""
        market = self.market(strategy, pair, time)
        if not self._settings.needs_spread(pair):
            return market
        return replace(market, spread_ratio=self._spreads.ratio(strategy, pair, time))

    def portfolio(self, strategy: IStrategy, pairs: tuple[str, ...], time: datetime) -> Portfolio:
        """Return how pairs move together."""
        return self._portfolios.portfolio(strategy, pairs, time)

    def position(
        self,
        strategy: IStrategy,
        trade: LocalTrade,
        rate: float,
        time: datetime,
        planned_atr: Callable[[LocalTrade], float],
        report: PositionReport = NOTHING_TOLD,
    ) -> Position:
        """Return what is filled of an open trade at a rate; its market is of the entry's candle.

        Parameters
        ----------
        planned_atr : callable
            Returns the ATR that the entry was decided with; NaN where that is not known any more.
        report : PositionReport
            What the exchange tells of it.
        """
        amount, margin_quote, open_rate = filled_position(trade)
        position = Position(
            market=self._entry_market(strategy, trade, planned_atr),
            side=trade_side(trade),
            open_rate=open_rate,
            amount=amount,
            margin_quote=margin_quote,
            leverage=trade.leverage,
            rate=rate,
            enter_tag=trade.enter_tag,
            funding_quote=open_funding(trade).margin_quote,
            exchange_liquidation_price=trade.liquidation_price or 0.0,
            stop_price=trade.stop_loss or nan,
            trade_id=trade.id,
            funding=self._funding.to_come(strategy, trade.pair, time),
            report=report,
        )
        return self._in_margin_mode(strategy, position, time)

    def position_now(
        self,
        strategy: IStrategy,
        trade: LocalTrade,
        rate: float,
        time: datetime,
        before: Position,
        report: PositionReport,
    ) -> Position:
        """Return an open trade at a rate, from what it was before; nothing was filled since."""
        position = before.at(
            rate,
            funding=self._funding.to_come(strategy, trade.pair, time),
            funding_quote=open_funding(trade).margin_quote,
            exchange_liquidation_price=trade.liquidation_price or 0.0,
            stop_price=trade.stop_loss or nan,
            report=report,
        )
        return self._in_margin_mode(strategy, position, time)

    def with_marks(
        self,
        strategy: IStrategy,
        exchange: Reconciled,
        trades: Sequence[LocalTrade],
        marks: Sequence[float],
        time: datetime,
    ) -> Reconciled:
        """Return what the exchange holds, each position with a mark: not every exchange tells one.

        Then the last price that is known holds; so too while the exchange tells no positions.

        Parameters
        ----------
        marks : sequence of float
            The price that each trade is valued at.
        """
        wants = [
            item.held and not (exchange.is_told and item.mark_price > 0)
            for item in exchange.mismatches
        ]
        if not any(wants):
            return exchange
        by_pair = {trade.pair: mark for trade, mark in zip(trades, marks, strict=True)}
        known = [
            replace(item, mark_price=self._mark(strategy, item, by_pair, time))
            if is_wanted
            else item
            for item, is_wanted in zip(exchange.mismatches, wants, strict=True)
        ]
        return replace(exchange, mismatches=tuple(known))

    def _mark(
        self, strategy: IStrategy, item: Mismatch, marks: Mapping[str, float], time: datetime
    ) -> float:
        if item.pair in marks:
            return marks[item.pair]
        rate = nan
        if is_running_bot(strategy.config):
            rate = self._exit_rate(
                strategy, item.pair, time, is_short=item.held < 0, is_traded=False
            )
        # Else as it was told last.
        known = (rate, item.mark_price, self._candles.close(strategy, item.pair, time))
        return next((price for price in known if price > 0), nan)

    def funding_known_until(self, pair: str) -> float:
        """Return until when (epoch seconds) an open trade's funding to come stays what it is."""
        return self._funding.known_until(pair)

    def unbooked_positions(
        self, strategy: IStrategy, mismatches: Sequence[Mismatch], time: datetime
    ) -> tuple[Position, ...]:
        """Return what the exchange holds beyond the trades, at the mark that it told.

        They have numbers below 0, and no stop that anybody knows of. One whose margin nobody tells
        counts with its whole notional.
        """
        surplus = [item for item in mismatches if item.surplus]
        return tuple(
            self._unbooked(strategy, item, -number, time)
            for number, item in enumerate(surplus, start=1)
        )

    def _unbooked(
        self, strategy: IStrategy, item: Mismatch, trade_id: int, time: datetime
    ) -> Position:
        known = (item.mark_price, self._candles.close(strategy, item.pair, time), item.entry_price)
        rate = next((price for price in known if price > 0), nan)
        amount = abs(item.surplus)
        notional_quote = amount * rate
        margin_quote = item.margin_quote * amount / abs(item.held)
        if not margin_quote > 0:
            margin_quote = notional_quote
        position = Position(
            market=Market(
                pair=item.pair,
                tiers=self._markets.tiers(strategy, item.pair),
                taker_fee=self._markets.taker_fee(strategy, item.pair),
                daily_volatility=self._candles.daily_volatility(strategy, item.pair, time),
                atr=nan,
            ),
            side=1 if item.surplus > 0 else -1,
            open_rate=item.entry_price if item.entry_price > 0 else rate,
            amount=amount,
            margin_quote=margin_quote,
            leverage=notional_quote / margin_quote,
            rate=rate,
            trade_id=trade_id,
        )
        return self._in_margin_mode(strategy, position, time)

    def _in_margin_mode(self, strategy: IStrategy, position: Position, time: datetime) -> Position:
        """Return a position with its beta where the whole account answers for it."""
        if not is_cross(strategy.config):
            return position
        beta = self._portfolios.beta(strategy, position.market.pair, time)
        return replace(position, margin_mode="cross", beta=beta)

    def _entry_market(
        self, strategy: IStrategy, trade: LocalTrade, planned_atr: Callable[[LocalTrade], float]
    ) -> Market:
        """Return the market at a trade's entry; it does not change any more once it is known.

        A running bot keeps the ATR with the trade: after a restart the candles of the entry may be
        gone, and those of another timeframe would give another stop.
        """
        key = (trade.pair, trade.open_date_utc)
        market = self._at_entry.get(key)
        if market is not None:
            return market
        market = self.market(strategy, *key)
        if is_running_bot(strategy.config):
            kept = number(self._memory.get_for_trade(trade, _ATR))
            atr = planned_atr(trade) if kept is None else kept
            if isnan(atr):
                atr = self._candles.atr(strategy, *key, or_own=False)
            if kept is None and not isnan(atr):
                self._memory.set_for_trade(trade, _ATR, float(atr))
            market = replace(market, atr=atr)
        if not isnan(market.atr):
            if len(self._at_entry) >= _REMEMBERED_ENTRIES:
                self._at_entry.clear()
            self._at_entry[key] = market
        return market

    def marks(
        self, strategy: IStrategy, trades: Sequence[LocalTrade], time: datetime
    ) -> list[float]:
        """Return the price to value each trade at; where none is known, the worst it has seen.

        In backtests the last close; on a running bot the rate that it would exit at, as it last
        asked the exchange for it. Only where it has not for long the guard asks by itself, and for
        a minute no more once that fails: the bot's own exits must not wait for time-outs.
        """
        if is_running_bot(strategy.config):
            rates = [
                self._exit_rate(strategy, trade.pair, time, is_short=trade.is_short)
                for trade in trades
            ]
            prices = [
                self._candles.close(strategy, trade.pair, time) if isnan(rate) else rate
                for trade, rate in zip(trades, rates, strict=True)
            ]
        else:
            prices = self._candles.closes(strategy, [trade.pair for trade in trades], time)
        return [
            _worst_recorded_price(trade) if isnan(price) else price
            for trade, price in zip(trades, prices, strict=True)
        ]

    def candle(
        self, strategy: IStrategy, trade: LocalTrade, time: datetime
    ) -> tuple[float, float, float]:
        """Return open, low and high of the candle that a backtest is in.

        Where freqtrade fills a gap, and where nothing is known, the price stands still.
        """
        known = self._candles.opened_at(strategy, trade.pair, time)
        if known is not None:
            return known
        (mark,) = self.marks(strategy, [trade], time)
        return mark, mark, mark

    def _exit_rate(
        self,
        strategy: IStrategy,
        pair: str,
        time: datetime,
        *,
        is_short: bool,
        is_traded: bool = True,
    ) -> float:
        """Return the rate that a running bot last saw; NaN where the exchange gave none."""
        exchange = exchange_of(strategy)
        failed = self._rates_failed.get(is_traded)
        if failed is not None and time - failed < _ASK_AGAIN:
            return float(getattr(exchange, "_exit_rate_cache", {}).get(pair) or nan)
        try:
            rate = exchange.get_rate(pair, side="exit", is_short=is_short, refresh=False)
        except (ExchangeError, DependencyException):
            self._rates_failed[is_traded] = time
            return nan
        self._rates_failed.pop(is_traded, None)
        return float(rate)


def _worst_recorded_price(trade: LocalTrade) -> float:
    worst = trade.max_rate if trade.is_short else trade.min_rate
    return float(worst or trade.open_rate)


def bot_stake_quote(strategy: IStrategy, pair: str) -> float:
    """Return the stake that the bot would give the next trade; 0 where it has no money."""
    if strategy.wallets is None:
        return 0.0
    try:
        stake = strategy.wallets.get_trade_stake_amount(
            pair, strategy.max_open_trades, update=False
        )
    except DependencyException:
        return 0.0
    return float(stake)
