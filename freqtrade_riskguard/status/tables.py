"""A guard's state, for a terminal of 80 columns."""

from math import isfinite

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.status.model import GuardStatus, LossLimit, PositionStatus

_NOTHING = "cannot tell"
_STYLES = {"healthy": "green", "attention": "red", "unknown": "yellow"}
_WORDS = {
    "healthy": "Healthy: nothing is locked, nothing is beyond a warning.",
    "attention": "ATTENTION",
    "unknown": "CANNOT TELL",
}
_SHOWN_DECISIONS = 5


def show(console: Console, status: GuardStatus) -> None:
    """Print the state, and last the verdict."""
    console.print(Text(_title(status), "bold"))
    console.print(_account(status))
    if status.positions:
        console.print(_positions(status))
    for title, lines in (
        ("Locks", _locks(status)),
        ("Exchange and bot", [status.exchange.text]),
        ("Last decisions", _decisions(status)),
    ):
        console.print(Text(title, "bold"))
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 1)))
        console.print()
    console.print(Text(_WORDS[status.verdict], f"bold {_STYLES[status.verdict]}"))
    for reason in status.warnings:
        console.print(Padding(Text(reason), (0, 0, 0, 1)))
    if status.unknown:
        console.print(Padding(Text(f"cannot tell: {', '.join(status.unknown)}"), (0, 0, 0, 1)))


def _table(title: str, *columns: str) -> Table:
    table = FoldingTable(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_header=any(columns),
    )
    for place, column in enumerate(columns):
        table.add_column(
            Text(column),
            justify="left" if place == 0 or not column else "right",
            overflow="fold",
        )
    return table


def _title(status: GuardStatus) -> str:
    bot = status.bot
    named = filter(None, (bot.name, bot.strategy, bot.exchange, bot.margin_mode, bot.trading))
    state = f", {bot.state}" if bot.state else ""
    return f"{' '.join(named)}{state}, {status.time:%Y-%m-%d %H:%M:%S} UTC"


def _account(status: GuardStatus) -> Table:
    currency = status.bot.currency
    table = _table("", "", "now", "limit", "")
    margin, exposure, drawdown = status.margin, status.exposure, status.drawdown
    # The API does not tell the guard's limits: it may have one.
    no_limit = _NOTHING if status.source == "rest_api" else "none"
    table.add_row("Equity", f"{_money(status.equity.equity_quote)} {currency}", "", "")
    for name, limit in (("Today", status.day), ("This week", status.week)):
        table.add_row(name, _signed(limit.change_ratio), _loss_limit(limit, no_limit), _used(limit))
    table.add_row(
        "Drawdown",
        _percent(drawdown.drawdown_ratio),
        _percent(drawdown.halt_ratio, none=no_limit),
        f"stakes x{drawdown.stake_ratio:g}, peak {_money(drawdown.peak_quote)}"
        if drawdown.stake_ratio is not None
        else "",
    )
    table.add_row(
        "Margin", _percent(margin.maintenance_ratio), "100 %", (margin.level or "").upper()
    )
    table.add_row(
        "Leverage", _times(margin.effective_leverage), _times(margin.max_leverage, no_limit), ""
    )
    for name, held, most in (
        ("Gross exposure", exposure.gross_ratio, exposure.max_gross_ratio),
        ("Net exposure", exposure.net_ratio, exposure.max_net_ratio),
    ):
        table.add_row(name, _percent(held, 0), _percent(most, 0, none=no_limit), "")
    heat_limit = no_limit if exposure.heat_limit_quote is None else money(exposure.heat_limit_quote)
    table.add_row("Heat at the stops", _money(exposure.heat_quote), heat_limit, "")
    return table


def _positions(status: GuardStatus) -> Table:
    table = _table(
        "Open positions",
        *("position", "mark", "stop", "liquidation", "margin left", "cover"),
    )
    for held in status.positions:
        table.add_row(
            _position_name(held, status.bot.currency),
            _price(held.mark),
            _place(held.stop_price, held.stop_distance_ratio),
            _place(held.liquidation_price, held.liquidation_distance_ratio),
            _percent(held.margin_left_ratio, 0),
            _times(held.maintenance_cover),
        )
    return table


def _position_name(held: PositionStatus, currency: str) -> str:
    pair = held.pair.removesuffix(f"/{currency}:{currency}")
    return f"{pair} {held.side} {_times(held.leverage)}"


def _place(price: float | None, distance_ratio: float | None) -> str:
    if price == 0:
        return "none"
    return f"{_price(price)} ({percent(distance_ratio)})" if distance_ratio is not None else "?"


def _locks(status: GuardStatus) -> list[str]:
    if status.locks is None:
        return [_NOTHING]
    lines = []
    for lock in status.locks:
        side = "" if lock.side == "both" else f" {lock.side}"
        about = "all pairs" if lock.pair == "*" else lock.pair
        lines += [f"{about}{side}: {lock.reason}", f"  lifted by: {lock.lift}"]
    return lines or ["none"]


def _decisions(status: GuardStatus) -> list[str]:
    if status.source == "rest_api":
        return [f"{_NOTHING}: the API does not tell them"]
    if status.journal_file is None:
        return ["no journal is written: name one with riskguard.journal_file"]
    if status.decisions is None:
        return [f"{_NOTHING}: {status.journal_file} cannot be read"]
    return [
        f"{made.time:%m-%d %H:%M} {made.rule} {made.question}"
        f"{'' if made.pair == '*' else f' {made.pair}'}"
        f"{'' if made.is_enforced else ' (observed)'}: {made.reason}"
        for made in status.decisions[:_SHOWN_DECISIONS]
    ] or [f"nothing written yet to {status.journal_file}"]


def _loss_limit(limit: LossLimit, no_limit: str) -> str:
    return "off" if limit.mode == "off" else _percent(limit.limit_ratio, none=no_limit)


def _used(limit: LossLimit) -> str:
    return "" if limit.used_ratio is None else f"{percent(limit.used_ratio, 0)} used"


def _money(quote: float | None) -> str:
    return _NOTHING if quote is None else money(quote)


def _percent(ratio: float | None, digits: int = 1, *, none: str = _NOTHING) -> str:
    return none if ratio is None else percent(ratio, digits)


def _signed(ratio: float | None) -> str:
    return _NOTHING if ratio is None else f"{'+' if ratio > 0 else ''}{percent(ratio)}"


def _price(price: float | None) -> str:
    return "?" if price is None or not isfinite(price) else f"{price:.6g}"


def _times(value: float | None, none: str = "?") -> str:
    return none if value is None else f"{value:.3g}x"
