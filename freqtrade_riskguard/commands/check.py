"""``riskguard check``: a verdict on a bot before any money moves."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from rich.console import Console

from freqtrade_riskguard.adapters.preview.bot import PreviewBot, open_bot
from freqtrade_riskguard.adapters.preview.bot_config import read_configuration
from freqtrade_riskguard.adapters.preview.entry_request import EntryPreview, EntryRequest
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.pair_selection import PreviewOptions
from freqtrade_riskguard.commands.bot_arguments import request_of
from freqtrade_riskguard.commands.console import ProgressBar, working, write_json
from freqtrade_riskguard.commands.exit_codes import DANGER, FINE, fail
from freqtrade_riskguard.entry_report import check_tables
from freqtrade_riskguard.entry_report.check_report import PairFigures, Verdict
from freqtrade_riskguard.entry_report.dangers import (
    entry_dangers,
    guard_dangers,
    start_dangers,
    unread_database,
)
from freqtrade_riskguard.entry_report.entry_figures import entry_figures
from freqtrade_riskguard.entry_report.profile_leverage import profile_leverage
from freqtrade_riskguard.entry_report.settings_in_force import rules_by_mode, settings_in_force

_COMMAND = "check"
_OLD = timedelta(days=1)


def run(options: argparse.Namespace) -> int:
    """Check a bot, print the verdict; return 0, 1 for danger, or 2 where it cannot be checked."""
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
    return DANGER if verdict.dangers else FINE


def _examine(options: argparse.Namespace, log: LogCollector, wait: ProgressBar) -> Verdict:
    found = read_configuration(request_of(options))
    look = PreviewOptions(
        from_exchange=options.from_exchange, with_database=not options.no_database
    )
    with open_bot(found, look, log, wait.describe) as bot:
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
                configured="riskguard" in found.config,
                settings=bot.settings,
            ),
            *entry_dangers(entries),
            *start_dangers(found.config.get("initial_state")),
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
            dry_run=not found.is_live,
            margin_mode=bot.margin_mode,
            stake_currency=str(found.config["stake_currency"]),
            wallet_quote=bot.account.wallet_quote,
            wallet_origin=bot.wallet_origin,
            open_trades=bot.account.open_trades,
            database=bot.history,
            rules=rules_by_mode(bot.settings) if bot.guarded else {},
            settings=tuple(
                settings_in_force(found.settings, bot.settings, found.layers, bot.parameter_origin)
                if bot.guarded
                else ()
            ),
            pairs=tuple(pairs),
            profiles=profile_leverage(first.entry, first.max_leverage),
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
