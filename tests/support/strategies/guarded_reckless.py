"""The reckless strategy on candles of 5 minutes, bare and guarded."""

from reckless import Reckless  # type: ignore[import-not-found]

from freqtrade_riskguard import RiskGuard


class Bare(Reckless):  # type: ignore[misc]
    timeframe = "5m"
    # A backtest's RSI begins here, a running bot's with the 499 candles of one request: with fewer
    # the two would not be of the same number.
    startup_candle_count = 400


class Guarded(RiskGuard, Bare):
    """As careful as its configuration says."""
