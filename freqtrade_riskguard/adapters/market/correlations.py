"""How pairs move together, measured once an hour when an entry asks for it."""

from dataclasses import dataclass
from datetime import datetime
from math import isnan

import numpy as np
import numpy.typing as npt
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.market.candles import Candles
from freqtrade_riskguard.risk import UNKNOWN_BETA, beta, shrunk_correlation
from freqtrade_riskguard.snapshot import LEAST_RETURNS, Portfolio, market_pair

_HOUR_SECONDS = 3600
# More pairs than this are not measured for what may be asked later in the hour.
_LARGE = 40


@dataclass(frozen=True, slots=True)
class _Measured:
    """One hour's figures of some pairs, by their place in ``pairs``."""

    hour: int
    pairs: dict[str, int]
    volatility: npt.NDArray[np.float64]
    correlation: npt.NDArray[np.float64]
    betas: npt.NDArray[np.float64]


class CorrelationEstimator:
    """Volatilities, correlations and betas of the pairs that are held and asked for.

    Parameters
    ----------
    candles : Candles
        Whose returns they are measured on.
    """

    def __init__(self, candles: Candles) -> None:
        self._candles = candles
        self._measured: _Measured | None = None
        self._betas_hour = -1
        self._betas: dict[str, float] = {}

    def restart(self) -> None:
        """Measure everything again."""
        self._measured = None
        self._betas_hour = -1

    def beta(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return a pair's beta to the market by ``time``; 1 where unknown."""
        hour = self._hour(time)
        if hour != self._betas_hour:
            self._betas_hour, self._betas = hour, {}
        known = self._betas.get(pair)
        if known is None:
            own, market = (
                self._candles.log_returns(strategy, one, time)
                for one in (pair, market_pair(strategy.config["stake_currency"]))
            )
            known = UNKNOWN_BETA
            if own is not None and market is not None:
                known = beta(own, market, min_periods=LEAST_RETURNS)
            self._betas[pair] = known
        return known

    def portfolio(self, strategy: IStrategy, pairs: tuple[str, ...], time: datetime) -> Portfolio:
        """Return how pairs move together by ``time``.

        A correlation that is unknown is taken as that of a market in which everything falls
        together, a beta as 1, and the market's state from the last pair where there is no BTC.
        """
        # As often as there is something new, or a restart within the hour would decide otherwise.
        hour = self._hour(time)
        known = self._measured
        if known is None or known.hour != hour or not known.pairs.keys() >= set(pairs):
            known = self._measured = self._measure(strategy, pairs, time, hour)
        places = [known.pairs[pair] for pair in pairs]
        market = market_pair(strategy.config["stake_currency"])
        move = self._candles.daily_move(strategy, market, time)
        if isnan(move):
            market = pairs[-1]
            move = self._candles.daily_move(strategy, market, time)
        return Portfolio(
            daily_volatility=known.volatility[places],
            correlation=known.correlation[np.ix_(places, places)],
            betas=known.betas[places],
            market_daily_move=move,
            market_daily_volatility=self._candles.daily_volatility(strategy, market, time),
        )

    def _hour(self, time: datetime) -> int:
        return int(time.timestamp()) // min(_HOUR_SECONDS, self._candles.interval_seconds)

    def _measure(
        self, strategy: IStrategy, pairs: tuple[str, ...], time: datetime, hour: int
    ) -> _Measured:
        candles = self._candles
        wanted = dict.fromkeys(pairs)
        whitelist = strategy.dp.current_whitelist() if strategy.dp is not None else []
        if len(whitelist) <= _LARGE:
            wanted |= dict.fromkeys(whitelist)
        market = market_pair(strategy.config["stake_currency"])
        known = {pair: candles.log_returns(strategy, pair, time) for pair in (*wanted, market)}
        length = max((len(found) for found in known.values() if found is not None), default=0)
        nothing = np.full(max(length, LEAST_RETURNS), np.nan)
        returns = {pair: nothing if found is None else found for pair, found in known.items()}
        return _Measured(
            hour=hour,
            pairs={pair: place for place, pair in enumerate(wanted)},
            volatility=np.array(
                [candles.daily_volatility(strategy, pair, time) for pair in wanted]
            ),
            correlation=shrunk_correlation(np.column_stack([returns[pair] for pair in wanted])),
            betas=np.array(
                [beta(returns[pair], returns[market], min_periods=LEAST_RETURNS) for pair in wanted]
            ),
        )
