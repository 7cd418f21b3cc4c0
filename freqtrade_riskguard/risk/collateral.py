"""The value of collateral that has to be sold in a falling market."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class AssetClass(Enum):
    """Kinds of collateral; the value is the haircut, a fraction."""

    STABLECOIN = 0.0
    BTC = 0.10
    ETH = 0.12
    LARGE_CAP = 0.20
    SMALL_CAP = 0.40

    @property
    def haircut_ratio(self) -> float:
        """Share of the value that does not count as collateral."""
        return float(self.value)


_STABLE = frozenset({"USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI", "PYUSD", "USD", "EUR"})
_LARGE = frozenset({"BNB", "XRP", "SOL", "TRX", "DOGE", "ADA", "LINK", "BCH", "LTC", "AVAX"})
_MAJORS = {"BTC": AssetClass.BTC, "WBTC": AssetClass.BTC, "ETH": AssetClass.ETH}


def asset_class(asset: str) -> AssetClass:
    """Return the kind of an asset by its name.

    Parameters
    ----------
    asset : str
        As exchanges call it, in capitals or not.

    Returns
    -------
    AssetClass
        A small cap for what nobody knows.
    """
    name = asset.upper()
    if name in _STABLE:
        return AssetClass.STABLECOIN
    large = AssetClass.LARGE_CAP if name in _LARGE else AssetClass.SMALL_CAP
    return _MAJORS.get(name, large)


@dataclass(frozen=True, slots=True)
class Holding:
    """One asset that serves as collateral.

    Attributes
    ----------
    asset_class : AssetClass
        Says its haircut.
    amount : float
        Held, in its own units.
    price : float
        Present price, quote units.
    shock_ratio : float, default 0.0
        Assumed move of that price (-0.30 is a fall of 30 %).
    """

    asset_class: AssetClass
    amount: float
    price: float
    shock_ratio: float = 0.0

    @property
    def market_quote(self) -> float:
        """Present value, quote units; 0.0 where a number is NaN, infinite or negative."""
        worth_quote = self.amount * self.price
        known = self.amount >= 0.0 and self.price >= 0.0 and worth_quote < math.inf
        return worth_quote if known else 0.0

    def stressed_quote(self, forced_sale_ratio: float = 0.03) -> float:
        """Return the value after shock, haircut and sale; see :func:`stressed_collateral`."""
        shocked_quote = self.market_quote * (1.0 + self.shock_ratio)
        # A stablecoin is the money that is owed: it need not be sold first.
        premium_ratio = 0.0 if self.asset_class is AssetClass.STABLECOIN else forced_sale_ratio
        kept_ratio = 1.0 - self.asset_class.haircut_ratio - premium_ratio
        stressed_quote = shocked_quote * max(0.0, kept_ratio)
        return stressed_quote if 0.0 < stressed_quote < math.inf else 0.0


def stressed_collateral(holdings: Iterable[Holding], forced_sale_ratio: float = 0.03) -> float:
    """Return the collateral that is left when prices have moved and it has to be sold.

    Parameters
    ----------
    holdings : iterable of Holding
        Everything that backs the account.
    forced_sale_ratio : float, default 0.03
        What a forced sale costs, in [0, 1); not charged on stablecoins.

    Returns
    -------
    float
        Quote units, never negative. A holding with a NaN, infinite or negative number counts as 0.

    Raises
    ------
    ValueError
        For a premium outside [0, 1).

    Notes
    -----
    Formula: ``sum(held * price * (1 + shock) * (1 - haircut - premium))``
    """
    if not 0.0 <= forced_sale_ratio < 1.0:
        raise ValueError(f"`forced_sale_ratio` must be in [0, 1), got {forced_sale_ratio!r}")
    return math.fsum(holding.stressed_quote(forced_sale_ratio) for holding in holdings)


def stablecoin_share(holdings: Iterable[Holding]) -> float:
    """Return the share of stablecoins in the collateral's present value.

    Parameters
    ----------
    holdings : iterable of Holding
        Everything that backs the account.

    Returns
    -------
    float
        In [0, 1]; below 0.5 is worth a warning. 0.0 where nothing has a known value.
    """
    known = list(holdings)
    total_quote = math.fsum(holding.market_quote for holding in known)
    if total_quote == 0.0:
        return 0.0
    stable = AssetClass.STABLECOIN
    stable_quote = math.fsum(item.market_quote for item in known if item.asset_class is stable)
    return stable_quote / total_quote
