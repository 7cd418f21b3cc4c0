"""``riskguard check``: a verdict on a bot before any money moves."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from rich.console import Console

from freqtrade_riskguard.adapters.bot.log_messages import cross_message
from freqtrade_riskguard.adapters.preview.bot import PreviewBot, open_bot
from freqtrade_riskguard.adapters.preview.bot_config import read_configuration
from freqtrade_riskguard.adapters.preview.entry_request import EntryPreview, EntryRequest
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.live_account import (
    look_at_account,
    read_booked,
    require_key,
)
from freqtrade_riskguard.adapters.preview.pair_selection import PreviewOptions
from freqtrade_riskguard.commands.bot_arguments import request_of
from freqtrade_riskguard.commands.console import ProgressBar, working, write_json
from freqtrade_riskguard.commands.exit_codes import BAD_INPUT, DANGER, FINE, fail
from freqtrade_riskguard.entry_report import check_tables
from freqtrade_riskguard.entry_report.check_report import PairFigures, Verdict
from freqtrade_riskguard.entry_report.dangers import (
    entry_dangers,
    guard_dangers,
    start_dangers,
    unread_database,
)
from freqtrade_riskguard.entry_report.entry_figures import entry_figures
from freqtrade_riskguard.entry_report.live_findings import GateInput, LiveFinding
from freqtrade_riskguard.entry_report.live_gate import judge_account
from freqtrade_riskguard.entry_report.profile_leverage import profile_leverage
from freqtrade_riskguard.entry_report.settings_in_force import (
    rules_by_mode,
    rules_without_limit,
    settings_in_force,
)
from freqtrade_riskguard.evidence.weighting import evidence_words

_COMMAND = "check"
_OLD = timedelta(days=1)
_EXIT_CODES = {"ok": FINE, "danger": DANGER, "unknown": BAD_INPUT}


def run(options: argparse.Namespace) -> int:
    """Check a bot, print the verdict; return 0, 1 for danger, or 2 where nobody can say."""
    try:
        with collected_log() as log, working() as wait:
            verdict = _examine(options, log, wait)
    except PreviewError as error:
        return fail(_COMMAND, error)
    if options.json:
        write_json(asdict(verdict))
    else:
        check_tables.show(
            Console(markup=False, emoji=False), verdict, all_settings=options.all_settings
        )
    return _EXIT_CODES[verdict.verdict]


def _examine(options: argparse.Namespace, log: LogCollector, wait: ProgressBar) -> Verdict:
    found = read_configuration(request_of(options))
    if options.live:
        require_key(found)
        log.conceal(found.keys.values())
    look = PreviewOptions(
        from_exchange=options.from_exchange, with_database=not options.no_database
    )
    with open_bot(found, look, log, wait.describe) as bot:
        verdict = _verdict(bot, log, wait)
        if not options.live:
            return verdict
        wait.describe(f"Asking {bot.exchange_name} about the account")
        account, orphans = look_at_account(bot), bot.settings.orphans
    capital = found.config.get("available_capital")
    findings = judge_account(
        GateInput(
            account=account,
            # All of them: above, those of today are left out where the candles are old.
            booked=read_booked(found, with_database=not options.no_database),
            entries=[entry for figures in verdict.pairs for entry in figures.entries],
            currency=verdict.stake_currency,
            capital_quote=None if capital is None else float(capital),
            orphans=orphans,
            now=datetime.now(UTC),
            is_cross=verdict.margin_mode == "cross",
        )
    )
    return _with_account(verdict, findings, log)


def _with_account(verdict: Verdict, findings: Sequence[LiveFinding], log: LogCollector) -> Verdict:
    shown = tuple(
        replace(item, found=log.shown(item.found), remedy=log.shown(item.remedy))
        for item in findings
    )
    dangers = (
        *verdict.dangers,
        *(
            f"{item.found[0].upper()}{item.found[1:]} {item.remedy}"
            for item in shown
            if item.status == "danger" and item.remedy
        ),
    )
    is_unknown = any(item.status == "unknown" for item in shown)
    word = "danger" if dangers else "unknown" if is_unknown else "ok"
    return replace(verdict, verdict=word, dangers=dangers, account=shown)


def _verdict(bot: PreviewBot, log: LogCollector, wait: ProgressBar) -> Verdict:
    limitations, unsafe = bot.safety()
    if not bot.guarded:
        # It speaks of RiskGuard's cap on leverage, which does not hold: see entry_dangers.
        unsafe = [line for line in unsafe if not line.startswith("stoploss ")]
    wait.set_total(len(bot.outlook.pairs))
    pairs, asked = [], []
    for pair in bot.outlook.pairs:
        wait.describe(f"Deciding on {pair}")
        answers = _answers(bot, pair)
        asked += answers
        pairs.append(_pair(bot, pair, answers))
        wait.advance()
    first = asked[0]
    entries = [entry for figures in pairs for entry in figures.entries]
    dangers = [
        *guard_dangers(
            bot.strategy_name,
            guarded=bot.guarded,
            configured="riskguard" in bot.found.config,
            settings=bot.settings,
        ),
        *entry_dangers(entries),
        *start_dangers(bot.found.config.get("initial_state")),
        *unsafe,
        *(f"An error was logged: {error}" for error in log.errors),
    ]
    if bot.guarded and bot.settings.strict and unsafe:
        dangers.append("riskguard.strict is true: freqtrade will refuse to start this bot.")
    return Verdict(
        verdict="danger" if dangers else "ok",
        dangers=tuple(dangers),
        notes=tuple(_notes(bot, pairs, limitations, log)),
        strategy=bot.strategy_name,
        guarded=bot.guarded,
        enforcing=bot.enforcing,
        exchange=bot.exchange_name,
        liquidation_rule=bot.liquidation_rule,
        dry_run=not bot.found.is_live,
        margin_mode=bot.margin_mode,
        stake_currency=str(bot.found.config["stake_currency"]),
        wallet_quote=bot.account.wallet_quote,
        wallet_origin=bot.wallet_origin,
        open_trades=bot.account.open_trades,
        database=bot.history,
        rules=rules_by_mode(bot.settings) if bot.guarded else {},
        rules_without_limit=tuple(rules_without_limit(bot.settings)) if bot.guarded else (),
        settings=tuple(
            settings_in_force(
                bot.found.settings,
                bot.settings,
                bot.found.layers,
                bot.parameter_origin,
            )
            if bot.guarded
            else ()
        ),
        pairs=tuple(pairs),
        profiles=profile_leverage(first.entry, first.max_leverage),
        evidence=None
        if bot.evidence is None
        else evidence_words(bot.evidence, bot.settings.kelly, first.entry.edge),
    )


def _answers(bot: PreviewBot, pair: str) -> list[EntryPreview]:
    rate, time = bot.rate_of(pair), bot.time_of(pair)
    answers = []
    for side in bot.sides:
        tag = bot.signal_of(pair, side).enter_tag
        answers.append(
            bot.ask(EntryRequest(pair=pair, side=side, rate=rate, time=time, enter_tag=tag))
        )
    return answers


def _pair(bot: PreviewBot, pair: str, answers: Sequence[EntryPreview]) -> PairFigures:
    market = answers[0].entry.market
    return PairFigures(
        pair=pair,
        source="exchange" if bot.is_from_exchange(pair) else "disk",
        time=bot.time_of(pair),
        rate=bot.rate_of(pair),
        daily_volatility_ratio=market.daily_volatility,
        regime=bot.settings.regime_cap.table().regime_of(market.daily_volatility).name,
        funding_rate_8h=market.funding.rate_8h,
        entries=tuple(entry_figures(answered, bot.settings) for answered in answers),
    )


def _notes(
    bot: PreviewBot, pairs: Sequence[PairFigures], limitations: Sequence[str], log: LogCollector
) -> list[str]:
    notes = [*limitations, *unread_database(bot)]
    if bot.guarded and "riskguard" not in bot.found.config:
        notes.append("The configuration has no riskguard block: profile seatbelt.")
    if bot.settings.is_cross:
        notes.append(f"{cross_message()}.")
    oldest = min(pairs, key=lambda pair: pair.time)
    if datetime.now(UTC) - oldest.time > _OLD:
        notes.append(
            f"The candles of {oldest.pair} end at {oldest.time:%Y-%m-%d %H:%M} UTC: all figures "
            "are as of then. Download newer ones, or give --from-exchange."
        )
    if bot.outlook.without_candles:
        notes.append(
            f"No candles for {', '.join(bot.outlook.without_candles)} on disk or from the "
            "exchange; skipped."
        )
    if bot.found.is_live and bot.wallet_origin.startswith("freqtrade's default"):
        notes.append(
            "The size of your account is unknown here: the figures are for freqtrade's default "
            f"wallet of {bot.account.wallet_quote:g}. Give --wallet."
        )
    return notes + log.notes
