"""A pair's fees and maintenance tiers, from the exchange that freqtrade holds."""

import logging
from typing import Any

from ccxt import DECIMAL_PLACES
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.risk import TierTable

logger = logging.getLogger(__name__)

# As if the stop took everything: freqtrade then adds the largest reserve to the exchange's minimum,
# so it ignores no cut that leaves this much, live or in a backtest.
_WHOLE_STOP = -1.0
_TENTHS, _WHOLE = 10, 1
# Where the exchange names no fee: what a taker without discount pays on the large exchanges.
_DEFAULT_TAKER_FEE = 0.0006


class ContractSpecs:
    """Tiers and fees by pair, each looked up once.

    Parameters
    ----------
    fallback_maintenance_rate : float
        Used, with a warning, for a pair whose tiers the exchange does not give.
    """

    def __init__(self, fallback_maintenance_rate: float) -> None:
        self._fallback = TierTable.flat(fallback_maintenance_rate)
        self._tiers: dict[str, TierTable] = {}
        self._fees: dict[str, float] = {}

    def restart(self) -> None:
        """Look everything up again."""
        self._tiers.clear()
        self._fees.clear()

    def tiers(self, strategy: IStrategy, pair: str) -> TierTable:
        """Return the maintenance tiers of a pair."""
        table = self._tiers.get(pair)
        if table is None:
            # freqtrade offers no public access to the whole table.
            rows = getattr(exchange_of(strategy), "_leverage_tiers", {}).get(pair)
            if rows:
                table = TierTable.build(
                    (
                        row["minNotional"],
                        row["maxNotional"],
                        row["maintenanceMarginRate"],
                        row["maintAmt"],
                        row["maxLeverage"],
                    )
                    for row in rows
                )
            else:
                table = self._fallback
                logger.warning(
                    "RiskGuard: the exchange gives no leverage tiers for %s; its liquidation price "
                    "is computed with riskguard.liquidation.fallback_maintenance_rate.",
                    pair,
                )
            self._tiers[pair] = table
        return table

    def taker_fee(self, strategy: IStrategy, pair: str) -> float:
        """Return the taker fee of a pair, ratio of the notional."""
        fee = self._fees.get(pair)
        if fee is None:
            configured = strategy.config.get("fee")
            market = exchange_of(strategy).markets.get(pair, {})
            known = market.get("taker") if configured is None else configured
            fee = _DEFAULT_TAKER_FEE if known is None else float(known)
            self._fees[pair] = fee
        return fee


def least_remaining_quote(strategy: IStrategy, pair: str, rate: float) -> float:
    """Return the notional that a cut must leave of a position; 0 where there is no minimum.

    A notional, not a margin: the exchange's minimum is the same at any leverage.
    """
    least = exchange_of(strategy).get_min_pair_stake_amount(pair, rate, _WHOLE_STOP)
    return float(least or 0.0)


def leverage_steps(strategy: IStrategy) -> int:
    """Return into how many steps the exchange divides 1x, as freqtrade sets leverage there."""
    return _WHOLE if exchange_of(strategy).get_option("floor_leverage", default=False) else _TENTHS


def lot_of(trade: LocalTrade) -> float:
    """Return the least amount that the exchange trades, base units; 0 where that is not known."""
    precision = trade.amount_precision
    if precision is None:
        return 0.0
    step = 10.0**-precision if trade.precision_mode == DECIMAL_PLACES else precision
    return float(step * (trade.contract_size or 1.0))


def exchange_of(strategy: IStrategy) -> Any:
    """Return the exchange object; the data provider is where a strategy reaches it."""
    return strategy.dp._exchange  # noqa: SLF001 - there is no public way
