"""What a rule may see: plain frozen figures of one moment, and nothing of freqtrade.

Conventions: ``side`` is +1 for long and -1 for short; ``*_quote`` is in the stake currency;
NaN means *unknown*, which must never lead to more risk.
"""

from dataclasses import dataclass
from datetime import datetime
from math import isnan, nan

from freqtrade_riskguard.risk import Edge, TierTable, liquidation_price


@dataclass(frozen=True, slots=True)
class Market:
    """A pair as of its last closed candle.

    Attributes
    ----------
    pair : str
        freqtrade's name, e.g. ``"BTC/USDT:USDT"``.
    tiers : TierTable
        The exchange's maintenance margin by notional.
    taker_fee : float
        Ratio of the notional, per fill.
    daily_volatility : float
        Standard deviation of log returns per day; NaN where unknown.
    atr : float
        Average true range in price units at the moment that the question is about (for a
        position: its entry); NaN where unknown.
    """

    pair: str
    tiers: TierTable
    taker_fee: float
    daily_volatility: float
    atr: float


@dataclass(frozen=True, slots=True)
class Account:
    """The account as of the start of the bot's loop.

    Attributes
    ----------
    equity_quote : float
        Marked to market: base + realised profit + profit of open trades (fees and funding in).
    wallet_quote : float
        What freqtrade's wallet holds, without the profit of open trades.
    day_start_equity_quote : float
        Equity at the start of the current UTC day (or at the bot's first loop in it).
    open_trades : int
        Number of open trades.
    funding_paid_quote : float
        Paid by all trades within the funding breaker's lookback; what was received is not counted.
    basis : str
        What the marks are: ``"candle close"``, ``"live"`` or ``"closed trades"``.
    """

    time: datetime
    equity_quote: float
    wallet_quote: float
    day_start_equity_quote: float
    open_trades: int
    funding_paid_quote: float
    basis: str

    @property
    def sizing_equity_quote(self) -> float:
        """The equity that stakes are sized on: open profit is not yet money to bet.

        NaN where either is unknown, which sizes nothing.
        """
        if isnan(self.equity_quote) or isnan(self.wallet_quote):
            return nan
        return min(self.equity_quote, self.wallet_quote)


@dataclass(frozen=True, slots=True)
class Position:
    """An open position, or one as it would be right after its entry.

    Attributes
    ----------
    margin_quote : float
        Initial margin (freqtrade's stake amount).
    funding_quote : float
        Funding received so far, negative when paid.
    exchange_liquidation_price : float
        Liquidation price as freqtrade or the exchange has it; 0 where there is none.
    """

    market: Market
    side: int
    open_rate: float
    amount: float
    margin_quote: float
    leverage: float
    rate: float
    enter_tag: str | None = None
    funding_quote: float = 0.0
    exchange_liquidation_price: float = 0.0

    @property
    def liquidation_price(self) -> float:
        """The nearer to the market of our own liquidation price and the exchange's; 0 for none."""
        own = liquidation_price(
            side=self.side,
            entry_price=self.open_rate,
            amount=self.amount,
            margin_quote=self.margin_quote,
            tiers=self.market.tiers,
            taker_fee=self.market.taker_fee,
            funding_quote=self.funding_quote,
        )
        theirs = self.exchange_liquidation_price
        if theirs <= 0 or isnan(theirs):
            return own
        if isnan(own):
            return theirs
        return max(own, theirs) if self.side > 0 else min(own, theirs)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that freqtrade is about to make.

    Attributes
    ----------
    leverage : float
        The leverage asked for, or (once decided) given.
    stake_quote : float
        The stake the bot would give the trade.
    stop_price : float
        The stop that the position would start with; NaN while it is not decided.
    own_stop_ratio : float
        The strategy's ``stoploss`` as a positive ratio of the margin.
    """

    time: datetime
    market: Market
    account: Account
    edge: Edge
    side: int
    rate: float
    leverage: float
    stake_quote: float
    own_stop_ratio: float
    enter_tag: str | None = None
    stop_price: float = nan

    @property
    def stake_share(self) -> float:
        """Share of the equity that the stake is; NaN where the account has no equity."""
        equity = self.account.sizing_equity_quote
        return self.stake_quote / equity if equity > 0 else nan

    def position(self) -> Position:
        """Return the position as it would be after the entry."""
        return Position(
            market=self.market,
            side=self.side,
            open_rate=self.rate,
            amount=self.stake_quote * self.leverage / self.rate,
            margin_quote=self.stake_quote,
            leverage=self.leverage,
            rate=self.rate,
            enter_tag=self.enter_tag,
        )


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """What a breaker needs to know of a trade that is over."""

    pair: str
    side: int
    close_time: datetime
    profit_quote: float
    margin_quote: float
    funding_quote: float
