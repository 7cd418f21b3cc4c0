"""A position's size, for a terminal of 80 columns or more."""

from math import isfinite

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from freqtrade_riskguard.entry_report.position_size import PositionSize
from freqtrade_riskguard.entry_report.table_format import plain_table, price
from freqtrade_riskguard.formatting import exact_money, percent


def show(console: Console, size: PositionSize) -> None:
    """Print the position, its notes, and last the verdict."""
    unit = size.currency
    table = plain_table(
        f"{size.pair} {size.side} at {size.entry:g}, stop {size.stop:g}, on {size.venue}",
        *("", "", ""),
    )
    base = size.pair.partition("/")[0]
    table.add_row("Leverage", f"{size.leverage:g}x", _leverage_words(size))
    table.add_row("Stake (margin)", f"{exact_money(size.stake_quote)} {unit}", size.stake_why)
    table.add_row("Notional", f"{exact_money(size.notional_quote)} {unit}", "")
    table.add_row("Quantity", f"{size.quantity:.6g} {base}", "before rounding to the lot")
    if isfinite(size.contracts):
        table.add_row("Contracts", f"{size.contracts:.6g}", "before rounding to the lot")
    if isfinite(size.liquidation_price):
        away = f"{percent(size.liquidation_distance_ratio)} away, slippage counted"
        table.add_row("Liquidation", price(size.liquidation_price), away)
        words = "the guard's own, in front of liquidation"
        table.add_row("Last stop", price(size.liquidation_stop_price), words)
    else:
        table.add_row("Liquidation", "none", "")
    loss = f"{percent(size.loss_ratio, 2)} of the account, with fees and slippage"
    table.add_row("Loss at stop", f"{exact_money(size.loss_quote)} {unit}", loss)
    console.print(table)
    for note in size.notes:
        console.print(Padding(Text.assemble(("Note: ", "bold"), note), (0, 0, 0, 2)))
    console.print(_verdict(size))


def _leverage_words(size: PositionSize) -> str:
    if size.asked_leverage is None and size.is_allowed:
        return f"the largest: {size.leverage_why}"
    return f"largest {size.largest_leverage:g}x" if size.largest_leverage else "not even 1x is safe"


def _verdict(size: PositionSize) -> Text:
    if size.is_allowed:
        words = f" by these rules (profile {size.profile}). Before gaps and outages."
        return Text.assemble(("ALLOWED", "bold green"), words)
    words = f" at {size.leverage:g}x by profile {size.profile}: {size.leverage_why}."
    return Text.assemble(("NOT ALLOWED", "bold red"), words)
