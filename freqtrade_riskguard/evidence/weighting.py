"""How much each trade of a backtest counts beside the account's own, and in words what counts."""

from freqtrade_riskguard.evidence.record import EvidenceRecord
from freqtrade_riskguard.risk import Edge, Evidence
from freqtrade_riskguard.rules.leverage.kelly import KellyConfig


def weighted(record: EvidenceRecord, kelly: KellyConfig) -> Evidence:
    """Return evidence with the weights of the settings.

    All of it together never counts as more than `max_trades` trades that were out of sample.
    """
    weights = {True: kelly.evidence_weight, False: kelly.in_sample_weight}
    trades = (
        (
            *(trade.close_time.timestamp(), trade.return_ratio, trade.side),
            weights[trade.is_out_of_sample],
        )
        for trade in record.trades
    )
    return Evidence(trades, most=kelly.evidence_weight * kelly.max_trades)


def statement(record: EvidenceRecord, kelly: KellyConfig) -> str:
    """Return one line: what of a record may count, and what not."""
    outside, total = record.out_of_sample, len(record.trades)
    days = f"{record.start:%Y-%m-%d} to {record.end:%Y-%m-%d}"
    return (
        f"kelly.evidence_file has {total} trades of backtests from {days}: "
        f"{outside} out of sample count {kelly.evidence_weight:g} each, "
        f"{total - outside} in sample count {_each(kelly.in_sample_weight)}"
    )


def evidence_words(record: EvidenceRecord, kelly: KellyConfig, edge: Edge) -> str:
    """Return in words what of a record may count, and what counts for an entry."""
    return f"{statement(record, kelly)}; {_counting_now(edge)}"


def _counting_now(edge: Edge) -> str:
    """Return in words what of a record counts for an entry, and why not more."""
    borrowed = edge.borrowed
    if borrowed.overruled:
        losers = edge.trades - edge.wins
        return f"none counts now: {losers} own losers, and a loss in sum, overrule it"
    if edge.ban_age_days is not None:
        return "none counts now: your own trades have disproven the edge"
    if not borrowed.trades:
        return (
            "none counts now: none that counts had closed by then, or your own trades have taken "
            "its place"
        )
    own = "1 own trade" if edge.trades == 1 else f"{edge.trades} own trades"
    return (
        f"the newest {borrowed.trades} count now, as {borrowed.weight:.1f} trades beside {own}; "
        "each own trade takes the place of one"
    )


def _each(weight: float) -> str:
    return f"{weight:g} each" if weight else "nothing"
