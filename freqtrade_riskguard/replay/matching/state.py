"""All that the matching engine has to remember, to be kept in a file and taken up again."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from freqtrade_riskguard.replay.matching.account import (
    ContractSettings,
    Holding,
    Income,
)
from freqtrade_riskguard.replay.matching.orders import ConditionalOrder, Fill, Order


@dataclass(kw_only=True)
class PriceFactors:
    """What the recorded prices of a contract are multiplied by.

    Parameters
    ----------
    last, mark
        Factors, above 0.
    until_ms
        When both are 1 again, milliseconds since 1970 UTC; None for never.
    """

    last: float = 1.0
    mark: float = 1.0
    until_ms: int | None = None


@dataclass(kw_only=True)
class MatchingState:
    """The account, its orders and its history; plain data.

    Parameters
    ----------
    now_ms
        Up to where the engine has advanced, milliseconds since 1970 UTC.
    wallet_quote
        Balance, quote units: the sum of all incomes.
    settings
        Leverage and margin mode by contract.
    holdings
        Open positions by contract.
    orders, conditionals, fills, incomes
        Everything that ever was, in the order of time.
    price_factors
        Price overrides by contract.
    adl_quantiles
        Given ranks in the queue of auto-deleveraging, by contract.
    liquidation_first
        Whether liquidations come before conditional orders that the same movement reaches.
    """

    now_ms: int
    wallet_quote: float = 0.0
    settings: dict[str, ContractSettings] = field(default_factory=dict)
    holdings: dict[str, Holding] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    conditionals: dict[int, ConditionalOrder] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    incomes: list[Income] = field(default_factory=list)
    price_factors: dict[str, PriceFactors] = field(default_factory=dict)
    adl_quantiles: dict[str, int] = field(default_factory=dict)
    liquidation_first: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON's types."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_dict(cls, plain: object) -> "MatchingState":
        """Read what `to_dict` gave.

        Raises
        ------
        pydantic.ValidationError
            If a field is missing or of another type.
        """
        return _ADAPTER.validate_python(plain)


_ADAPTER = TypeAdapter(MatchingState)
