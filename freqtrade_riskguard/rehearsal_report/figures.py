"""The figures of a rehearsal in words, the same in the terminal and on the page."""

from collections import Counter
from collections.abc import Sequence
from math import isnan

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.rehearsal.record import FaultRecord, Rehearsal
from freqtrade_riskguard.rehearsal.verdict import (
    MOST_DIFFERENCE_RATIO,
    apart,
    findings,
    worst_samples,
)

# Of all times in words; UTC.
TIME = "%Y-%m-%d %H:%M"
_NEVER, _UNKNOWN = "-", "unknown"


def title(rehearsal: Rehearsal) -> str:
    """Return what was rehearsed."""
    return (
        f"{rehearsal.strategy} ({rehearsal.profile}), {rehearsal.start:{TIME}} to "
        f"{rehearsal.end:{TIME}} UTC"
    )


def cents(quote: float) -> str:
    """Return an amount to the cent: two of them are compared here."""
    return _UNKNOWN if isnan(quote) else f"{quote:,.2f}"


def verdict_words(rehearsal: Rehearsal) -> str:
    """Return the verdict as a sentence."""
    wrong = findings(rehearsal)
    if not wrong:
        return (
            "HELD: no liquidation, no position without a stop for longer than it takes to place "
            "one, and the guard's equity is the exchange's."
        )
    many = "thing" if len(wrong) == 1 else "things"
    return f"DID NOT HOLD: {len(wrong)} {many}."


def account_rows(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    """Return the figures of account and guard."""
    books, currency = rehearsal.books, rehearsal.currency
    guard_quote = rehearsal.guard_quote
    worst = worst_samples(rehearsal.samples, 1)
    lengths = [spell.length for spell in apart(rehearsal.samples)]
    bare = max((spell.loops for spell in rehearsal.unprotected), default=0)
    minutes = max(lengths).total_seconds() / 60 if lengths else 0
    closed = [trade for trade in rehearsal.trades if trade.close_time]
    return [
        ("Deposit", f"{cents(books.deposit_quote)} {currency}"),
        ("Equity by the exchange", f"{cents(books.equity_quote)} {currency}"),
        (
            "Equity by the guard",
            _UNKNOWN if isnan(guard_quote) else f"{cents(guard_quote)} {currency}",
        ),
        (
            "Largest difference",
            f"{percent(worst[0].difference_ratio, 3)}, {worst[0].time:{TIME}}"
            if worst
            else _UNKNOWN,
        ),
        (f"Longest above {percent(MOST_DIFFERENCE_RATIO)}", f"{minutes:.0f} min"),
        ("Lowest equity", f"{cents(_lowest(rehearsal))} {currency}"),
        ("Profit by fills", f"{cents(books.realised_quote)} {currency}"),
        ("Fees", f"{cents(books.fees_quote)} {currency}"),
        ("Funding", f"{cents(books.funding_quote)} {currency}"),
        ("Trades", f"{len(rehearsal.trades)}, {len(rehearsal.trades) - len(closed)} open"),
        ("Liquidations", f"{len(rehearsal.liquidations)}"),
        ("Most loops without a stop", f"{bare}"),
        ("Positions that no trade knew", f"{len(rehearsal.unbooked)}"),
        ("Messages to the owner", f"{len(rehearsal.messages)}"),
        ("Restarts after freqtrade stopped", f"{len(rehearsal.restarts)}"),
        (
            "Loops, requests",
            f"{rehearsal.loops:,}, {sum(books.requests.values()):,}",
        ),
        ("Machine time", f"{rehearsal.machine_seconds / 60:.1f} min"),
    ]


def fault_row(fault: FaultRecord) -> tuple[str, str, str, str]:
    """Return what went wrong: kind with its keys, when, how often, when it struck."""
    until = "" if fault.until is None else f" to {fault.until:{TIME}}"
    when = f"{fault.since:{TIME}}{until}"
    if fault.hits is None:
        return _named(fault), when, "in force", _NEVER
    if fault.first is None or fault.last is None:
        return _named(fault), when, "0", _NEVER
    last = "" if fault.last == fault.first else f" to {fault.last:{TIME}}"
    return _named(fault), when, f"{fault.hits}", f"{fault.first:{TIME}}{last}"


def decision_rows(rehearsal: Rehearsal) -> Sequence[tuple[str, str, str]]:
    """Return how often the guard decided what by which rule, what it enforced first."""
    counts = Counter((d.enforced, d.question, d.rule) for d in rehearsal.decisions)
    return [
        (question if enforced else f"{question} (observed)", rule, f"{count:,}")
        for (enforced, question, rule), count in sorted(
            counts.items(), key=lambda item: (not item[0][0], item[0][1], -item[1])
        )
    ]


def _named(fault: FaultRecord) -> str:
    return f"{fault.what} ({fault.settings})" if fault.settings else fault.what


def _lowest(rehearsal: Rehearsal) -> float:
    deposit_quote = rehearsal.books.deposit_quote
    return min((sample.exchange_quote for sample in rehearsal.samples), default=deposit_quote)
