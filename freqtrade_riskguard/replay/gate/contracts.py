"""The contracts and their risk limits, as Gate publishes them: orders are numbers of contracts.

Ticks are those that the candles show. Sizes are Gate's own for the coins in `CONTRACTS_BASE`;
contracts of others are assumed to be worth 1 to 10 quote units. Orders are of whole contracts.
Tiers are the replay's.
"""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.gate.arguments import limit_of, tape_of, tapes_of, whole_of
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.risk.tiers import Tier

# Size of a contract, base units.
CONTRACTS_BASE: Mapping[str, float] = {"BTC": 0.0001, "ETH": 0.01, "SOL": 1.0, "DOGE": 10.0}
# The largest order of a market is the power of ten above 10 million quote units' worth: this part
# of it is worth 1 to 10.
_ORDERS_PER_CONTRACT = 1e-7
# Risk limits of so many contracts are on a page.
_MOST_CONTRACTS = 100
# A tier without an end, in a document of whole numbers.
_NO_CAP = 10**15


def contract_base(market: Market) -> float:
    """Return the size of a contract, base units."""
    assumed = market.filters.max_quantity_base * _ORDERS_PER_CONTRACT
    return CONTRACTS_BASE.get(market.coin.base, assumed)


def contracts(venue: ExchangeState, query: Query) -> object:
    """Answer the contracts that are settled in a currency."""
    return [_contract(venue, name, tape) for name, tape in tapes_of(venue, query).items()]


def contract(venue: ExchangeState, query: Query) -> object:
    """Answer one contract."""
    return _contract(venue, query["contract"], tape_of(venue, query))


def nothing_listed(_venue: ExchangeState, _query: Query) -> object:
    """Answer what spot, margin, dated futures and options trade here."""
    return []


def risk_limits(venue: ExchangeState, query: Query) -> object:
    """Answer the tiers of a contract, or of a page of contracts."""
    names = list(tapes_of(venue, query))
    first = whole_of(query, "offset") or 0
    page = names[first : first + limit_of(query, usual=_MOST_CONTRACTS, most=_MOST_CONTRACTS)]
    return [
        _risk_limit(name, number, tier)
        for name in page
        for number, tier in enumerate(venue.tiers[name].tiers, 1)
    ]


def _contract(venue: ExchangeState, name: str, tape: Recording) -> dict[str, Any]:
    now_ms, filters, size_base = venue.now_ms(), tape.market.filters, contract_base(tape.market)
    price, mark_price = venue.price(tape, FUTURES), venue.price(tape, MARK)
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    tiers, tick = (
        venue.tiers[name].tiers,
        f"{10**-filters.price_decimals:.{filters.price_decimals}f}",
    )
    return {
        "name": name,
        "type": "direct",
        "quanto_multiplier": _plain(size_base),
        "mark_type": "index",
        "last_price": None if price is None else _plain(price),
        "mark_price": None if mark_price is None else _plain(mark_price),
        "index_price": None if price is None else _plain(price),
        "order_price_round": tick,
        "mark_price_round": tick,
        "order_price_deviate": "0.5",
        "order_size_min": 1,
        "order_size_max": round(filters.max_quantity_base / size_base),
        "enable_decimal": False,
        "leverage_min": "1",
        "leverage_max": f"{tiers[0].max_leverage:g}",
        "maintenance_rate": f"{tiers[0].maintenance_rate:.6g}",
        "risk_limit_base": _cap(tiers[0]),
        "risk_limit_step": _cap(tiers[0]),
        "risk_limit_max": _cap(tiers[-1]),
        "maker_fee_rate": "0.0002",
        "taker_fee_rate": "0.0005",
        "funding_rate": None if rate is None else f"{rate:.8f}",
        "funding_rate_indicative": None if rate is None else f"{rate:.8f}",
        "funding_interval": tape.funding.interval_ms(now_ms) // 1000,
        "funding_next_apply": tape.funding.next_ms(now_ms) // 1000,
        "create_time": tape.market.onboard_ms // 1000,
        "status": "trading",
        "in_delisting": False,
    }


def _risk_limit(name: str, number: int, tier: Tier) -> dict[str, Any]:
    return {
        "contract": name,
        "tier": number,
        "risk_limit": _cap(tier),
        "initial_rate": f"{1.0 / tier.max_leverage:.6g}",
        "maintenance_rate": f"{tier.maintenance_rate:.6g}",
        "leverage_max": f"{tier.max_leverage:g}",
        "deduction": f"{tier.maintenance_amount_quote:.6f}",
    }


def _cap(tier: Tier) -> str:
    return f"{min(tier.cap_notional_quote, _NO_CAP):.0f}"


def _plain(number: float) -> str:
    """Return a number with all its digits and without an exponent."""
    return f"{number:.12f}".rstrip("0").rstrip(".")
