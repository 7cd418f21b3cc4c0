"""An account under stress, for a terminal of 80 columns or more."""

from math import isfinite

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.entry_report.table_format import (
    NOTHING,
    amount,
    away,
    cover,
    leverage,
    plain_table,
    short_pair,
)
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import RUIN_RATIO
from freqtrade_riskguard.stress.report import StressReport
from freqtrade_riskguard.stress.verdict import (
    beyond_now,
    is_cross,
    is_enough,
    margin_words,
    short_name,
    short_names,
    verdict,
)

_STYLES = {"ok": "green", "warning": "yellow", "critical": "bold red"}
# Wider than that no terminal shows a matrix.
_LARGEST_MATRIX = 8


def show(console: Console, report: StressReport) -> None:
    """Print the account, the most important last; what is beyond liquidation also first."""
    if not report.positions:
        console.print("No open positions: no move of the market can hurt this account.")
        return
    beyond = beyond_now(report)
    if beyond:
        console.print(Text(beyond, style="bold red"))
    console.print(_account(report))
    console.print(_positions_table(report))
    if 1 < len(report.positions) <= _LARGEST_MATRIX:
        console.print(_correlation_table(report))
    if report.collateral:
        console.print(_collateral_table(report))
    console.print(_scenario_table(report))
    if len(report.positions) > 1:
        console.print(_allocation_table(report))
    console.print(_close_table(report))
    for warning in report.warnings:
        console.print(Padding(Text.assemble(("Note: ", "bold"), warning), (0, 0, 0, 2)))
    console.print(verdict(report))


def _account(report: StressReport) -> Table:
    health = report.health
    title = f"Account of {amount(report.equity_quote)} {report.currency}, {margin_words(report)}"
    table = plain_table(title, "", "", "")
    rows = [
        ("Margin in use", percent(health.utilisation_ratio), "utilisation"),
        ("Equity above maintenance", percent(health.buffer_ratio), "buffer"),
        ("Net exposure", _net(report), "net_exposure"),
    ]
    if is_cross(report):
        rows.append(("Cover after -20 %", cover(health.shock_cover), "shock_cover"))
    for what, figure, light in rows:
        state = report.lights[light]
        table.add_row(what, figure, Text(state, _STYLES[state]))
    if is_cross(report):
        moves = f"{_move(report.joint_fall_ratio)} fall, {_move(report.joint_rise_ratio)} rise"
        table.add_row("Market's move to liquidation", moves, "")
    else:
        table.add_row("Equity after -20 %", amount(report.scenarios[0].equity_quote), "")
    table.add_row("Gross exposure", percent(report.gross_exposure_ratio, 0), "")
    table.add_row("Margin that may be added", amount(health.headroom_quote), "")
    table.add_row("Margin level", report.account_level, "")
    multiple = f"{report.market_regime}, margin requirement x{report.margin_multiple:g}"
    table.add_row("Market", multiple, "")
    normal, stressed = report.volatility_per_year, report.stressed_volatility_per_year
    known = isfinite(normal) and isfinite(stressed)
    words = f"{percent(normal, 0)}, {percent(stressed, 0)} if all pairs fall together"
    table.add_row("Volatility a year", words if known else "unknown", "")
    table.add_row("Health score", f"{health.score:.0f} of 100", "")
    return table


def _net(report: StressReport) -> str:
    side = "long" if report.net_notional_quote >= 0 else "short"
    return f"{percent(report.net_exposure_ratio, 0)} {side}"


def _move(ratio: float) -> str:
    return percent(ratio) if isfinite(ratio) else "no"


def _positions_table(report: StressReport) -> Table:
    columns = ("Position", "Notional", "Lev.", "Beta", "Margin", "Liquidation", "Worst", "Risk")
    table = plain_table("Positions", *columns, right=columns[1:], whole=columns[1:])
    for position in report.positions:
        share = position.risk_share_ratio
        table.add_row(
            f"{short_pair(position.pair, report.currency)} {position.side}",
            amount(position.notional_quote),
            leverage(round(position.leverage, 1)),
            f"{position.beta:.2f}",
            f"{amount(position.margin_quote)}\nhealth {position.margin_left_ratio:.2f}",
            Text(
                away(position.liquidation_price, position.liquidation_distance_ratio),
                _STYLES[position.health] if position.health != "ok" else "",
            ),
            amount(position.worst_profit_quote),
            percent(share, 0) if isfinite(share) else NOTHING,
        )
    return table


def _correlation_table(report: StressReport) -> Table:
    names = [short_pair(position.pair, report.currency) for position in report.positions]
    table = plain_table("Correlations under stress", "", *names, right=tuple(names))
    for name, row in zip(names, report.stressed_correlation, strict=True):
        table.add_row(name, *(f"{figure:.2f}" for figure in row))
    return table


def _collateral_table(report: StressReport) -> Table:
    columns = ("Collateral", "Kind", "Worth", "Haircut", "After a fall of 20 %")
    table = plain_table("Collateral", *columns, right=columns[2:])
    for row in report.collateral:
        table.add_row(
            row.asset,
            row.kind.replace("_", " "),
            amount(row.value_quote),
            percent(row.haircut_ratio, 0),
            amount(row.stressed_quote),
        )
    table.add_row("all", "", "", "", amount(report.stressed_collateral_quote), style="bold")
    return table


def _scenario_table(report: StressReport) -> Table:
    figures = (
        "Market",
        "Change",
        "Equity",
        *(("Maintenance", "Cover") if is_cross(report) else ()),
    )
    words = () if is_cross(report) else ("Liquidated",)
    table = plain_table("Scenarios, before any stop", *figures, *words, right=figures)
    for row in report.scenarios:
        cells = [
            f"{100 * row.move_ratio:+.0f} %",
            amount(row.profit_quote - row.collateral_loss_quote),
            amount(row.equity_quote),
        ]
        if is_cross(report):
            cells += [amount(row.maintenance_quote), cover(row.cover)]
        else:
            cells.append(short_names(row.liquidated, report) or NOTHING)
        lost = not row.cover > 1 or row.equity_quote < RUIN_RATIO * report.equity_quote
        table.add_row(*cells, style="bold red" if lost else "yellow" if row.liquidated else "")
    return table


def _allocation_table(report: StressReport) -> Table:
    """Return the sizes of the positions, the one to cut first at the top."""
    has_programme = any(isfinite(row.programme_weight_ratio) for row in report.allocation)
    columns = (
        "Cut first",
        "Now",
        "Risk",
        "Equal risk",
        *(("Programme",) if has_programme else ()),
        "Cut by",
    )
    title = "Allocation, notional / equity"
    table = plain_table(title, *columns, right=columns[1:])
    table.caption = "Weights compare the positions; they are no advice to enlarge any.\n"
    table.caption_justify = "left"
    for row in report.allocation:
        shares = [row.weight_ratio, row.risk_share_ratio, row.risk_parity_weight_ratio]
        if has_programme:
            shares.append(row.programme_weight_ratio)
        table.add_row(
            short_name(row.pair, row.side, report),
            *(percent(share, 0) if isfinite(share) else NOTHING for share in shares),
            amount(row.cut_quote) if row.cut_quote else NOTHING,
        )
    return table


def _close_table(report: StressReport) -> Table:
    last = "Cover afterwards" if is_cross(report) else "Equity left"
    columns = ("Close", "Loss avoided", "Margin freed", "Per margin", last)
    title = "Close first" if not report.survives else "If you close, in this order"
    table = plain_table(title, *columns, right=columns[1:])
    for step in report.close_first:
        table.add_row(
            short_name(step.pair, step.side, report),
            amount(step.loss_quote),
            amount(step.margin_quote),
            f"{step.loss_per_margin:.2f}",
            cover(step.survival_after) if is_cross(report) else amount(step.equity_left_quote),
            style="dim" if is_enough(step, report) and report.survives else "",
        )
    return table
