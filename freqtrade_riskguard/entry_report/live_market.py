"""Whether the exchange takes what is reckoned with: leverage brackets, stop orders."""

from collections.abc import Iterator, Sequence

from freqtrade_riskguard.adapters.preview.account_facts import StopSetup, Untold
from freqtrade_riskguard.entry_report.entry_figures import EntryFigures
from freqtrade_riskguard.entry_report.live_findings import GateInput, LiveFinding, Status, untold
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk.tiers import Tier

_BRACKETS = "leverage brackets"


def brackets(given: GateInput) -> Iterator[LiveFinding]:
    """Look at the exchange's brackets beside those that are reckoned with."""
    told, used = given.account.exchange_tiers, given.account.used_tiers
    if isinstance(told, Untold):
        yield untold(_BRACKETS, told)
        return
    # The largest entry of each pair: the last that is put in counts.
    entries = {entry.pair: entry for entry in sorted(given.entries, key=_notional)}
    missing = [pair for pair in entries if not told.get(pair)]
    stricter = {
        pair: why
        for pair, entry in entries.items()
        if pair not in missing
        if (why := _stricter(entry, used.get(pair, ()), told[pair])) is not None
    }
    differing = [
        pair
        for pair in entries
        if pair not in missing
        if pair not in stricter
        if tuple(told[pair]) != tuple(used.get(pair, ()))
    ]
    if missing:
        yield LiveFinding(
            _BRACKETS,
            "danger",
            f"the exchange has no leverage brackets for {', '.join(missing)}: freqtrade enters "
            "nothing there.",
            "Take it off the whitelist.",
        )
    if stricter:
        named = ", ".join(f"{pair} ({why})" for pair, why in stricter.items())
        yield LiveFinding(
            _BRACKETS,
            "danger",
            "the exchange's leverage brackets are stricter than those that backtests and this "
            f"report reckon with: {named}. Liquidation is nearer than shown, or the entry is "
            "refused.",
            "Update freqtrade, whose tables these are; until then lower riskguard.max_leverage.",
        )
    if differing:
        yield LiveFinding(
            _BRACKETS,
            "note",
            f"other than in backtests and in this report for {', '.join(differing)}, not stricter "
            "at the size of an entry now.",
            "A bot that trades for money goes by the exchange's.",
        )
    if not (missing or stricter or differing):
        yield LiveFinding(_BRACKETS, "ok", f"as reckoned with here, pairs: {len(entries)}")


def _notional(entry: EntryFigures) -> float:
    return entry.leverage * entry.planned_stake_quote


def _stricter(entry: EntryFigures, ours: Sequence[Tier], theirs: Sequence[Tier]) -> str | None:
    size = _notional(entry)
    there = _tier_at(theirs, size)
    if there.max_leverage < entry.leverage:
        return f"at most {there.max_leverage:g}x at {money(size)}, planned {entry.leverage:g}x"
    if not ours:
        return None
    here = _tier_at(ours, size)
    margin_here = size * here.maintenance_rate - here.maintenance_amount_quote
    margin_there = size * there.maintenance_rate - there.maintenance_amount_quote
    if margin_there <= margin_here * (1 + 1e-9):
        return None
    return (
        f"maintenance {percent(there.maintenance_rate, 2)} at {money(size)}, here "
        f"{percent(here.maintenance_rate, 2)}"
    )


def _tier_at(tiers: Sequence[Tier], notional_quote: float) -> Tier:
    below = [tier for tier in tiers if tier.floor_notional_quote <= notional_quote]
    return below[-1] if below else tiers[0]


def stop_orders(given: GateInput) -> Iterator[LiveFinding]:
    """Look at the stop orders that are offered and configured."""
    setup = given.account.stop_setup
    if not setup.offered:
        yield LiveFinding(
            "stop orders",
            "note",
            "freqtrade can place none on this exchange: stops work only while the bot runs.",
        )
        return
    offered = f"offered: {', '.join(sorted(setup.offered))}"
    prices = "last or mark" if setup.offers_mark else "last"
    place = "on the exchange" if setup.on_exchange else "NOT on the exchange"
    by = f", by the {setup.price_type} price" if setup.on_exchange else ""
    # What to set instead stands among the dangers of the settings.
    status: Status = "ok" if _is_safe(setup) else "danger"
    yield LiveFinding(
        "stop orders",
        status,
        f"{offered}, by the {prices} price; configured: {setup.kind}, {place}{by}",
    )


def _is_safe(setup: StopSetup) -> bool:
    is_market = setup.kind == "market" or "market" not in setup.offered
    return setup.on_exchange and is_market and (setup.price_type == "mark" or not setup.offers_mark)
