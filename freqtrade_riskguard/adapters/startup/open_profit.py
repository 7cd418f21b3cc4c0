"""Where the wallet's total may hold the profit of open positions: equity would count it twice."""

from freqtrade import __version__
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.market.contracts import exchange_of, venue_of_bot
from freqtrade_riskguard.adapters.run_mode import trades_real_money
from freqtrade_riskguard.adapters.startup.checks import refuse
from freqtrade_riskguard.replay.freqtrade_config import is_replay


def check_open_profit(strategy: IStrategy) -> None:
    """Refuse a bot that trades for money where its equity cannot be counted."""
    problem = open_profit_problem(strategy)
    if problem is not None:
        refuse(problem)


def open_profit_problem(strategy: IStrategy) -> str | None:
    """Return why equity would be wrong, and what to do; None where it is not.

    A loss of open positions that is in the wallet already would look like a withdrawal: peak and
    limits would move with it, and the guard would act too late.
    """
    config = strategy.config
    if not trades_real_money(config) or is_replay(config):
        return None
    # freqtrade has it since it takes the profit out: in 2026.6 and 2026.7 some totals hold it.
    includes = getattr(exchange_of(strategy), "balance_includes_unrealized_pnl", None)
    if includes is None:
        return (
            f"freqtrade {__version__} leaves the profit of open positions in the wallet, so that "
            "equity, drawdown and loss limits of a bot that trades for money would be wrong. "
            'Update freqtrade: pip install "freqtrade>=2026.8". Backtests and dry-run work with '
            "this version."
        )
    # There freqtrade's own correction finds nothing to take out.
    venue = venue_of_bot(strategy)
    if not venue.tells_open_profit and includes() and "available_capital" not in config:
        return (
            f"{venue.title} tells the balance with the profit of open positions in it, and does "
            "not tell that profit, so that equity, drawdown and loss limits would be wrong. Set "
            "available_capital to what the bot may use: then the balance is not counted from."
        )
    return None
