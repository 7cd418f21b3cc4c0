"""The account's equity, counted from a base and marked to market."""

import logging
from collections.abc import Callable
from datetime import datetime
from math import isnan

from freqtrade.enums import TRADE_MODES, RunMode
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.persistence import Store
from freqtrade_riskguard.adapters.trades import closed_profit_quote
from freqtrade_riskguard.snapshot import Account

logger = logging.getLogger(__name__)

# A difference between wallet and account beyond this is not fees but money moved.
_TRANSFER_RATIO = 0.005


class Equity:
    """Counts the account's equity once per loop.

    Formula: ``equity = base + closed profit + profit of open trades``, where the base is the wallet
    before the bot's first trade, and profits contain fees and funding.
    """

    def __init__(self) -> None:
        self._base: float | None = None
        self._day = 0
        self._day_start = 0.0

    def restart(self) -> None:
        """Begin anew: the next update finds the base and the day's start again."""
        self._base = None
        self._day = 0

    def update(
        self,
        strategy: IStrategy,
        time: datetime,
        trades: list[LocalTrade],
        mark: Callable[[LocalTrade], float],
        funding_paid_quote: float = 0.0,
    ) -> Account:
        """Return the account at ``time``.

        Parameters
        ----------
        trades : list of LocalTrade
            The open ones.
        mark : callable
            Returns the price a trade is valued at.
        """
        wallet = _wallet(strategy)
        closed = closed_profit_quote()
        if self._base is None:
            realised = closed + sum(trade.realized_profit or 0.0 for trade in trades)
            if strategy.config.get("runmode") == RunMode.LIVE:
                # A real wallet has paid the open trades' fees and funding already.
                realised += sum(_paid_so_far(trade) for trade in trades)
            self._base = self._find_base(strategy, wallet - realised)
        open_profit = sum(trade.calculate_profit(mark(trade)).total_profit for trade in trades)
        equity = self._base + closed + open_profit
        day = time.toordinal()
        if day != self._day:
            self._start_day(strategy, day, equity)
        live = strategy.config.get("runmode") in TRADE_MODES
        return Account(
            time=time,
            equity_quote=equity,
            wallet_quote=wallet,
            day_start_equity_quote=self._day_start,
            open_trades=len(trades),
            funding_paid_quote=funding_paid_quote,
            basis="live, last closed candle" if live else "candle close",
        )

    def _find_base(self, strategy: IStrategy, counted: float) -> float:
        """Return the base; what was added or taken while the bot was off moves the day's start."""
        if "available_capital" in strategy.config:
            return float(strategy.config["available_capital"])
        store = Store(strategy)
        known = store.load("equity_base")
        if known is None or abs(counted - known) > _TRANSFER_RATIO * max(known, 0.0):
            if known is not None:
                day_start = store.load("day_start_equity")
                if day_start is not None:
                    store.save("day_start_equity", day_start + counted - known)
                logger.warning(
                    "RiskGuard: account changed by %+.2f %s not from this bot; its loss limits "
                    "move with it.",
                    counted - known,
                    strategy.config["stake_currency"],
                )
            store.save("equity_base", counted)
            return counted
        return known

    def _start_day(self, strategy: IStrategy, day: int, equity: float) -> None:
        """Begin a UTC day, or go on with it after a restart."""
        store = Store(strategy)
        begun = self._day == 0 and store.load("day") == day
        stored = store.load("day_start_equity") if begun else None
        self._day = day
        if stored is not None and not isnan(stored):
            self._day_start = stored
            return
        self._day_start = equity
        store.save("day", day)
        store.save("day_start_equity", equity)


def _paid_so_far(trade: LocalTrade) -> float:
    """Return what an open trade has cost the wallet, negative: its entry fee and its funding."""
    entry_fee = (trade.fee_open or 0.0) * trade.amount * trade.open_rate
    return (trade.funding_fees or 0.0) - entry_fee


def _wallet(strategy: IStrategy) -> float:
    wallets = strategy.wallets
    if wallets is None:
        msg = "freqtrade has not attached the wallets yet"
        raise RuntimeError(msg)
    return float(wallets.get_total(strategy.config["stake_currency"]))
