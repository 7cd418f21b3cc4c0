"""The running bot itself, which freqtrade gives no strategy: the one way to it stands here.

What the bot has not asked its strategy about (it failed before), and what it has missed of an
exchange that lost an answer, only its own functions can put right: they make orders, book them and
tell people.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy

if TYPE_CHECKING:
    from freqtrade.freqtradebot import FreqtradeBot


def bot_of(strategy: IStrategy) -> "FreqtradeBot | None":
    """Return the bot that runs a strategy; None where it cannot be found."""
    messages = getattr(strategy.dp, "_DataProvider__rpc", None)
    found = getattr(getattr(messages, "_rpc", None), "_freqtrade", None)
    # Who runs a bot has imported it; a backtest has not, and would wait for it for nothing.
    kind = getattr(sys.modules.get("freqtrade.freqtradebot"), "FreqtradeBot", None)
    return found if kind is not None and isinstance(found, kind) else None


@contextmanager
def nothing_else_trades(strategy: IStrategy) -> Iterator[None]:
    """Keep ``/forceenter`` and ``/forceexit``, which have threads of their own, waiting."""
    bot: Any = bot_of(strategy)
    if bot is None:
        yield
        return
    with bot._exit_lock:  # noqa: SLF001 - freqtrade's own functions hold it as well
        yield


def close_at_market(strategy: IStrategy, trade: Trade, rate: float, tag: str) -> bool:
    """Close a trade as freqtrade does, by an order that nobody prices or vetoes.

    Raises
    ------
    DependencyException
        Where the exchange refuses the order, or does not answer.
    """
    bot = bot_of(strategy)
    if bot is None:
        return False
    why = ExitCheckTuple(ExitType.EMERGENCY_EXIT, tag)
    with nothing_else_trades(strategy):
        return bot.execute_trade_exit(trade, rate, why)


def book_what_was_missed(strategy: IStrategy, trade: Trade) -> bool:
    """Let freqtrade look for orders of a trade that it does not know of, and book them.

    It does so by itself only where no stop order of the trade is open.

    Returns
    -------
    bool
        Whether the trade is over: closed, or deleted as one that was never filled.
    """
    bot = bot_of(strategy)
    if bot is None:
        return False
    with nothing_else_trades(strategy):
        return bot.handle_onexchange_order(trade) or not trade.is_open
