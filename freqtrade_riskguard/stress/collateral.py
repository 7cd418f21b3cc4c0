"""The account's collateral, and what a forced sale in a falling market would leave of it."""

from collections.abc import Sequence
from math import nan

from freqtrade_riskguard.risk import (
    DEFAULT_MOVES,
    Holding,
    stablecoin_share,
    stressed_collateral,
)
from freqtrade_riskguard.stress.input import HeldCollateral, StressInput
from freqtrade_riskguard.stress.report import CollateralRow


def _holdings(collateral: Sequence[HeldCollateral], move: float) -> list[Holding]:
    return [
        Holding(
            item.asset_class,
            item.amount,
            item.price,
            0.0 if item.asset_class.haircut_ratio == 0 else move,
        )
        for item in collateral
    ]


def collateral_loss(collateral: Sequence[HeldCollateral], move: float) -> float:
    """Return what collateral loses in a market that falls; a rising one takes nothing."""
    if move >= 0 or not collateral:
        return 0.0
    holdings = _holdings(collateral, move)
    return sum(item.market_quote for item in holdings) - stressed_collateral(holdings)


def counted_collateral(given: StressInput) -> tuple[HeldCollateral, ...]:
    """Return the coins beside the equity that stand behind positions."""
    counts = given.margin_mode == "cross" and given.multi_assets is True
    return given.other_collateral if counts else ()


def other_collateral(given: StressInput) -> float:
    """Return what they count as, in every scenario: what a forced sale after the worst fall leaves.

    So counts the guard of a running bot.
    """
    return stressed_collateral(_holdings(counted_collateral(given), DEFAULT_MOVES[0]))


def collateral_row(item: HeldCollateral) -> CollateralRow:
    """Return one asset, now and after the worst fall."""
    (holding,) = _holdings([item], DEFAULT_MOVES[0])
    return CollateralRow(
        asset=item.asset,
        kind=item.asset_class.name.lower(),
        value_quote=holding.market_quote,
        haircut_ratio=item.asset_class.haircut_ratio,
        stressed_quote=holding.stressed_quote(),
    )


def stable_share(given: StressInput) -> float:
    """Return the share of stablecoins; NaN where no collateral is known."""
    others = counted_collateral(given)
    if not given.collateral and not others:
        return nan
    cash = HeldCollateral(asset=given.currency, amount=given.equity_quote, price=1.0)
    return stablecoin_share(_holdings([*(given.collateral or [cash]), *others], 0.0))
