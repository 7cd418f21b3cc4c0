"""One result with all that can be measured on it."""

from dataclasses import dataclass

from freqtrade_riskguard.analysis.candles import ResultCandles
from freqtrade_riskguard.analysis.extremes import Extremes, extremes_of
from freqtrade_riskguard.analysis.outcome import Outcome, result_outcome
from freqtrade_riskguard.analysis.result import Result
from freqtrade_riskguard.analysis.stress import Stressed, cut_fills, last_fills, stress
from freqtrade_riskguard.analysis.survivors import Survival, survival
from freqtrade_riskguard.analysis.tiers import ResultTiers
from freqtrade_riskguard.risk import DEFAULT_SLIPPAGES, FilledTrade


@dataclass(frozen=True, slots=True)
class Examination:
    """A result, what it ran on, and its fill stress.

    Attributes
    ----------
    fills : tuple of FilledTrade
        The last exit of every trade.
    outcome : Outcome
        As the backtest filled it; losses of closed trades.
    stressed : tuple of Stressed
        One for each of 1, 2 and 3 % slippage.
    survivals : tuple of Survival
        As filled, then one for each slippage.
    """

    result: Result
    candles: ResultCandles
    tiers: ResultTiers
    extremes: Extremes
    fills: tuple[FilledTrade, ...]
    outcome: Outcome
    stressed: tuple[Stressed, ...]
    survivals: tuple[Survival, ...]


def examine(result: Result, candles: ResultCandles, tiers: ResultTiers) -> Examination:
    """Measure a result."""
    extremes = extremes_of(result, candles)
    fills = last_fills(result, extremes, tiers)
    cuts = cut_fills(result, extremes)
    as_filled = survival(result, extremes, fills, tiers)
    return Examination(
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
    )


def doubts(examination: Examination, *, names_paths: bool = True) -> list[str]:
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
        found.append(
            f"Candles ({candles.timeframe}) are missing {place} for {', '.join(candles.missing)}: "
            f"{examination.extremes.recorded} trades are judged by the lowest and highest price "
            "that freqtrade recorded, all of the exit's candle included. Give --datadir, or "
            "`freqtrade download-data`."
        )
    if added := examination.extremes.recorded_added:
        were = "1 of these trades was" if added == 1 else f"{added} of these trades were"
        found.append(
            f"{were} added to: when the lowest and highest price came is not known, so they are "
            "judged by the average entry of the end, and what they survived may be too much."
        )
    if unknown := examination.survivals[0].unknown:
        found.append(f"Of {unknown} trades the worst price is not known: they do not count.")
    if unfilled := examination.stressed[0].unknown:
        found.append(f"Of {unfilled} stops the candle is not known: they keep their price.")
    if tiers.unknown:
        found.append(
            f"Maintenance tiers are not known for {', '.join(tiers.unknown)}: a flat rate of "
            f"{tiers.fallback.rates[0]:.1%} is assumed."
        )
    if result.config.get("margin_mode") == "cross":
        found.append("Cross margin: liquidation is computed as if every position stood alone.")
    if result.censored:
        were = "was" if result.censored == 1 else "were"
        found.append(
            f"{result.censored} of {len(result.trades):,} trades {were} still open when the "
            "candles ended (censored): how far the market would have gone against them is not "
            "known, so what they survived can only be too much."
        )
    return found
