"""The report of ``riskguard check``, for a terminal of 80 columns or more."""

from math import isnan

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.entry_report.check_report import Verdict
from freqtrade_riskguard.entry_report.entry_figures import EntryFigures
from freqtrade_riskguard.entry_report.profile_leverage import CALM_RATIO, WILD_RATIO
from freqtrade_riskguard.entry_report.table_format import (
    NOTHING,
    amount,
    away,
    cover,
    leverage,
    plain_table,
    price,
    short_pair,
)
from freqtrade_riskguard.formatting import money, percent, volatility_text

_VERDICTS = {"ok": "ok", "note": "note", "danger": "DANGER", "unknown": "unknown"}
_STYLES = {"ok": "green", "note": "", "danger": "red", "unknown": "yellow"}
_LIQUIDATED = " (*: the position is liquidated)"


def show(console: Console, verdict: Verdict, *, all_settings: bool) -> None:
    """Print the verdict, the most important last: that is what stands above the prompt."""
    console.print(_headline(verdict))
    if verdict.settings:
        console.print(_settings_table(verdict, all_settings=all_settings))
        for mode, rules in verdict.rules.items():
            if rules:
                shown = (
                    f"{rule} (not set)" if rule in verdict.rules_without_limit else rule
                    for rule in rules
                )
                console.print(_item(f"{mode}: ", ", ".join(shown)))
        console.print()
    console.print(_market_table(verdict))
    console.print(_entries_table(verdict))
    limits = _limits_table(verdict)
    if limits.row_count:
        console.print(limits)
    console.print(_profiles_table(verdict))
    if verdict.account is not None:
        console.print(_account_table(verdict))
    console.print(_item("Liquidation prices: ", verdict.liquidation_rule))
    if verdict.evidence:
        console.print(_item("Evidence: ", f"{verdict.evidence}."))
    for note in verdict.notes:
        console.print(_item("Note: ", note))
    for number, danger in enumerate(verdict.dangers, start=1):
        console.print(_item(f"{number}. ", danger, style="red"))
    console.print(_last_line(verdict))


def _headline(verdict: Verdict) -> Text:
    kind = "dry-run" if verdict.dry_run else "LIVE"
    trades = (
        f", {verdict.open_trades} open trades in {verdict.database}" if verdict.database else ""
    )
    wallet = f"{money(verdict.wallet_quote)} {verdict.stake_currency} ({verdict.wallet_origin})"
    return Text.assemble(
        (verdict.strategy, "bold"),
        f" on {verdict.exchange}, {kind}, {verdict.margin_mode} margin, wallet {wallet}{trades}",
    )


def _item(head: str, words: str, style: str = "") -> Padding:
    text = Text.assemble((head, f"bold {style}".strip()), words)
    return Padding(text, (0, 0, 0, 2))


def _settings_table(verdict: Verdict, *, all_settings: bool) -> Table:
    title = "Every setting" if all_settings else "Settings (all of them: --all-settings)"
    table = plain_table(title, "riskguard.", "Value", "From", whole=("riskguard.",))
    for setting in verdict.settings:
        if all_settings or setting.is_chosen:
            table.add_row(setting.key, Text(setting.text), Text(setting.origin))
    return table


def _market_table(verdict: Verdict) -> Table:
    right = ("Price", "Volatility", "Funding 8h")
    table = plain_table(
        "Markets", "Pair", "Price", "Volatility", "Regime", "Funding 8h", "Candles to", right=right
    )
    for figures in verdict.pairs:
        funding = figures.funding_rate_8h
        table.add_row(
            short_pair(figures.pair, verdict.stake_currency),
            price(figures.rate),
            volatility_text(figures.daily_volatility_ratio),
            figures.regime,
            "unknown" if isnan(funding) else percent(funding, 3),
            f"{figures.time:%Y-%m-%d %H:%M} {figures.source}",
        )
    return table


def _entries_table(verdict: Verdict) -> Table:
    columns = ("Entry", "Leverage", "Stake", "Liquidation", "Stop", "ATR stop", "Worst", "Cover")
    table = plain_table(
        "An entry now (prices with their distance)", *columns, right=columns[1:], whole=columns
    )
    table.caption = (
        "Worst: loss of the account in the worst market move from -20 to +20 %, before any stop"
        f"{_LIQUIDATED}. Cover: lowest equity / maintenance margin in these moves"
        f"{'; at 1 the account is liquidated' if verdict.margin_mode == 'cross' else ''}.\n"
    )
    table.caption_justify = "left"
    for entry in _entries(verdict):
        table.add_row(
            _name(entry, verdict),
            _given(leverage(entry.leverage), leverage(entry.asked_leverage)),
            _given(amount(entry.stake_quote), amount(entry.asked_stake_quote)),
            away(entry.liquidation_price, entry.liquidation_distance_ratio),
            away(entry.stop_price, entry.stop_distance_ratio),
            away(entry.atr_stop_price, entry.atr_stop_distance_ratio),
            f"-{amount(entry.worst_loss_quote)}{'*' if entry.liquidated_at_worst else ''}\n"
            f"at {percent(entry.worst_move_ratio, 0)}",
            cover(entry.survival),
        )
    return table


def _given(given: str, asked: str) -> str:
    return given if given == asked else f"{given}\nof {asked}"


def _limits_table(verdict: Verdict) -> Table:
    table = plain_table("What limits it", "Entry", "Leverage", "Stake", whole=("Entry",))
    for figures in verdict.pairs:
        rows: dict[tuple[str, str, str], list[str]] = {}
        for entry in figures.entries:
            rows.setdefault(_limits(entry), []).append(entry.side)
        for (limit, stake, style), sides in rows.items():
            if (limit, stake) != (NOTHING, NOTHING):
                pair = short_pair(figures.pair, verdict.stake_currency)
                side = "both" if len(sides) > 1 else sides[0]
                table.add_row(f"{pair} {side}", Text(limit), Text(stake, style))
    return table


def _profiles_table(verdict: Verdict) -> Table:
    """Show what the market would allow: what the record of trades allows may be less."""
    entry = _entries(verdict)[0]
    columns = ("Profile", "Cap", "Calm", "Wild")
    table = plain_table(
        f"Most leverage by profile, {_name(entry, verdict)}",
        *columns,
        right=columns[1:],
        whole=columns,
    )
    table.caption = (
        f"Calm: {volatility_text(CALM_RATIO)}; wild: {volatility_text(WILD_RATIO)}. By cap, regime "
        "and liquidation distance, at the profile's own settings; Kelly, the volatility target and "
        "losses can only lower it.\n"
    )
    table.caption_justify = "left"
    for row in verdict.profiles:
        table.add_row(row.profile, leverage(row.cap), leverage(row.calm), leverage(row.wild))
    return table


def _account_table(verdict: Verdict) -> Table:
    """Show each look at the account; what to do about dangers follows below."""
    columns = ("Look", "Verdict", "Found")
    table = plain_table(f"The account on {verdict.exchange}", *columns, whole=columns[:2])
    for found in verdict.account or ():
        words = f"{found.found} {found.remedy}" if found.status == "note" else found.found
        table.add_row(
            found.subject, Text(_VERDICTS[found.status], _STYLES[found.status]), Text(words.strip())
        )
    return table


def _limits(entry: EntryFigures) -> tuple[str, str, str]:
    """Return what limits leverage and stake, and the style of the latter."""
    limit = f"{entry.leverage_rule}: {entry.leverage_why}" if entry.leverage_rule else NOTHING
    if entry.refusal is not None:
        return limit, f"NO TRADE: {entry.refusal}", "red"
    stake = f"{entry.stake_rule}: {entry.stake_why}" if entry.stake_rule else NOTHING
    return limit, stake, ""


def _entries(verdict: Verdict) -> list[EntryFigures]:
    return [entry for figures in verdict.pairs for entry in figures.entries]


def _name(entry: EntryFigures, verdict: Verdict) -> str:
    return f"{short_pair(entry.pair, verdict.stake_currency)} {entry.side}"


def _last_line(verdict: Verdict) -> Text:
    count = len(verdict.dangers)
    if verdict.verdict == "unknown":
        missing = sum(found.status == "unknown" for found in verdict.account or ())
        return Text(f"CANNOT TELL: answers are missing ({missing}).", "bold yellow")
    if not count:
        return Text("OK: no danger found.", "bold green")
    return Text(f"DANGER: {count} found." if count > 1 else "DANGER: 1 found.", "bold red")
