"""A bot's status: the parts of its answers that the guardian reads."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from freqtrade_riskguard.risk import account_equity, realised_funding_quote
from freqtrade_riskguard.sanitize import escaped

# Quote or base units, either sign: beyond it sums would become infinite.
Amount = Annotated[float, Field(ge=-1e18, le=1e18)]
# A name that the bot gives: of a pair, a coin, an exchange, a state.
Name = Annotated[str, StringConstraints(max_length=100), AfterValidator(escaped)]

# Of one trade, stops that were moved included.
_MOST_ORDERS = 100_000
_MOST_LOCKS = 10_000
# The year 9999: no time is later.
_LATEST_MS = 253_402_300_799_000

# freqtrade's states. Between two of them, and while it starts, it says something else or nothing.
_RUNNING, _PAUSED, _STOPPED = "running", "paused", "stopped"


class _Answer(BaseModel):
    # What is not read may change from version to version; what is read must be there.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Config(_Answer):
    """Of ``/show_config``."""

    dry_run: bool
    exchange: Name
    stake_currency: Name
    available_capital: Amount | None = None
    state: Name
    bot_name: Name | None = None
    strategy: Name | None = None
    margin_mode: Name | None = None


class Wallet(_Answer):
    """The balance of one currency, in ``/balance``.

    Attributes
    ----------
    est_stake : float
        Worth of what is free, in the stake currency; 0 where the bot knows no price.
    is_position : bool
        Whether it is a position, and the currency a pair.
    is_bot_managed : bool
        Whether it is what the bot trades with: the stake currency, or what stands for it.
    """

    currency: Name
    free: Amount
    used: Amount
    balance: Amount
    est_stake: Amount = 0.0
    is_position: bool = False
    is_bot_managed: bool = False

    @property
    def price_quote(self) -> float:
        """Price of a coin as far as its worth tells; 0 for unknown."""
        return self.est_stake / self.free if self.free > 0 and self.est_stake > 0 else 0.0


class Balance(_Answer):
    """Of ``/balance``."""

    starting_capital: Amount
    stake: Name
    currencies: tuple[Wallet, ...]

    @property
    def free_quote(self) -> float:
        """Stake currency that is in no trade, quote units."""
        return sum(wallet.free for wallet in self.currencies if wallet.currency == self.stake)

    @property
    def used_quote(self) -> float:
        """Stake currency that trades tie up, quote units: in a dry run their stakes."""
        return sum(wallet.used for wallet in self.currencies if wallet.currency == self.stake)


class Profit(_Answer):
    """Of ``/profit``."""

    profit_closed_coin: Amount
    profit_all_coin: Amount


class Health(_Answer):
    """Of ``/health``."""

    last_process_ts: int | None
    bot_start_ts: int | None
    bot_startup_ts: int | None


class TradeName(_Answer):
    """Which trade it is, in ``/status``: all that it takes to close it."""

    trade_id: int
    pair: Name


class Order(_Answer):
    """Of a trade, in ``/status``."""

    ft_order_side: Name
    is_open: bool
    safe_price: Amount
    filled: Amount | None = None
    ft_fee_base: Amount | None = None


class OpenTrade(TradeName):
    """An open trade, as ``/status`` shows it.

    Attributes
    ----------
    amount : float
        Base units.
    stake_amount : float
        Margin that is left in it, quote units.
    realized_profit : float
        Of its partial exits, quote units.
    current_rate, profit_abs : float
        Required although only the rate is used: a bot without a rate shows both as null.
    open_rate, leverage, stop_loss_abs, liquidation_price : float or None
        Only shown; what is missing is unknown.
    """

    base_currency: Name
    amount: Amount
    stake_amount: Amount
    realized_profit: Amount
    current_rate: Amount
    profit_abs: Amount
    is_short: bool
    fee_open: Amount | None = None
    fee_close: Amount | None = None
    open_rate: Amount | None = None
    leverage: Amount | None = None
    stop_loss_abs: Amount | None = None
    liquidation_price: Amount | None = None
    orders: Annotated[tuple[Order, ...], Field(max_length=_MOST_ORDERS)]

    @property
    def funding_counted_twice_quote(self) -> float:
        """Funding that freqtrade counts in the exits' profit, and once more in that of the rest."""
        entry = "sell" if self.is_short else "buy"
        filled = [order for order in self.orders if order.filled and not order.is_open]
        return realised_funding_quote(
            -1 if self.is_short else 1,
            [
                (
                    ((order.filled or 0.0) - (order.ft_fee_base or 0.0))
                    * (1 if order.ft_order_side == entry else -1),
                    order.safe_price,
                )
                for order in filled
            ],
            realised_quote=self.realized_profit,
            entry_fee=self.fee_open or 0.0,
            exit_fee=self.fee_close or 0.0,
        )

    @property
    def notional_quote(self) -> float:
        """Value of the position at the latest rate, quote units, never negative."""
        return abs(self.amount * self.current_rate)


class HeldLock(_Answer):
    """A lock, in ``/locks``."""

    # freqtrade's field is called id.
    number: int = Field(alias="id")
    pair: Name
    side: Name
    reason: Annotated[str, StringConstraints(max_length=1_000), AfterValidator(escaped)] | None
    lock_end_timestamp: Annotated[int, Field(ge=0, le=_LATEST_MS)]


class Locks(_Answer):
    """Of ``/locks``: those in force."""

    locks: Annotated[tuple[HeldLock, ...], Field(max_length=_MOST_LOCKS)]


def open_profit_quote(profit: Profit, trades: tuple[OpenTrade, ...]) -> float:
    """Return the profit of the open trades, their exits so far included, quote units."""
    twice_quote = sum(trade.funding_counted_twice_quote for trade in trades)
    return profit.profit_all_coin - profit.profit_closed_coin - twice_quote


def starting_capital_quote(
    config: Config, balance: Balance, profit: Profit, trades: tuple[OpenTrade, ...]
) -> float:
    """Return the bot's capital before all its trades, quote units.

    freqtrade's own is (free - profit of closed trades + stakes of open ones) * the ratio that may
    be traded with. What partial exits realised is free as well, and no closed trade's: taken for
    capital it would be counted twice, for the profits hold it too.
    """
    partial_quote = sum(trade.realized_profit for trade in trades)
    stakes_quote = sum(trade.stake_amount for trade in trades)
    wallet_quote = balance.free_quote - profit.profit_closed_coin + stakes_quote
    if config.available_capital is not None or wallet_quote <= 0:
        return balance.starting_capital
    # The ratio is shown nowhere. The answers are not of one moment: a look later they are.
    tradable_ratio = min(1.0, max(0.0, balance.starting_capital / wallet_quote))
    if config.dry_run:
        # Its wallet may show the stakes of before an exit until the next order: its two threads
        # write it. What is free and what is tied up are of one moment there. In live trading
        # that is the exchange's margin, no stake.
        wallet_quote = balance.free_quote - profit.profit_closed_coin + balance.used_quote
        return (wallet_quote - partial_quote) * tradable_ratio
    return balance.starting_capital - partial_quote * tradable_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStatus:
    """The status of a bot at one poll.

    Attributes
    ----------
    state : str
        ``running``, ``paused`` or ``stopped``; freqtrade says something else in between.
    available_capital : float or None
        The bot's own share of an account, where its configuration names one, quote units.
    starting_capital_quote : float
        The bot's capital before all its trades, quote units.
    realised_quote, open_profit_quote : float
        Profit of closed and of open trades, fees and funding included, quote units.
    database_start : int or None
        When the bot's database began, epoch seconds: another one is another account.
    startup : int or None
        When the bot last started or read its configuration anew, epoch seconds.
    last_loop : int or None
        When its loop last came to its end, epoch seconds; None before the first time.
    bot_name, strategy, margin_mode : str or None
        Only shown.
    locks : tuple of HeldLock or None
        Those in force; None where that is not known.
    """

    state: str
    dry_run: bool
    exchange: str
    currency: str
    available_capital: float | None
    starting_capital_quote: float
    realised_quote: float
    open_profit_quote: float
    trades: tuple[OpenTrade, ...]
    database_start: int | None
    startup: int | None
    last_loop: int | None
    bot_name: str | None = None
    strategy: str | None = None
    margin_mode: str | None = None
    locks: tuple[HeldLock, ...] | None = None

    @property
    def entries_stopped(self) -> bool:
        """Whether the bot opens no new trades."""
        return self.state in {_PAUSED, _STOPPED}

    @property
    def started(self) -> bool:
        """Whether the bot takes entries, and has gone through its loop since it began."""
        return self.state == _RUNNING and self.last_loop is not None

    def follows_stop(self, before: "BotStatus | None") -> bool:
        """Whether the bot was stopped at the last look and is started now, by a person.

        Parameters
        ----------
        before : BotStatus or None
            The last look; None where it failed, for the bot may have crashed since.
        """
        if before is None or before.state != _STOPPED or self.state != _RUNNING:
            return False
        # A process keeps in mind when its loop came to its end; a new one cannot know.
        return self.last_loop is not None or before.last_loop is None

    @property
    def handles_trades(self) -> bool:
        """Whether the bot executes exits at all; a stopped one does not."""
        return self.state != _STOPPED

    @property
    def mode(self) -> Literal["dry-run", "live"]:
        """With whose money it trades."""
        return "dry-run" if self.dry_run else "live"

    def equity_quote(self, base_quote: float) -> float:
        """Return the bot's equity at the latest rates, counted from a base, quote units."""
        return account_equity(
            base_quote=base_quote,
            realised_quote=self.realised_quote,
            open_profit_quote=self.open_profit_quote,
        )
