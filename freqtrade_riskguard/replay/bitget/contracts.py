"""The contracts and their tiers, as Bitget publishes them.

Ticks and lots are those that the candles show. Fees (0.02 % and 0.06 %), the smallest order of
5 USDT and the tiers are assumed.
"""

from typing import Any

from freqtrade_riskguard.replay.bitget.arguments import framed, tape_of, tapes_of
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import HOUR_MS
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query

# A tier without an end, in a document of whole numbers.
_NO_CAP = 10**15


def contracts(venue: ExchangeState, query: Query) -> object:
    """Answer the contracts that are settled in a coin."""
    found = [_contract(venue, symbol, tape) for symbol, tape in tapes_of(venue, query).items()]
    return framed(venue, found)


def nothing_listed(venue: ExchangeState, _query: Query) -> object:
    """Answer what spot and margin trade here."""
    return framed(venue, [])


def _contract(venue: ExchangeState, symbol: str, tape: Recording) -> dict[str, Any]:
    coin, filters = tape.market.coin, tape.market.filters
    lot = f"{10**-filters.quantity_decimals:.{filters.quantity_decimals}f}"
    return {
        "symbol": symbol,
        "baseCoin": coin.base,
        "quoteCoin": coin.quote,
        "supportMarginCoins": [coin.quote],
        "symbolType": "perpetual",
        "symbolStatus": "normal",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "minTradeNum": lot,
        "sizeMultiplier": lot,
        "volumePlace": str(filters.quantity_decimals),
        "priceEndStep": "1",
        "pricePlace": str(filters.price_decimals),
        "minTradeUSDT": "5",
        "minLever": "1",
        "maxLever": f"{venue.tiers[symbol].tiers[0].max_leverage:g}",
        "fundInterval": str(tape.funding.interval_ms(venue.now_ms()) // HOUR_MS),
        "launchTime": str(tape.market.onboard_ms),
        # Empty and -1: it never expires, and is not taken off.
        "deliveryTime": "",
        "limitOpenTime": "-1",
        "offTime": "-1",
    }


def position_tiers(venue: ExchangeState, query: Query) -> object:
    """Answer the tiers of a contract."""
    tape_of(venue, query)
    symbol = query["symbol"]
    return framed(
        venue,
        [
            {
                "symbol": symbol,
                "level": str(number),
                "startUnit": f"{tier.floor_notional_quote:.0f}",
                "endUnit": f"{min(tier.cap_notional_quote, _NO_CAP):.0f}",
                "leverage": f"{tier.max_leverage:g}",
                "keepMarginRate": f"{tier.maintenance_rate:.6g}",
            }
            for number, tier in enumerate(venue.tiers[symbol].tiers, 1)
        ],
    )
