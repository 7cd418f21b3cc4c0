"""`riskguard replay`: serve a data folder to a bot until told to stop."""

import signal
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from freqtrade_riskguard.commands.arguments.replay import DOWNLOADS, EXCHANGES
from freqtrade_riskguard.commands.exit_codes import fail
from freqtrade_riskguard.replay.account_file import AccountFileError, read_account
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.data_folder import DataFolderError, NoCandlesError, futures_files
from freqtrade_riskguard.replay.fault_rules import FaultError, read_faults
from freqtrade_riskguard.replay.freqtrade_config import ConfigFileError, write_config
from freqtrade_riskguard.replay.server import ReplayExchange
from freqtrade_riskguard.replay.time_shift import Shift, find_shift, known_shift
from freqtrade_riskguard.replay.venues import rules_of, venue_named

_POLL_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class AccountOptions:
    """The account that a bot trades with.

    Parameters
    ----------
    wallet_quote
        Deposit of a new one, quote units.
    file
        Where it is kept; None for nowhere.
    slippage_ratio
        How much worse than the price market orders and stops are filled, a fraction.
    spread_ticks
        Ticks between best bid and best ask.
    """

    wallet_quote: float
    file: Path | None = None
    slippage_ratio: float = 0.0
    spread_ticks: int = 0


def run(
    data: Path,
    port: int,
    start: str | None = None,
    write: Path | None = None,
    *,
    faults: Path | None = None,
    account: AccountOptions | None = None,
    exchange: str = EXCHANGES[0],
) -> int:
    """Serve a data folder until Ctrl-C or SIGTERM, and say how to use it.

    Must be called in the main thread, because it listens to signals.

    Parameters
    ----------
    data
        A freqtrade data folder or its ``futures`` folder.
    port
        TCP port on 127.0.0.1; 0 takes a free one.
    start
        Moment of the recording to show as now, in ISO format, UTC where it names no time zone;
        None leaves the recording at its own times.
    write
        File for the configuration; None prints it.
    faults
        File of what goes wrong on the exchange.
    account
        The account to trade with; None for none.
    exchange
        freqtrade's name of the venue to speak as.

    Returns
    -------
    int
        Exit code: 0 when stopped, 2 when folder, port, moment or a file cannot be used.
    """
    # Listening for signals comes first: one that arrives during the start still ends it properly.
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        rules = [] if faults is None else read_faults(faults)
        shift = _find_shift(data, start, account)
        with _exchange(data, port, shift, account, exchange) as opened:
            opened.faults.extend(rules)
            if write is not None:
                write_config(opened.config(), write)
            _explain(opened, shift, data, write)
            # Waiting in pieces keeps Ctrl-C alive on Windows too.
            while not stop.wait(_POLL_SECONDS):
                pass
    except (ConfigFileError, AccountFileError, FaultError) as error:
        return fail("replay", error)
    except NoCandlesError as error:
        return fail("replay", f"{error}; {_remedies(data)}")
    except DataFolderError as error:
        return fail("replay", error)
    except (OSError, OverflowError) as error:
        return fail("replay", f"cannot listen on port {port}: {error}")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def _exchange(
    data: Path, port: int, shift: Shift | None, account: AccountOptions | None, exchange: str
) -> ReplayExchange:
    shift_ms = 0 if shift is None else shift.shift_ms
    # Binance tells its tiers to accounts only, and a venue's own are known here.
    if account is None and (
        exchange == EXCHANGES[0] or venue_named(exchange).own_tiers is not None
    ):
        return ReplayExchange(data, port=port, shift_ms=shift_ms, exchange=exchange)
    from freqtrade_riskguard.adapters.market.tier_files import shipped_brackets

    pairs = [contract.pair for contract in futures_files(data)]
    if account is None:
        tiers = shipped_brackets(pairs)
        return ReplayExchange(data, port=port, shift_ms=shift_ms, tiers=tiers, exchange=exchange)
    return ReplayExchange(
        data,
        port=port,
        shift_ms=shift_ms,
        spread_ticks=account.spread_ticks,
        wallet_quote=account.wallet_quote,
        # What a dry-run and a backtest reckon with.
        tiers=shipped_brackets(pairs),
        rules=rules_of(exchange, slippage=account.slippage_ratio),
        account_file=account.file,
        tls=True,
        exchange=exchange,
    )


def _find_shift(data: Path, start: str | None, account: AccountOptions | None) -> Shift | None:
    now_ms = wall_clock_ms()
    kept = None if account is None or account.file is None else read_account(account.file)
    if kept is not None:
        # Its orders and positions have the times of the recordings as they were moved then.
        return known_shift(data, kept.shift_ms, now_ms)
    if start is not None:
        return find_shift(data, _moment(start), now_ms)
    if account is not None:
        raise DataFolderError(
            "--trade needs --start: a time of the recording that is shown as now, such as "
            "2025-02-03"
        )
    return None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DataFolderError(
            f"--start must be a time such as 2025-02-03 or 2025-02-03T14:30, got {text!r}"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _remedies(data: Path) -> str:
    command = "`riskguard scenario flash_crash --output"
    if not data.is_dir():
        return (
            "`freqtrade download-data --trading-mode futures` fills it with real candles, "
            f"{command} {data}` with generated ones"
        )
    if any(data.iterdir()):
        # A scenario is written to a new or empty folder only.
        return f"or generate some with {command} crash` and give --data crash"
    return f"or generate some with {command} {data}`"


def _explain(exchange: ReplayExchange, shift: Shift | None, data: Path, write: Path | None) -> None:
    console = Console()
    console.print(
        f"Replay exchange on [bold]{exchange.url}[/bold] with {', '.join(exchange.pairs)}"
    )
    if shift is not None:
        now, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in (shift.tape_time, shift.end))
        console.print(
            f"The recording's {now} UTC is shown as now; it ends at {end} UTC, "
            f"{_duration(shift.end - shift.tape_time)} from here."
        )
    if exchange.name != EXCHANGES[0]:
        console.print(
            "Its leverage tiers are assumed: those that freqtrade ships for Binance's contracts of "
            "these names."
            if exchange.tiers_are_assumed
            else "Its leverage tiers are its own where they are known, and else assumed."
        )
    if exchange.tiers_are_kept:
        console.print(
            f"freqtrade keeps them for up to four weeks in {_kept_tiers(data)}: delete that file "
            "before it works with the real exchange.",
            soft_wrap=True,
        )
    if exchange.has_account:
        console.print(
            f"It takes orders: the account is worth {_worth(exchange):,.2f}. Key and secret are in "
            "the configuration, and are worth nothing elsewhere."
        )
    if write is None:
        console.print("Save this as replay.json and give it to freqtrade as the last --config:")
        console.print_json(data=exchange.config())
    else:
        console.print("Its configuration is written; give it as the last --config, for example:")
        # Long paths are not broken: these lines are there to be copied.
        place = "" if data == DOWNLOADS / exchange.name else f" --datadir {data}"
        # A recording that is shown as now is there for a bot that runs.
        use = "freqtrade backtesting" if shift is None else "freqtrade trade --dry-run"
        if exchange.has_account:
            use = "freqtrade trade"
        for line in ("riskguard check", use):
            words = Text(f"  {line} -c user_data/config.json -c {write}{place}")
            console.print(words, soft_wrap=True)
    console.print("Ctrl-C stops it.")
    # Whoever reads through a pipe is waiting for the address.
    console.file.flush()


def _kept_tiers(data: Path) -> Path:
    return data / "futures" / "leverage_tiers_*.json"


def _worth(exchange: ReplayExchange) -> float:
    with exchange.account.now() as engine:
        return engine.account().margin_balance_quote


def _duration(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    return f"{hours // 24} days {hours % 24} hours {rest // 60} minutes"
