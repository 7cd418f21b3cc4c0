"""A market's maintenance tiers by the rule of its venue, from the rows that freqtrade hands over.

A row has freqtrade's keys: ``minNotional``, ``maxNotional``, ``maintenanceMarginRate``,
``maxLeverage``, and ``maintAmt`` or the exchange's own answer under ``info``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from freqtrade_riskguard.risk import MarginTiers, TierRow, TierTable, WholePositionTiers
from freqtrade_riskguard.venues.rule import VenueRule

Rows: TypeAlias = Sequence[Mapping[str, Any]]

# Maintenance rate over initial margin rate at the greatest leverage.
_HALF = 0.5
# Hyperliquid: markets whose margin table has this number or a greater have more than one tier.
_TIERED_TABLE = 50
# The lowest notional at which any of them asks for more, and at most how much more.
_FIRST_FLOOR_QUOTE, _STEEPER = 3_000_000.0, 2.0


@dataclass(frozen=True, slots=True)
class MarketTiers:
    """A market's tiers.

    Attributes
    ----------
    tiers : TierTable or WholePositionTiers
        Its maintenance margin.
    why_careful : str
        Why the venue's own rule could not be used; empty where it is.
    is_damaged : bool
        Whether there are tiers that are none.
    """

    tiers: MarginTiers
    why_careful: str = ""
    is_damaged: bool = False


def market_tiers(
    venue: VenueRule, rows: Rows | None, market: Mapping[str, Any], *, fallback_rate: float
) -> MarketTiers:
    """Return the tiers of a market; by the careful rule where its venue's cannot be used.

    Parameters
    ----------
    venue : VenueRule
        Whose rule it is.
    rows : sequence of mapping, optional
        The tiers as freqtrade hands them over; None or empty for none.
    market : mapping
        As ccxt describes it: ``contractSize`` and ``limits.leverage.max`` are read.
    fallback_rate : float
        The least maintenance rate where the exchange tells no tiers.
    """
    greatest = _number((market.get("limits") or {}).get("leverage"), "max")
    why = "the exchange gives no leverage tiers" if venue.is_known else "the exchange is not known"
    if rows and venue.maintenance == "contracts" and math.isnan(_number(market, "contractSize")):
        # Tiers of contracts say nothing then, and are worse than none where taken for money.
        rows, why = None, "the size of its contracts is not known"
    try:
        own = _own_rule(venue, rows, market, greatest)
        if own is not None:
            return MarketTiers(own)
        return MarketTiers(_careful(rows or (), greatest, market, fallback_rate), why)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        why = f"its leverage tiers cannot be read ({type(error).__name__}: {error})"
    return MarketTiers(_careful((), greatest, market, fallback_rate), why, is_damaged=True)


def _own_rule(
    venue: VenueRule, rows: Rows | None, market: Mapping[str, Any], greatest: float
) -> MarginTiers | None:
    """Return the tiers by the venue's own rule; None where what it needs is not there."""
    if venue.maintenance == "market":
        return None if math.isnan(greatest) else _of_leverage(greatest, market)
    if not rows:
        return None
    if venue.maintenance == "progressive":
        return TierTable.build(_row(row, venue.deduction) for row in rows)
    if venue.maintenance == "highest tier":
        return WholePositionTiers.by_notional(_row(row) for row in rows)
    if venue.maintenance == "contracts":
        return _of_contracts(rows, _number(market, "contractSize"))
    return None


def _row(row: Mapping[str, Any], deduction: str | None = None) -> TierRow:
    amount = row.get("maintAmt")
    if amount is None and deduction is not None:
        told = (row.get("info") or {}).get(deduction)
        amount = None if told in {None, ""} else float(told)
    return (
        row["minNotional"],
        row["maxNotional"],
        row["maintenanceMarginRate"],
        amount,
        row["maxLeverage"],
    )


def _of_leverage(greatest: float, market: Mapping[str, Any]) -> TierTable:
    rate = _HALF / greatest
    rows: list[TierRow] = [(0.0, None, rate, 0.0, greatest)]
    if _number(market.get("info"), "marginTableId") >= _TIERED_TABLE:
        rows.append((_FIRST_FLOOR_QUOTE, None, rate * _STEEPER, None, greatest / _STEEPER))
    return TierTable.build(rows)


def _of_contracts(rows: Rows, contract_size: float) -> WholePositionTiers:
    """Begin each tier just above the end of the one before, which is of the lower tier still.

    The exchange's own floors are one contract up, and positions may be of parts of a contract.
    """
    ordered = sorted(rows, key=lambda row: float(row["minNotional"]))
    ends = (float(row["maxNotional"]) for row in ordered[:-1])
    floors = [0.0, *(math.nextafter(end, math.inf) for end in ends)]
    return WholePositionTiers.by_contracts(
        (
            (floor, None, row["maintenanceMarginRate"], 0.0, row["maxLeverage"])
            for floor, row in zip(floors, ordered, strict=True)
        ),
        contract_size,
    )


def _careful(
    rows: Rows, greatest: float, market: Mapping[str, Any], fallback_rate: float
) -> MarginTiers:
    """Return the rule for what is not known: of the readings that there are, the worst."""
    told = [_row(row) for row in rows]
    leverages = [greatest, *(row[4] for row in told if row[4] is not None)]
    known = [leverage for leverage in leverages if not math.isnan(leverage)]
    least_rate = min(_HALF / max(known), _HALF) if known else 0.0
    if not told:
        return TierTable.flat(max(least_rate, fallback_rate))
    return WholePositionTiers.by_either(
        ((row[0], None, max(row[2], least_rate), 0.0, row[4]) for row in told),
        _number(market, "contractSize"),
    )


def _number(found: object, key: str) -> float:
    """Return a positive number of a document of ccxt's; NaN where it has none."""
    value: Any = found.get(key) if isinstance(found, Mapping) else None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if 0.0 < number < math.inf else math.nan
