"""Whether the bot's trades know of all that the account holds: positions, orders that wait."""

from collections.abc import Collection, Iterator, Sequence
from math import isnan

from freqtrade_riskguard.adapters.live.mismatch_messages import mismatch_figures
from freqtrade_riskguard.adapters.preview.account_facts import (
    BookedAccount,
    LiveAccount,
    Untold,
    WaitingOrder,
)
from freqtrade_riskguard.engine.reconciliation import compare
from freqtrade_riskguard.entry_report.live_findings import GateInput, LiveFinding, untold
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.snapshot.exchange import ExchangeStop


def positions(given: GateInput) -> Iterator[LiveFinding]:
    """Look at the positions beside the trades."""
    subject, held, booked = "positions", given.account.positions, given.booked
    for answer in (held, booked):
        if isinstance(answer, Untold):
            yield untold(subject, answer)
    if isinstance(held, Untold) or isinstance(booked, Untold):
        return
    ours = _own_pairs(given, booked)
    found = compare(booked.trades, [p for p in held if ours is None or p.pair in ours])
    for item in found:
        if item.kind != "orphan":
            remedy = (
                "Start the bot and let it look for the order that closed it"
                if item.kind == "lost"
                else "Close on the exchange what is too much, or the trade with /forceexit"
            )
            yield LiveFinding(subject, "danger", f"{mismatch_figures(item)}.", f"{remedy}.")
        elif given.orphans == "ignore":
            yield LiveFinding(
                subject,
                "note",
                f"{mismatch_figures(item)}: left alone (riskguard.orphans is 'ignore').",
            )
        else:
            closes = (
                " The bot would close it at the market at its start (riskguard.orphans is 'close')."
                if given.orphans == "close"
                else " The bot would enter nothing while it stands."
            )
            yield LiveFinding(
                subject,
                "danger",
                f"{mismatch_figures(item)}.{closes}",
                "Close it on the exchange; if it is another's, give the bot its available_capital "
                "or set riskguard.orphans to 'ignore'.",
            )
    if not found:
        count = len(booked.trades)
        yield LiveFinding(
            subject, "ok", f"as the bot's trades say ({count} open)" if count else "none"
        )


def orders(given: GateInput) -> Iterator[LiveFinding]:
    """Look at the orders that wait beside the trades."""
    subject, booked = "orders", given.booked
    stops, orders = given.account.stops, given.account.orders
    for answer in (stops, orders):
        if isinstance(answer, Untold):
            yield untold(subject, answer)
    if isinstance(booked, Untold):
        yield untold(subject, booked)
        return
    ours = _own_pairs(given, booked)
    unknown = [
        _words(order)
        for answer in (stops, orders)
        if not isinstance(answer, Untold)
        for order in answer
        if order.order_id not in booked.order_ids and (ours is None or order.pair in ours)
    ]
    if unknown and given.orphans == "ignore":
        yield LiveFinding(subject, "note", f"no trade knows of {', '.join(unknown)}: left alone.")
    elif unknown:
        yield LiveFinding(
            subject,
            "danger",
            f"no trade knows of {', '.join(unknown)}: filled, it opens a position without a stop, "
            "or closes the bot's next trade.",
            "Cancel it on the exchange.",
        )
    bare = [] if isinstance(stops, Untold) else _without_stop(given.account, booked, stops)
    if bare:
        yield LiveFinding(
            subject,
            "danger",
            f"no stop order stands on the exchange for {', '.join(bare)}: nothing closes it while "
            "the bot is down.",
            "Start the bot, which places one, or close it on the exchange.",
        )
    if not unknown and not bare and not (isinstance(stops, Untold) or isinstance(orders, Untold)):
        count = len(stops) + len(orders)
        yield LiveFinding(subject, "ok", f"{count}, each of a trade" if count else "none")


def _words(order: ExchangeStop | WaitingOrder) -> str:
    if isinstance(order, ExchangeStop):
        return f"a stop order on {order.pair} at {order.trigger_price:g}"
    side = "buy" if order.buys else "sell"
    price = "the market" if isnan(order.price) else f"{order.price:g}"
    return f"an order on {order.pair} to {side} {order.amount:g} at {price}"


def _without_stop(
    account: LiveAccount, booked: BookedAccount, stops: Sequence[ExchangeStop]
) -> list[str]:
    if not account.stop_setup.on_exchange or not account.stop_setup.offered:
        return []
    standing = {stop.order_id for stop in stops}
    return [
        f"trade {trade.trade_id} ({trade.pair} {side_text(trade.side)})"
        for trade in booked.trades
        if trade.amount > 0 and not trade.stop_ids & standing
    ]


def _own_pairs(given: GateInput, booked: BookedAccount) -> Collection[str] | None:
    pairs = given.account.own_pairs
    return None if pairs is None else {*pairs, *(trade.pair for trade in booked.trades)}
