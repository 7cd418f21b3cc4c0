"""A bot put together as freqtrade does it, to be asked what it would do, and stopped there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from freqtrade.enums import RunMode
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import Exchange
from freqtrade.strategy import IStrategy
from freqtrade.wallets import Wallets

from freqtrade_riskguard.adapters.account.trades import closed_profit_quote, open_trades
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.market.contracts import venue_of_bot
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from freqtrade_riskguard.adapters.preview.bot_config import BotConfig
from freqtrade_riskguard.adapters.preview.data_provider import PreviewDataProvider
from freqtrade_riskguard.adapters.preview.entry_preview import EntryPreviewer
from freqtrade_riskguard.adapters.preview.entry_request import EntryPreview, EntryRequest, Signal
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError
from freqtrade_riskguard.adapters.preview.exchange_balance import balance_quote
from freqtrade_riskguard.adapters.preview.guard_database import open_guards_history
from freqtrade_riskguard.adapters.preview.loaders import load_exchange, load_strategy, runmode
from freqtrade_riskguard.adapters.preview.pair_selection import (
    PairSelection,
    PreviewOptions,
    Tell,
    part_of_database,
    select_pairs,
)
from freqtrade_riskguard.adapters.preview.recorder import RecordingGuard, RecordingRunner
from freqtrade_riskguard.adapters.preview.trade_database import (
    History,
    counted_base_quote,
    database_kind,
    open_history,
)
from freqtrade_riskguard.adapters.startup.exchange_safety import safety_lines
from freqtrade_riskguard.config import RiskGuardConfig, load_config
from freqtrade_riskguard.evidence.record import EvidenceRecord
from freqtrade_riskguard.rules import RuleBook
from freqtrade_riskguard.sanitize import secrets_in
from freqtrade_riskguard.snapshot import Account, market_pair


class _UnvaluedError(PreviewError):
    """The account could not be valued; why is in the log."""

    def __init__(self) -> None:
        super().__init__("the account could not be valued")


class PreviewBot:
    """A bot with everything but its loop.

    Attributes
    ----------
    found : BotConfig
        Its configuration.
    strategy : IStrategy
        With exchange, candles and wallet attached.
    guarded : bool
        Whether RiskGuard is among the strategy's bases.
    settings : RiskGuardConfig
        What its guard goes by, hyperopt's parameters included. Without a guard all is off.
    active, enforcing : bool
        Whether its guard looks at anything, and whether it changes anything.
    outlook : PairSelection
        Which pairs are looked at, and when.
    wallet_origin : str
        Where the wallet comes from.
    past : History
        What of its database counts.
    """

    def __init__(
        self,
        found: BotConfig,
        strategy: IStrategy,
        exchange: Exchange,
        provider: PreviewDataProvider,
        outlook: PairSelection,
        past: History,
    ) -> None:
        self.found, self.strategy = found, strategy
        self.outlook, self.past = outlook, past
        self.wallet_origin = found.wallet_origin
        self._exchange, self._provider = exchange, provider
        own = getattr(strategy, "_riskguard", None)
        self.guarded = isinstance(own, Session)
        self._session = own if isinstance(own, Session) else Session(load_config({"mode": "off"}))
        self._session.build_with(RecordingRunner, RecordingGuard)
        self._runner: EntryPreviewer | None = None
        self._time: datetime | None = None

    @property
    def settings(self) -> RiskGuardConfig:
        """The guard's configuration in this run."""
        return self._session.settings

    @property
    def active(self) -> bool:
        """Whether any rule is asked at all."""
        return self.guarded and self._session.active

    @property
    def enforcing(self) -> bool:
        """Whether any rule may change what the bot does."""
        return self.guarded and self._session.enforcing

    @property
    def evidence(self) -> EvidenceRecord | None:
        """Trades of backtests that count for Kelly; None where there are none."""
        return self._session.evidence

    @property
    def exchange_name(self) -> str:
        """The exchange's name."""
        return str(self._exchange.name)

    @property
    def liquidation_rule(self) -> str:
        """The rule of its exchange that liquidation prices are computed by, with its source."""
        return venue_of_bot(self.strategy).statement

    @property
    def margin_mode(self) -> str:
        """``isolated`` or ``cross``."""
        return str(self._exchange.margin_mode.value)

    @property
    def strategy_name(self) -> str:
        """The strategy's class."""
        return str(self.strategy.get_strategy_name())

    @property
    def sides(self) -> tuple[int, ...]:
        """The sides that the strategy may trade."""
        return (1, -1) if self.strategy.can_short else (1,)

    @property
    def parameter_origin(self) -> str:
        """Where hyperopt's parameters of the strategy stand."""
        source = getattr(self.strategy, "__file__", None)
        file = Path(source).with_suffix(".json") if source else None
        found = file is not None and file.is_file()
        return f"parameters in {file}" if found else f"parameters of {self.strategy_name}"

    @property
    def history(self) -> str | None:
        """Which database its trades come from; None for an account without trades."""
        return self.past.read

    @property
    def unread_database(self) -> str | None:
        """The kind of the bot's database, where it is one that is not read; else None."""
        kind = database_kind(self.found.config)
        return None if kind.startswith("sqlite") else kind

    @property
    def account(self) -> Account:
        """The account as of the last question."""
        if self._session.account is None:
            raise _UnvaluedError
        return self._session.account

    def safety(self) -> tuple[list[str], list[str]]:
        """Return what its exchange does not offer, and what its settings leave open, as if live."""
        with runmode(self.found.config, RunMode.LIVE):
            return safety_lines(self.settings, self.strategy, self._session.guard)

    def time_of(self, pair: str) -> datetime:
        """Return the moment at which a pair is looked at."""
        return self.outlook.times[pair]

    def is_from_exchange(self, pair: str) -> bool:
        """Whether a pair's candles come from the exchange."""
        return pair in self.outlook.online

    def rate_of(self, pair: str) -> float:
        """Return the last close of a pair by its time."""
        self._look_at(self.time_of(pair))
        return float(self._provider.ohlcv(pair)["close"].iloc[-1])

    def signal_of(self, pair: str, side: int) -> Signal:
        """Return what the strategy itself says of a pair's last candle."""
        if self.found.config.get("freqai", {}).get("enabled"):
            return Signal()  # it would train a model first
        self._look_at(self.time_of(pair))
        self.strategy.analyze_pair(pair)
        frame, _ = self._provider.get_analyzed_dataframe(pair, self.strategy.timeframe)
        if frame.empty:
            return Signal()
        last = frame.iloc[-1]
        enters = bool(last.get("enter_long" if side > 0 else "enter_short", 0) == 1)
        tag = last.get("enter_tag")
        return Signal(
            enters=enters, enter_tag=tag if enters and isinstance(tag, str) and tag else None
        )

    def ask(self, wanted: EntryRequest) -> EntryPreview:
        """Ask for an entry.

        Raises
        ------
        PreviewError
            Where the account cannot be valued: then a running bot enters nothing either.
        """
        self._look_at(wanted.time)
        if self._runner is None:
            raise PreviewError("no questions before the bot has looked at anything")
        return self._runner.ask(wanted)

    def start(self) -> None:
        """Start the strategy, as freqtrade does, with what belongs to it."""
        strategy, config = self.strategy, self.found.config
        if self.found.counts_balance:
            self._take_balance()
        elif self.history is not None and self.found.is_live:
            base = counted_base_quote()
            if base is not None and self.wallet_origin != "--wallet":
                config["dry_run_wallet"] = base
                self.wallet_origin = "as the bot's guard counts it"
        try:
            strategy.wallets = Wallets(config, self._exchange)
            strategy.ft_bot_start()
        except FreqtradeException as error:
            raise PreviewError(str(error).removeprefix("Configuration error: ")) from error
        if not self.guarded:
            self._session.reset(strategy, InMemoryStore())
        config["runmode"] = RunMode.DRY_RUN

    def _take_balance(self) -> None:
        """Count from what the exchange says that the account holds.

        freqtrade adds the profit of the trades that it reads.
        """
        config = self.found.config
        currency = str(config["stake_currency"])
        balance = balance_quote(self._exchange, self.found.keys, currency)
        if balance is None:
            self.wallet_origin += "; the exchange did not tell its balance"
            return
        booked = 0.0
        if self.history is not None:
            opened = sum(trade.realized_profit or 0.0 for trade in open_trades())
            booked = closed_profit_quote() + opened
        config["dry_run_wallet"] = balance - booked
        self.wallet_origin = f"the balance on {self.exchange_name}"

    def _look_at(self, time: datetime) -> None:
        """Value the account at a time, as the bot's loop begins."""
        self._provider.now = time
        if self._time == time:
            return
        session, strategy = self._session, self.strategy
        session.reset(strategy, InMemoryStore() if self.history is None else DatabaseStore())
        with session.reporting("*", "valuing the account"):
            session.on_loop(strategy, time)
        runner, guard = session.runner, session.guard
        if not isinstance(runner, RecordingRunner) or not isinstance(guard, RecordingGuard):
            raise PreviewError("the strategy has built its guard anew by itself")
        self._runner = EntryPreviewer(strategy, self._exchange, session, runner, guard)
        self._time = time
        if session.account is None:
            raise _UnvaluedError

    def value_account(self, time: datetime) -> Account:
        """Return the account as its guard values it at a time."""
        self._look_at(time)
        return self.account

    def book(self, pair: str) -> RuleBook:
        """Return the rules of a pair; ``"*"`` for those of the account."""
        return self._session.runner.book(pair)

    def adopt_held(self, *, anew: bool) -> None:
        """Ask for the candles of open trades that nobody has looked at.

        Parameters
        ----------
        anew : bool
            Whether those on disk may be old.
        """
        held = {trade.pair for trade in open_trades()} - set(self.outlook.times)
        absent = [pair for pair in sorted(held) if anew or self._provider.last_close(pair) is None]
        if absent:
            # In cross margin their betas are needed, too.
            market = [market_pair(self.strategy.config["stake_currency"])] if anew else []
            self._provider.adopt(
                absent, [pair for pair in market if pair in self._exchange.markets]
            )


@contextmanager
def open_bot(
    found: BotConfig, look: PreviewOptions, log: LogCollector, tell: Tell = lambda _: None
) -> Iterator[PreviewBot]:
    """Put a bot together; nothing of it is left afterwards.

    Parameters
    ----------
    found : BotConfig
        Its configuration.
    look : PreviewOptions
        What it will be asked about.
    log : LogCollector
        Where the causes of errors stand.
    tell : callable
        Told, in a few words, what takes time.

    Raises
    ------
    PreviewError
        Where freqtrade would not start, or there is nothing to look at.
    """
    config = found.config
    log.conceal(secret for layer in found.layers for secret in secrets_in(layer.content))
    # In freqtrade's order: a strategy may set what the configuration leaves out.
    strategy = load_strategy(config, log)
    tell(f"Loading the markets of {config['exchange']['name']}")
    exchange = load_exchange(config, log)
    try:
        provider = PreviewDataProvider(config, exchange, found.settings.volatility)
        strategy.dp = provider
        outlook = select_pairs(look, strategy, exchange, provider, tell)
        part = part_of_database(look, outlook, str(strategy.timeframe))
        history = open_guards_history(config) if look.held_only else open_history(config, part)
        with history as past:
            bot = PreviewBot(found, strategy, exchange, provider, outlook, past)
            tell(f"Starting {strategy.get_strategy_name()}")
            bot.start()
            bot.adopt_held(anew=look.held_only)
            yield bot
    except _UnvaluedError as error:
        raise PreviewError(": ".join((str(error), *log.errors[-1:]))) from error
    except FreqtradeException as error:
        reason = str(error).removeprefix("Configuration error: ")
        raise PreviewError(log.shown(reason)) from error
    finally:
        exchange.close()  # type: ignore[no-untyped-call]
