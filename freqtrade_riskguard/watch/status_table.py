"""All bots at a glance, for a terminal."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.sanitize import escaped
from freqtrade_riskguard.watch.fleet_account import fleet_figures
from freqtrade_riskguard.watch.guardian import Guardian
from freqtrade_riskguard.watch.limit_checks import AccountFigures
from freqtrade_riskguard.watch.settings import FLEET

_FREE, _NEVER_SEEN = "watched", "-"


def watch_table(guardian: Guardian) -> Table:
    """Return one row per bot, and one for all of them together where there are several."""
    table = FoldingTable(
        title="Equity at live rates; loss of today and from the peak; gross exposure / equity",
        title_justify="left",
        # Narrow enough for a plain terminal of 80 columns.
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("bot", overflow="fold", min_width=8)
    for heading in ("mode", "state"):
        table.add_column(heading, no_wrap=True)
    for heading in ("equity", "today", "peak", "gross", "open"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("guardian", no_wrap=True)
    for name in guardian.names:
        _add_bot(table, guardian, name)
    fleet = guardian.remembered.fleet
    if fleet is not None and len(guardian.names) > 1:
        bots = {name: guardian.remembered.bots[name] for name in fleet.members}
        trades = sum(len(bot.open_trades) for bot in bots.values())
        table.add_section()
        figures = _figures(fleet_figures(fleet, bots))
        trouble = guardian.trouble(FLEET)
        verdict = Text(trouble or "", "red")
        table.add_row(FLEET, "", "", *figures, str(trades), verdict)
    return table


def _add_bot(table: Table, guardian: Guardian, name: str) -> None:
    trouble = guardian.trouble(name)
    verdict = Text(trouble, "red") if trouble else Text(_FREE, "green")
    bot, status = guardian.remembered.bots.get(name), guardian.seen.get(name)
    if bot is None:
        table.add_row(_plain(name), *[_NEVER_SEEN] * 7, verdict)
        return
    figures = AccountFigures(
        track=bot.track, notional_quote=bot.notional_quote, currency=bot.currency
    )
    mode, state = (status.mode, status.state) if status else (_NEVER_SEEN,) * 2
    trades = str(len(bot.open_trades))
    table.add_row(_plain(name), mode, _plain(state), *_figures(figures), trades, verdict)


def _plain(name: str) -> Text:
    """Return a name as it is: ``[red]`` is no style in it."""
    return Text(escaped(name))


def _figures(figures: AccountFigures) -> tuple[Text, str, str, str]:
    track = figures.track
    return (
        _plain(f"{money(track.equity_quote)} {figures.currency}"),
        _change(track.day_start_quote, track.equity_quote),
        _change(track.peak_quote, track.equity_quote),
        percent(figures.gross_exposure, digits=0),
    )


def _change(from_quote: float, to_quote: float) -> str:
    return percent(to_quote / from_quote - 1) if from_quote > 0 else "unknown"
