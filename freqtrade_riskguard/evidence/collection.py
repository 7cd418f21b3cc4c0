"""From backtest results to evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskguard.backtest_result.result import Result, Trade
from freqtrade_riskguard.evidence.identity import Identity
from freqtrade_riskguard.evidence.record import EvidenceError, EvidenceRecord, EvidenceTrade

# Fewer out of sample prove nothing, whatever they were (see kelly.min_trades).
PROVING_TRADES = 120


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment up to, but without, another; None: without a bound."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, trade: Trade) -> bool:
        """Whether a trade was opened and closed within."""
        begun = self.start is None or self.start <= trade.open_time
        return begun and (self.end is None or trade.close_time < self.end)

    def meets(self, start: datetime, end: datetime) -> bool:
        """Whether it has a moment between two others."""
        begun = self.start is None or self.start <= end
        return begun and (self.end is None or start < self.end)


@dataclass(frozen=True, slots=True)
class Collected:
    """Evidence, and what was left out of it.

    Attributes
    ----------
    repeated : int
        Trades that another of the results holds, too.
    censored : int
        Trades that were open when the candles ended: how they would have ended is not known.
    """

    record: EvidenceRecord
    repeated: int
    censored: int


def collect(
    results: Sequence[tuple[Result, Identity]], out_of_sample: Sequence[Period]
) -> Collected:
    """Return the trades of backtests of one strategy as evidence.

    Raises
    ------
    EvidenceError
        Where the results are not of one strategy, its parameters and its timeframe, or no trade is
        left.
    """
    first, identity = results[0]
    taken: dict[tuple[str, int, datetime], EvidenceTrade] = {}
    repeated = censored = 0
    for result, own in results:
        differences = own.differences(identity)
        if differences:
            raise EvidenceError(
                f"{result.path} and {first.path} are not of the same strategy: "
                f"{'; '.join(differences)}"
            )
        for trade in result.trades:
            key = (trade.pair, trade.side, trade.open_time)
            if trade.is_censored or not trade.stake_quote > 0.0:
                censored += 1
            elif key in taken:
                repeated += 1
            else:
                taken[key] = EvidenceTrade(
                    close_time=trade.close_time,
                    pair=trade.pair,
                    side=trade.side,
                    return_ratio=trade.profit_ratio / trade.leverage,
                    is_out_of_sample=any(period.holds(trade) for period in out_of_sample),
                )
    if not taken:
        raise EvidenceError(f"{first.path} has no closed trade of {identity.strategy}")
    record = EvidenceRecord(
        identity=identity,
        start=min(result.start for result, _ in results),
        end=max(result.end for result, _ in results),
        results=tuple(result.path.name for result, _ in results),
        trades=tuple(sorted(taken.values(), key=lambda trade: trade.close_time)),
    )
    return Collected(record, repeated, censored)
