"""The candles that a running bot must fetch for the guard's rules."""

from freqtrade.constants import ListPairsWithTimeframes
from freqtrade.enums import CandleType
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import open_trades
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.market.funding_rates import funding_timeframe
from freqtrade_riskguard.config.loading import for_pair


def needed_candles(session: Session, strategy: IStrategy) -> ListPairsWithTimeframes:
    """Return the pairs that the bot trades or holds, with the timeframes that rules look at."""
    timeframe = str(session.settings.volatility.timeframe)
    candle_type = strategy.config["candle_type_def"]
    held = [trade.pair for trade in open_trades()]
    # freqtrade attaches its data before it asks.
    whitelist = [] if strategy.dp is None else strategy.dp.current_whitelist()
    watched = list(dict.fromkeys([*whitelist, *held]))
    wanted = [(pair, timeframe, candle_type) for pair in watched]
    # freqtrade fetches nothing that nobody has named here, and then knows no funding.
    wanted += [
        (pair, funding_timeframe(strategy), CandleType.FUNDING_RATE)
        for pair in watched
        if for_pair(session.settings, pair).needs_funding
    ]
    return wanted
