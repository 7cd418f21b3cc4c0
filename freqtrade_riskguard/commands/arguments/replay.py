"""``riskguard replay``: an exchange on this machine, from a folder of candles."""

import argparse
from functools import partial
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.values import positive, ratio, ticks

# The exchanges it speaks as; the first one if nothing else is asked for, and for orders.
EXCHANGES = ("binance", "bybit", "okx", "bitget", "gate", "hyperliquid", "krakenfutures")
# Those that orders are taken as.
TRADED = ("binance", "bybit")
# Where freqtrade keeps what it downloads, a folder an exchange.
DOWNLOADS = Path("user_data/data")
# As freqtrade's dry-run wallet in its examples.
WALLET_QUOTE = 10_000.0

_EXAMPLES = """\
examples:
  riskguard replay --write replay.json
      for backtests, hyperopt and all else that needs markets but no fresh candles; give
      freqtrade the file as the last --config

  riskguard replay --start 2025-02-03 --write replay.json
      a rehearsal: `freqtrade trade --dry-run` runs through February 2025 in real time

  riskguard replay --exchange okx --write replay.json
      the same as OKX, from user_data/data/okx

  riskguard replay --start 2025-02-03 --trade --write replay.json
      a rehearsal of live trading: the exchange takes orders, and `freqtrade trade` trades with
      10,000 USDT that are worth nothing

  curl -H "Content-Type: application/json" -d '{"what": "refuse_stops"}' URL/faults
      while that runs: from now on no stop order is taken (see docs/replay_exchange.md)

--start moves the recording by whole steps of 8 hours (or of its candles, where they are longer),
so that candles and funding keep their hours: the replay begins within 8 hours after the time
given, and prints when. When the recording ends, bots see stale candles.

exit codes: 0 stopped by Ctrl-C or SIGTERM, 2 could not start
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "replay",
        help="an exchange on this machine that serves a data folder to freqtrade",
        epilog=_EXAMPLES,
        formatter_class=HelpFormat,
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"a freqtrade data folder (default: that of the exchange, {DOWNLOADS / EXCHANGES[0]})",
    )
    parser.add_argument(
        "--exchange",
        metavar="NAME",
        choices=EXCHANGES,
        default=EXCHANGES[0],
        help=f"whose interface it speaks: {', '.join(EXCHANGES)} (default: %(default)s)",
    )
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument(
        "--start",
        metavar="TIME",
        help="replay the recording from this time on as if it were now: a date or a date and time "
        "in UTC, such as 2025-02-03 or 2025-02-03T14:30 (default: the recording keeps its times)",
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="write the configuration to this file instead of printing it",
    )
    parser.add_argument(
        "--faults",
        type=Path,
        metavar="FILE",
        help="what goes wrong on the exchange, as JSON; more of it at /faults while it runs",
    )
    trade = parser.add_argument_group("an account to trade with")
    trade.add_argument(
        "--trade", action="store_true", help="take orders, for a bot with dry_run: false"
    )
    trade.add_argument(
        "--wallet",
        type=positive,
        metavar="QUOTE",
        help=f"deposit of a new account (default: {WALLET_QUOTE:.0f})",
    )
    trade.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep the account in this file, and take it up from there; time goes on meanwhile",
    )
    trade.add_argument(
        "--slippage",
        type=ratio,
        metavar="RATIO",
        help="how much worse than the price market orders and stops are filled, such as 0.001",
    )
    trade.add_argument(
        "--spread-ticks",
        type=ticks,
        metavar="N",
        help="ticks between best bid and best ask (default: 0)",
    )
    parser.set_defaults(run=partial(_run, parser))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    account = {
        "--wallet": options.wallet,
        "--state": options.state,
        "--slippage": options.slippage,
        "--spread-ticks": options.spread_ticks,
    }
    if not options.trade and (given := [name for name, value in account.items() if value]):
        parser.error(f"{given[0]} needs --trade")
    if options.trade and options.exchange not in TRADED:
        parser.error(
            f"--trade takes orders as {' and '.join(TRADED)} only, and not as {options.exchange}"
        )
    from freqtrade_riskguard.commands.replay import AccountOptions, run

    return run(
        options.data or DOWNLOADS / options.exchange,
        options.port,
        options.start,
        options.write,
        faults=options.faults,
        exchange=options.exchange,
        account=AccountOptions(
            wallet_quote=options.wallet or WALLET_QUOTE,
            file=options.state,
            slippage_ratio=options.slippage or 0.0,
            spread_ticks=options.spread_ticks or 0,
        )
        if options.trade
        else None,
    )
