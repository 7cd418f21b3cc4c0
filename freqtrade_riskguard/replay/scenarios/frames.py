"""Everything that is generated for one pair."""

from dataclasses import dataclass

import pandas as pd

from freqtrade_riskguard.replay.scenarios.candles import futures_candles, hourly, mark_candles
from freqtrade_riskguard.replay.scenarios.funding import funding_rates
from freqtrade_riskguard.replay.scenarios.paths import pair_prices
from freqtrade_riskguard.replay.scenarios.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class PairFrames:
    """Market data of one pair, each frame with ``date, open, high, low, close, volume``.

    Parameters
    ----------
    futures_5m
        Trade candles; prices in quote, volumes in base units.
    futures_1h
        The same candles, resampled.
    mark_1h
        Candles of the mark price, quote units, without volume.
    funding
        Payments: the rate of each interval in ``open``, a fraction, above 0 where longs pay.
    """

    futures_5m: pd.DataFrame
    futures_1h: pd.DataFrame
    mark_1h: pd.DataFrame
    funding: pd.DataFrame


def generate(scenario: Scenario) -> dict[str, PairFrames]:
    """Generate the market data of a scenario.

    Parameters
    ----------
    scenario
        What happens.

    Returns
    -------
    dict[str, PairFrames]
        By pair, in the scenario's order. The same scenario gives the same bytes.
    """
    frames = {}
    prices_quote = pair_prices(scenario)
    for model in scenario.pairs:
        path = prices_quote[model.pair]
        futures_5m = futures_candles(model, scenario.start, path)
        frames[model.pair] = PairFrames(
            futures_5m=futures_5m,
            futures_1h=hourly(futures_5m),
            mark_1h=mark_candles(model, scenario.start, path),
            funding=funding_rates(scenario, model, path),
        )
    return frames
