"""One result with all that can be measured on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from freqtrade_riskguard.analysis.account_survival import AccountSurvival, account_survival
from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures, result_outcome
from freqtrade_riskguard.analysis.fill_stress import Stressed, cut_fills, last_fills, stress
from freqtrade_riskguard.analysis.leverage_survival import Survival, survival
from freqtrade_riskguard.analysis.price_extremes import Extremes, extremes_of
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.result import GUARD_TAG, Result
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import DEFAULT_SLIPPAGES, FilledTrade


@dataclass(frozen=True, slots=True)
class ResultAnalysis:
    """A result, what it ran on, and its fill stress.

    Attributes
    ----------
    fills : tuple of FilledTrade
        The last exit of every trade.
    outcome : ClosedTradeFigures
        As the backtest filled it; losses of closed trades.
    stressed : tuple of Stressed
        One for each of 1, 2 and 3 % slippage.
    survivals : tuple of Survival
        As filled, then one for each slippage; of every position alone.
    account : AccountSurvival or None
        Of the account, in cross margin; None in isolated.
    """

    result: Result
    candles: ResultCandles
    tiers: ResultTiers
    extremes: Extremes
    fills: tuple[FilledTrade, ...]
    outcome: ClosedTradeFigures
    stressed: tuple[Stressed, ...]
    survivals: tuple[Survival, ...]
    account: AccountSurvival | None = None

    @property
    def is_guarded(self) -> bool:
        """Whether a guard was in force, as far as the result tells: then its stops count."""
        return self.result.is_guarded or any(
            trade.exit_reason.startswith(GUARD_TAG) or trade.cuts for trade in self.result.trades
        )


def examine(result: Result, candles: ResultCandles, tiers: ResultTiers) -> ResultAnalysis:
    """Measure a result."""
    extremes = extremes_of(result, candles)
    fills = last_fills(result, extremes, tiers)
    cuts = cut_fills(result, extremes)
    as_filled = survival(result, extremes, fills, tiers)
    return ResultAnalysis(
        result=result,
        candles=candles,
        tiers=tiers,
        extremes=extremes,
        fills=fills,
        outcome=result_outcome(result),
        stressed=tuple(stress(result, fills, slippage, cuts) for slippage in DEFAULT_SLIPPAGES),
        survivals=(
            as_filled,
            *(survival(result, extremes, fills, tiers, slip) for slip in DEFAULT_SLIPPAGES),
        ),
        account=account_survival(result, candles, tiers, fills, cuts) if result.is_cross else None,
    )


def candles_words(examination: ResultAnalysis) -> str:
    """Return which candles the figures rest on."""
    candles = examination.candles
    if candles.folder is None or not candles.by_pair:
        return f"Candles ({candles.timeframe}): none"
    return f"Candles ({candles.timeframe}): {candles.folder}"


def caveats(examination: ResultAnalysis, *, names_paths: bool = True) -> list[str]:
    """Return, a sentence each, what the figures rest on that may not hold; most serious first.

    Parameters
    ----------
    names_paths : bool
        Whether whole paths are named: not on a page, which is given to others.
    """
    result, candles, tiers = examination.result, examination.candles, examination.tiers
    found = []
    if candles.missing:
        folder = candles.folder if names_paths or candles.folder is None else candles.folder.name
        place = "in any data folder" if folder is None else f"in {folder}"
        # Of those without recorded prices, too, nothing is known: that is said further below.
        judged = examination.extremes.recorded - examination.survivals[0].unknown
        are = "is" if judged == 1 else "are"
        by = (
            f": {_trades(judged)} {are} judged by the lowest and highest price that freqtrade "
            "recorded, all of the exit's candle included"
            if judged > 0
            else ""
        )
        found.append(
            f"Candles ({candles.timeframe}) are missing {place} for {', '.join(candles.missing)}"
            f"{by}. Give --datadir, or run `freqtrade download-data`."
        )
    if reason := examination.stressed[0].why_unknown:
        found.append(f"Fill stress is unknown: {reason}.")
    if added := examination.extremes.recorded_added:
        were = "1 of these trades was" if added == 1 else f"{added} of these trades were"
        found.append(
            f"{were} added to: whether the lowest and highest price came before or after is "
            "unknown. They are judged by their final average entry price, so the survival figures "
            "for these trades may be optimistic."
        )
    if unknown := examination.survivals[0].unknown:
        found.append(
            f"The worst price of {_trades(unknown)} is unknown: left out of the survival figures."
        )
    if tiers.unknown:
        assumed = sorted({tiers.lowest_rate(pair) for pair in tiers.unknown})
        rates = " to ".join(f"{rate:.1%}" for rate in dict.fromkeys((assumed[0], assumed[-1])))
        found.append(
            f"Maintenance tiers are unknown for {', '.join(tiers.unknown)}: a flat rate of "
            f"{rates} is assumed."
        )
    account = examination.account
    if account is not None and (why := account.as_filled.why_unknown):
        found.append(
            f"Cross margin: whether the account would have been liquidated is unknown: {why}."
        )
    elif not result.margin_mode:
        found.append("The margin mode is not recorded: isolated margin is assumed.")
    found += _unrecorded(result)
    if result.censored:
        were = "was" if result.censored == 1 else "were"
        found.append(
            f"{result.censored} of {len(result.trades):,} trades {were} still open when the "
            "candles ended (censored): how far the market would have gone against them is unknown, "
            "so the survival figures for these trades are optimistic."
        )
    return found


def _unrecorded(result: Result) -> Iterator[str]:
    """Yield what the result does not tell, and what that leaves unknown."""
    if bare := sum(not trade.has_orders for trade in result.trades):
        yield (
            f"The orders of {_trades(bare)} are not recorded: additions and partial exits are "
            "unknown, each counts as one entry and one exit."
        )
    if unfunded := sum(isnan(trade.funding_quote) for trade in result.trades):
        yield (
            f"The funding of {_trades(unfunded)} is not recorded: it is part of the profit, but "
            "liquidation prices are computed without it."
        )
    if not result.has_locks:
        yield "Locks are not recorded: how often entries were paused is unknown."


def _trades(count: int) -> str:
    return "1 trade" if count == 1 else f"{count:,} trades"
