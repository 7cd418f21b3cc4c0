"""What freqtrade's wallet holds, and what it would hold if the bot had never traded."""

from collections.abc import Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy
from freqtrade.util import dt_now
from freqtrade.wallets import Wallets

from freqtrade_riskguard.adapters.account.trades import open_funding
from freqtrade_riskguard.adapters.account.waiting_orders import sold_profit_quote
from freqtrade_riskguard.adapters.run_mode import trades_real_money


def counted_base(strategy: IStrategy, trades: Sequence[LocalTrade], closed: float) -> float:
    """Return what the wallet would hold if this bot had never traded."""
    realised = closed + sum(trade.realized_profit or 0.0 for trade in trades)
    if trades_real_money(strategy.config):
        # A real wallet has paid the open trades' fees and funding already, and what an exit that
        # waits has sold.
        realised += sum(_paid_so_far(trade) + sold_profit_quote(trade) for trade in trades)
    return wallet_quote(strategy) - realised


def _paid_so_far(trade: LocalTrade) -> float:
    """Return what the open part of a trade has cost the wallet, negative: entry fee and funding."""
    entry_fee = (trade.fee_open or 0.0) * trade.amount * trade.open_rate
    return open_funding(trade).unrealised_quote - entry_fee


def wallet_quote(strategy: IStrategy) -> float:
    """Return what freqtrade's wallet holds."""
    return float(_wallets(strategy).get_total(strategy.config["stake_currency"]))


def free_quote(strategy: IStrategy) -> float:
    """Return what of the wallet is not bound."""
    return float(_wallets(strategy).get_free(strategy.config["stake_currency"]))


def read_at(strategy: IStrategy) -> datetime | None:
    """Return when freqtrade has last read the balance; None where it does not say."""
    return getattr(strategy.wallets, "_last_wallet_refresh", None)


def refresh_wallets(strategy: IStrategy) -> None:
    """Let freqtrade ask the exchange for balance and positions."""
    wallets, began = _wallets(strategy), dt_now()
    wallets.update()
    # freqtrade notes the end: what comes while it asks may be in no balance yet.
    wallets._last_wallet_refresh = began  # noqa: SLF001 - there is no public way


def _wallets(strategy: IStrategy) -> Wallets:
    if strategy.wallets is None:
        msg = "freqtrade has not attached the wallets yet"
        raise RuntimeError(msg)
    return strategy.wallets
