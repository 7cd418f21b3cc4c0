"""Coins other than the stake currency that stand behind positions in cross margin.

Of the exchanges on which freqtrade trades cross margin Binance alone takes them, in an account of
multi-assets mode. They count as what a forced sale after a fall of the whole market would leave of
them, and as nothing where the mode, or the price of one, is not known.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS
from freqtrade_riskguard.adapters.market.contracts import client_of, exchange_of
from freqtrade_riskguard.adapters.run_mode import is_cross
from freqtrade_riskguard.formatting import percent, sum_of_money
from freqtrade_riskguard.risk import (
    DEFAULT_MOVES,
    AssetClass,
    Holding,
    asset_class,
    stablecoin_share,
    stressed_collateral,
)

logger = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=5)
_VENUE = "binance"
_FALL = min(DEFAULT_MOVES)
_LEAST_STABLE_SHARE = 0.5


class OtherCollateral:
    """Values them once in five minutes; two requests each, of an account in cross margin only.

    Parameters
    ----------
    alert : callable
        Told, with the time, where less than half of the collateral is in stablecoins.

    Attributes
    ----------
    quote : float
        Their value, in the stake currency; 0 where nothing is known.
    """

    def __init__(self, alert: Callable[[datetime, str], None]) -> None:
        self._alert = alert
        self._looked: datetime | None = None
        self._is_told = False
        self._unpriced: frozenset[str] = frozenset()
        self.quote = 0.0

    def look(self, strategy: IStrategy, time: datetime) -> None:
        """Value them anew where it is time to; no error leaves this."""
        if not is_cross(strategy.config) or strategy.wallets is None:
            return
        since = None if self._looked is None else time - self._looked
        if since is not None and timedelta(0) <= since < LOOK_EVERY:
            return
        self._looked = time
        self.quote = 0.0
        try:
            if _takes_other_coins(strategy):
                self._value(strategy, time)
        except (*REFUSALS, LookupError, TypeError, ValueError) as error:
            logger.warning(
                "RiskGuard: coins other than the stake currency count as no collateral: %s", error
            )

    def _value(self, strategy: IStrategy, time: datetime) -> None:
        wallets: Any = strategy.wallets
        stake = strategy.config["stake_currency"]
        own = {stake, exchange_of(strategy).get_proxy_coin()}
        totals: dict[str, float] = {
            coin: float(wallet.total) for coin, wallet in wallets.get_all_balances().items()
        }
        others = {coin: total for coin, total in totals.items() if coin not in own and total > 0.0}
        priced = {coin: _price(strategy, coin, stake) for coin in others}
        self._note_unpriced(frozenset(coin for coin, price in priced.items() if price == 0.0))
        found = list(_holdings(others, priced))
        self.quote = stressed_collateral(found)
        cash = Holding(AssetClass.STABLECOIN, sum(totals.get(coin, 0.0) for coin in own), 1.0)
        share = stablecoin_share([cash, *found])
        self._warn(share if found else 1.0, stake, time)

    def _note_unpriced(self, coins: frozenset[str]) -> None:
        if coins - self._unpriced:
            logger.warning(
                "RiskGuard: no price of %s: it counts as no collateral.", ", ".join(sorted(coins))
            )
        self._unpriced = coins

    def _warn(self, share: float, stake: str, time: datetime) -> None:
        is_low = share < _LEAST_STABLE_SHARE
        if is_low and not self._is_told:
            self._alert(
                time,
                f"Only {percent(share, 0)} of the collateral is in stablecoins (at least 50 % is "
                "safer): the rest falls together with the positions. It counts as "
                f"{sum_of_money(self.quote)} {stake}, what a forced sale after a fall of "
                f"{percent(-_FALL, 0)} would leave.",
            )
        self._is_told = is_low


def _takes_other_coins(strategy: IStrategy) -> bool:
    """Say whether the account is one in which other coins stand behind positions."""
    client = client_of(strategy)
    if client.id != _VENUE:
        return False
    return client.fapiPrivateGetMultiAssetsMargin()["multiAssetsMargin"] is True


def _price(strategy: IStrategy, coin: str, stake: str) -> float:
    """Return the price of a coin; 0 where it is unknown."""
    found = exchange_of(strategy).get_conversion_rate(coin, stake)
    return float(found) if found is not None and isfinite(found) and found > 0.0 else 0.0


def _holdings(others: Mapping[str, float], prices: Mapping[str, float]) -> Iterator[Holding]:
    for coin, amount in others.items():
        kind = asset_class(coin)
        fall = 0.0 if kind is AssetClass.STABLECOIN else _FALL
        yield Holding(kind, amount, prices[coin], fall)
