"""A pair's fees and maintenance tiers, from the exchange that freqtrade holds."""

import logging
from typing import Any

from ccxt import DECIMAL_PLACES
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.risk import MarginTiers
from freqtrade_riskguard.snapshot import DEFAULT_TAKER_FEE
from freqtrade_riskguard.venues import UNKNOWN, MarketTiers, VenueRule, market_tiers, venue_of

logger = logging.getLogger(__name__)

# As if the stop took everything: freqtrade then adds the largest reserve to the exchange's minimum,
# so it ignores no cut that leaves this much, live or in a backtest.
_WHOLE_STOP = -1.0
_TENTHS, _WHOLE = 10, 1


class ContractSpecs:
    """Tiers and fees by pair, each looked up once.

    Parameters
    ----------
    fallback_maintenance_rate : float
        The least rate, with a warning, for a pair whose tiers the exchange does not give.
    """

    def __init__(self, fallback_maintenance_rate: float) -> None:
        self._fallback_rate = fallback_maintenance_rate
        self._tiers: dict[str, MarginTiers] = {}
        self._fees: dict[str, float] = {}

    def restart(self) -> None:
        """Look everything up again."""
        self._tiers.clear()
        self._fees.clear()

    def tiers(self, strategy: IStrategy, pair: str) -> MarginTiers:
        """Return the maintenance tiers of a pair, by the rule of its venue."""
        tiers = self._tiers.get(pair)
        if tiers is None:
            found = market_tiers_of(strategy, pair, self._fallback_rate)
            if found.why_careful:
                logger.warning(
                    "RiskGuard: %s: %s. Its liquidation price is computed by the careful rule: %s; "
                    "with no tiers at all, at least "
                    "riskguard.liquidation.fallback_maintenance_rate.",
                    *(pair, found.why_careful, UNKNOWN.words.removeprefix("the careful rule: ")),
                )
            tiers = self._tiers[pair] = found.tiers
        return tiers

    def taker_fee(self, strategy: IStrategy, pair: str) -> float:
        """Return the taker fee of a pair, ratio of the notional."""
        fee = self._fees.get(pair)
        if fee is None:
            configured = strategy.config.get("fee")
            market = exchange_of(strategy).markets.get(pair, {})
            known = market.get("taker") if configured is None else configured
            fee = DEFAULT_TAKER_FEE if known is None else float(known)
            self._fees[pair] = fee
        return fee


def least_remaining_quote(strategy: IStrategy, pair: str, rate: float) -> float:
    """Return the notional that a cut must leave of a position; 0 where there is no minimum.

    A notional, not a margin: the exchange's minimum is the same at any leverage.
    """
    least = exchange_of(strategy).get_min_pair_stake_amount(pair, rate, _WHOLE_STOP)
    return float(least or 0.0)


def leverage_steps(strategy: IStrategy) -> int:
    """Return into how many steps the exchange divides 1x; in whole numbers where either says so.

    freqtrade floors on some exchanges itself. On others its client does, after the stake is known:
    the table of venues names them.
    """
    floors = exchange_of(strategy).get_option("floor_leverage", default=False)
    return _WHOLE if floors or venue_of_bot(strategy).leverage_step >= 1.0 else _TENTHS


def lot_of(trade: LocalTrade) -> float:
    """Return the least amount that the exchange trades, base units; 0 where that is not known."""
    precision = trade.amount_precision
    if precision is None:
        return 0.0
    step = 10.0**-precision if trade.precision_mode == DECIMAL_PLACES else precision
    return float(step * (trade.contract_size or 1.0))


def market_tiers_of(strategy: IStrategy, pair: str, fallback_rate: float) -> MarketTiers:
    """Return what the exchange tells of a pair's maintenance, by the rule of its venue."""
    exchange = exchange_of(strategy)
    return market_tiers(
        venue_of_bot(strategy),
        # freqtrade offers no public access to the whole table.
        getattr(exchange, "_leverage_tiers", {}).get(pair),
        exchange.markets.get(pair) or {},
        fallback_rate=fallback_rate,
    )


def venue_of_bot(strategy: IStrategy) -> VenueRule:
    """Return the row of the exchange that a bot trades on."""
    configured = (strategy.config.get("exchange") or {}).get("name")
    # ccxt's name is for people, and serves where there is no configuration.
    return venue_of(str(configured or getattr(exchange_of(strategy), "name", "")))


def exchange_of(strategy: IStrategy) -> Any:
    """Return the exchange object; the data provider is where a strategy reaches it."""
    return strategy.dp._exchange  # noqa: SLF001 - there is no public way


def client_of(strategy: IStrategy) -> Any:
    """Return ccxt's object, for requests that freqtrade does not make."""
    return exchange_of(strategy)._api  # noqa: SLF001 - there is no public way
