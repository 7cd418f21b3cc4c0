"""The contracts and their margin levels, as Kraken publishes them.

Ticks and lots are those that the candles show, and the levels are the replay's: all assumed.
"""

from typing import Any

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.krakenfutures.arguments import framed, iso_time
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query


def instruments(venue: ExchangeState, _query: Query) -> object:
    """Answer the contracts; neither inverse nor dated ones are here."""
    found = [_instrument(venue, symbol, tape) for symbol, tape in venue.tapes.items()]
    return framed(venue, "instruments", found)


def _instrument(venue: ExchangeState, symbol: str, tape: Recording) -> dict[str, Any]:
    coin, filters = tape.market.coin, tape.market.filters
    return {
        "symbol": symbol,
        "type": "flexible_futures",
        "pair": f"{coin.base}:{coin.quote}",
        "base": coin.base,
        "quote": coin.quote,
        "tickSize": 10**-filters.price_decimals,
        "contractSize": 1,
        "contractValueTradePrecision": filters.quantity_decimals,
        "tradeable": True,
        "openingDate": iso_time(tape.market.onboard_ms),
        # Of professional clients; each level begins at so much money, and ends at the next one.
        "marginLevels": [
            {
                "numNonContractUnits": tier.floor_notional_quote,
                "initialMargin": 1.0 / tier.max_leverage,
                "maintenanceMargin": tier.maintenance_rate,
            }
            for tier in venue.tiers[symbol].tiers
        ],
    }
