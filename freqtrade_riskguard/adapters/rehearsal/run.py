"""A rehearsal: the real bot, its configuration, the simulated exchange, days in minutes."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from math import nan
from pathlib import Path

from freqtrade.enums import RunMode
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import timeframe_to_minutes
from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskguard.adapters.backtests.journal import read_decisions
from freqtrade_riskguard.adapters.preview.bot_config import BotConfig
from freqtrade_riskguard.adapters.preview.errors import PreviewError, reason_of
from freqtrade_riskguard.adapters.rehearsal.bot import RehearsedBot, session_of
from freqtrade_riskguard.adapters.rehearsal.configuration import (
    JOURNAL,
    LOG,
    pairs_of,
    rehearsal_config,
)
from freqtrade_riskguard.adapters.rehearsal.exchange import exchange_of
from freqtrade_riskguard.adapters.rehearsal.recorder import Recorder
from freqtrade_riskguard.adapters.selftest.gate import require_freqtrade
from freqtrade_riskguard.rehearsal.default_faults import default_faults
from freqtrade_riskguard.rehearsal.record import Books, Rehearsal, TradeRecord
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.account_books import AccountBooks, symbol_of
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.fault_rules import Rule
from freqtrade_riskguard.replay.matching import IncomeKind
from freqtrade_riskguard.replay.time_shift import recorded_span

Advance = Callable[[datetime], None]

_MINUTE = timedelta(minutes=1)
# freqtrade begins a loop this long after a candle has closed.
_AFTER_CLOSE = timedelta(seconds=1)
_MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is rehearsed.

    Attributes
    ----------
    data : Path
        The recorded candles.
    folder : Path
        New, for database, journal and log.
    faults : sequence of Rule or None
        None for one of each kind.
    """

    data: Path
    folder: Path
    start: datetime
    length: timedelta
    wallet_quote: float
    faults: Sequence[Rule] | None = ()


def rehearse(found: BotConfig, plan: Plan, advance: Advance = lambda _: None) -> Rehearsal:
    """Let a bot trade through recorded days, and return what happened.

    Parameters
    ----------
    found : BotConfig
        As `read_configuration` reads it: without keys.
    advance : callable, optional
        Told the time that the bot has come to.

    Raises
    ------
    PreviewError
        Where the candles do not suffice, or freqtrade does not start.
    """
    began = time.perf_counter()
    try:
        # Before any clock is moved: the self-test has candles of its own.
        require_freqtrade(RunMode.LIVE.value)
        _check_span(plan)
        clock = VirtualClock(plan.start)
        exchange = exchange_of(plan.data, clock, wallet_quote=plan.wallet_quote)
        plan.folder.mkdir(parents=True, exist_ok=True)
        with _logged_to(plan.folder / LOG), exchange:
            pairs = pairs_of(found, exchange.pairs)
            symbol = symbol_of(pairs[0])
            rules = default_faults(plan.start, plan.length, symbol)
            exchange.faults.extend(rules if plan.faults is None else plan.faults)
            make_config = partial(rehearsal_config, found, exchange, pairs, plan.folder)
            with RehearsedBot(make_config, clock) as bot:
                return _run(bot, exchange, plan, advance, began)
    except FreqtradeException as error:
        raise PreviewError(reason_of(error)) from error
    except DataFolderError as error:
        raise PreviewError(str(error)) from error
    except OSError as error:
        raise PreviewError(f"{plan.folder}: {error.strerror or error}") from error


def _run(
    bot: RehearsedBot, exchange: ReplayExchange, plan: Plan, advance: Advance, began: float
) -> Rehearsal:
    books = AccountBooks(exchange)
    recorder = Recorder(bot, books, exchange.pairs)
    strategy = bot.bot.strategy
    settings = session_of(bot.bot).settings
    candle = timedelta(minutes=timeframe_to_minutes(strategy.timeframe))
    end, moment = plan.start + plan.length, plan.start + _AFTER_CLOSE
    while moment <= end:
        bot.loop(moment)
        if bot.is_stopped:
            # Whoever runs it would look why, and start it again.
            recorder.note_restart()
            bot.restart()
        recorder.end_loop()
        recorder.act_as_owner()
        advance(bot.clock.time)
        moment = _next_look(bot.clock.time, candle if recorder.is_flat else _MINUTE)
    recorder.finish()
    return Rehearsal(
        strategy=strategy.get_strategy_name(),
        profile=settings.profile,
        currency=str(bot.bot.config["stake_currency"]),
        pairs=tuple(bot.bot.pairlists.whitelist),
        start=plan.start,
        end=bot.clock.time,
        places_stops=bool(strategy.order_types.get("stoploss_on_exchange")),
        books=_books_at_end(books, plan),
        samples=tuple(recorder.samples),
        unprotected=tuple(recorder.unprotected),
        unbooked=tuple(recorder.unbooked),
        liquidations=recorder.liquidations,
        faults=recorder.faults,
        trades=tuple(_trade_record(trade) for trade in Trade.get_trades_proxy()),
        decisions=read_decisions(plan.folder / JOURNAL) or (),
        messages=tuple(recorder.messages),
        restarts=tuple(recorder.restarts),
        loops=recorder.loops,
        machine_seconds=time.perf_counter() - began,
    )


def _next_look(now: datetime, step: timedelta) -> datetime:
    """Return when the bot looks next: just after the next step of the clock."""
    into = (now - _MIDNIGHT) % step
    return now - into + step + _AFTER_CLOSE


def _check_span(plan: Plan) -> None:
    first, end = recorded_span(plan.data)
    if first <= plan.start and plan.start + plan.length <= end:
        return
    days = (end - plan.start) / timedelta(days=1)
    remedy = f"--days {days:.2f}" if first <= plan.start < end else "another --start"
    raise PreviewError(
        f"the candles in {plan.data} are from {first:%Y-%m-%dT%H:%M} to {end:%Y-%m-%dT%H:%M} "
        f"(UTC): give {remedy}"
    )


def _books_at_end(books: AccountBooks, plan: Plan) -> Books:
    sums = dict.fromkeys(IncomeKind, 0.0)
    for income in books.incomes():
        sums[income.kind] += income.amount_quote
    requests: Counter[str] = Counter()
    for (method, _), count in books.exchange.requests.items():
        requests[method] += count
    return Books(
        deposit_quote=plan.wallet_quote,
        equity_quote=books.equity_quote,
        wallet_quote=books.wallet_quote,
        realised_quote=sums[IncomeKind.REALISED],
        fees_quote=sums[IncomeKind.FEE] + sums[IncomeKind.LIQUIDATION_FEE],
        funding_quote=sums[IncomeKind.FUNDING],
        fills=sum(len(books.fills(pair)) for pair in books.exchange.pairs),
        requests=requests,
    )


def _trade_record(trade: LocalTrade) -> TradeRecord:
    closed = not trade.is_open
    return TradeRecord(
        pair=trade.pair,
        side=-1 if trade.is_short else 1,
        leverage=float(trade.leverage or 1.0),
        open_time=trade.open_date_utc,
        close_time=trade.close_date_utc if closed else None,
        open_rate=float(trade.open_rate),
        close_rate=float(trade.close_rate or nan) if closed else nan,
        profit_quote=float(trade.close_profit_abs or 0.0) if closed else nan,
        exit_reason=str(trade.exit_reason or ""),
    )


@contextmanager
def _logged_to(file: Path) -> Iterator[None]:
    """Write what a bot logs into a file, in the time that it lives in, UTC."""
    root, handler = logging.getLogger(), logging.FileHandler(file, encoding="utf-8")
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    form.converter = time.gmtime
    handler.setFormatter(form)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()
