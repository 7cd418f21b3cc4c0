"""``riskguard why``: what every rule says to one entry now, and which one decides."""

import argparse
from dataclasses import asdict

from rich.console import Console

from freqtrade_riskguard.adapters.preview.bot import PreviewBot, open_bot
from freqtrade_riskguard.adapters.preview.bot_config import read_configuration
from freqtrade_riskguard.adapters.preview.entry_request import EntryRequest
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.pair_selection import PreviewOptions
from freqtrade_riskguard.commands.bot_arguments import request_of
from freqtrade_riskguard.commands.console import ProgressBar, working, write_json
from freqtrade_riskguard.commands.exit_codes import DANGER, FINE, fail
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.entry_report import why_tables
from freqtrade_riskguard.entry_report.dangers import guard_dangers, unread_database
from freqtrade_riskguard.entry_report.entry_figures import entry_figures
from freqtrade_riskguard.entry_report.why_report import Explanation, rule_answers
from freqtrade_riskguard.evidence.weighting import evidence_words
from freqtrade_riskguard.snapshot import Account

_COMMAND = "why"
_SIDES = {"long": 1, "short": -1}


def run(options: argparse.Namespace) -> int:
    """Explain an entry; return 0 where it would be made, 1 where not, 2 where it is not known."""
    try:
        with collected_log() as log, working() as wait:
            found = _explain(options, log, wait)
    except PreviewError as error:
        return fail(_COMMAND, error)
    if options.json:
        write_json(asdict(found))
    else:
        why_tables.show(Console(markup=False, emoji=False), found)
    return FINE if found.entry.refusal is None else DANGER


def _explain(options: argparse.Namespace, log: LogCollector, wait: ProgressBar) -> Explanation:
    found = read_configuration(request_of(options))
    look = PreviewOptions(
        pair=options.pair,
        time=options.at,
        from_exchange=options.from_exchange,
        with_database=not options.no_database,
    )
    side = _SIDES[options.side]
    with open_bot(found, look, log, wait.describe) as bot:
        if side not in bot.sides:
            raise PreviewError(
                f"{bot.strategy_name} does not trade shorts: set can_short = True in it, or ask "
                "about a long"
            )
        (pair,) = bot.outlook.pairs
        wait.describe(f"Deciding on {pair}")
        signal = bot.signal_of(pair, side)
        wanted = EntryRequest(
            pair=pair,
            side=side,
            rate=options.rate or bot.rate_of(pair),
            time=bot.time_of(pair),
            enter_tag=options.tag or signal.enter_tag,
            leverage=options.leverage,
            stake_quote=options.stake,
        )
        answered = bot.ask(wanted)
        entry, account = answered.entry, bot.account
        volatility = entry.market.daily_volatility
        return Explanation(
            strategy=bot.strategy_name,
            guarded=bot.guarded,
            enforcing=bot.enforcing,
            exchange=bot.exchange_name,
            source="exchange" if bot.is_from_exchange(pair) else "disk",
            margin_mode=bot.margin_mode,
            stake_currency=str(found.config["stake_currency"]),
            equity_quote=account.equity_quote,
            wallet_quote=account.wallet_quote,
            wallet_origin=bot.wallet_origin,
            open_trades=account.open_trades,
            database=bot.history,
            edge=entry.edge.state.name.lower(),
            closed_trades=entry.edge.trades,
            evidence=None
            if bot.evidence is None
            else evidence_words(bot.evidence, bot.settings.kelly, entry.edge),
            daily_volatility_ratio=volatility,
            regime=bot.settings.regime_cap.table().regime_of(volatility).name,
            funding_rate_8h=entry.market.funding.rate_8h,
            signal=signal.enters,
            enter_tag=entry.enter_tag,
            entry=entry_figures(answered, bot.settings),
            rules=rule_answers(answered, for_pair(bot.settings, pair)),
            warnings=tuple(_warnings(bot, pair, account, log)),
        )


def _warnings(bot: PreviewBot, pair: str, account: Account, log: LogCollector) -> list[str]:
    """Return what a person must know to believe the answer."""
    warnings = list(
        guard_dangers(
            bot.strategy_name,
            guarded=bot.guarded,
            configured="riskguard" in bot.found.config,
            settings=bot.settings,
        )
    )
    if pair not in bot.strategy.dp.current_whitelist():
        warnings.append(f"{pair} is not on the whitelist: the bot would not trade it.")
    if account.open_trades >= account.slots:
        warnings.append("max_open_trades is reached: the bot would not ask for another entry.")
    return [*warnings, *unread_database(bot), *log.errors, *log.notes]
