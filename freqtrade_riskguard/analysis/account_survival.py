"""Whether an account in cross margin would have lived, as it was traded and at other leverages."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from freqtrade_riskguard.analysis.account_path import AccountLiquidation, account_paths
from freqtrade_riskguard.analysis.fill_stress import moved_exits, unmoved_words
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import DEFAULT_LEVERAGES, DEFAULT_SLIPPAGES, FilledTrade


@dataclass(frozen=True, slots=True)
class AccountFate:
    """The account under one way of filling stops.

    Attributes
    ----------
    slippage_ratio : float
        Beyond the worst of a stop's candle; NaN where stops are filled as in the backtest.
    as_traded : AccountLiquidation or None
        None where it lived, or nothing is known.
    leverages : tuple of float
        Effective ones: notional of all positions over equity, at most right after an entry.
    by_leverage : tuple of AccountLiquidation or None
        One for each of ``leverages``, every position larger or smaller by the same factor.
    drawdown_ratio : float
        As it was traded, from the most that was realised to the worst prices of a candle; NaN where
        it was liquidated, or nothing is known.
    drawdown_ratios : tuple of float
        The same, for each of ``leverages``.
    why_unknown : str
        Why nothing is known; empty where it is.
    """

    slippage_ratio: float
    as_traded: AccountLiquidation | None
    leverages: tuple[float, ...]
    by_leverage: tuple[AccountLiquidation | None, ...]
    drawdown_ratio: float = nan
    drawdown_ratios: tuple[float, ...] = ()
    why_unknown: str = ""

    @property
    def keeps_alive(self) -> float:
        """The largest of the leverages up to which it lived at all; 0 for none, NaN unknown."""
        if self.why_unknown:
            return nan
        return self.leverages[self._lived - 1] if self._lived else 0.0

    @property
    def kept_drawdown_ratio(self) -> float:
        """The drawdown at :attr:`keeps_alive`; NaN where that is none, or unknown."""
        return self.drawdown_ratios[self._lived - 1] if self._lived else nan

    @property
    def _lived(self) -> int:
        """How many of the leverages, from the lowest, it lived at."""
        died = (number for number, found in enumerate(self.by_leverage) if found is not None)
        return next(died, len(self.by_leverage))


@dataclass(frozen=True, slots=True)
class AccountSurvival:
    """An account in cross margin.

    Attributes
    ----------
    max_leverage : float
        The greatest effective leverage right after an entry; NaN where that is not known.
    fates : tuple of AccountFate
        As filled, then one for each slippage.
    """

    max_leverage: float
    fates: tuple[AccountFate, ...]

    @property
    def as_filled(self) -> AccountFate:
        """With stops as the backtest filled them."""
        return self.fates[0]


def account_survival(
    result: Result,
    candles: ResultCandles,
    tiers: ResultTiers,
    fills: Sequence[FilledTrade],
    cuts: Sequence[Sequence[FilledTrade]],
) -> AccountSurvival:
    """Find where the account of a backtest in cross margin would have been liquidated.

    Parameters
    ----------
    fills, cuts
        Last exits and the guard's cuts, as fill stress moves them.
    """
    slippages = (nan, *DEFAULT_SLIPPAGES)
    if candles.missing:
        why = f"candles are missing for {', '.join(candles.missing)}"
        return AccountSurvival(
            nan, tuple(AccountFate(slip, None, (), (), why_unknown=why) for slip in slippages)
        )
    exits = moved_exits(result, fills, cuts)
    traded = account_paths(result, candles.by_pair, tiers, exits)
    leverages = DEFAULT_LEVERAGES if traded.max_leverage > 0.0 else ()
    sizes = (1.0, *(leverage / traded.max_leverage for leverage in leverages))
    ways = [(size, slippage) for slippage in slippages for size in sizes]
    played = account_paths(result, candles.by_pair, tiers, exits, ways)
    found, depths = played.liquidations[1:], played.drawdown_ratios[1:]
    moved = [each for row in exits for each in row if each is not None]
    unmoved = unmoved_words(sum(isnan(each.stop_candle_worst_price) for each in moved), len(moved))
    fates = []
    for number, slippage in enumerate(slippages):
        part = slice(number * len(sizes), (number + 1) * len(sizes))
        (first, *others), (depth, *others_depth) = found[part], depths[part]
        why = "" if isnan(slippage) else unmoved
        fates.append(
            AccountFate(slippage, None, (), (), why_unknown=why)
            if why
            else AccountFate(slippage, first, leverages, tuple(others), depth, tuple(others_depth))
        )
    return AccountSurvival(traded.max_leverage, tuple(fates))
