"""An entry that freqtrade is about to make, and what a rule may know of trades that are over."""

from dataclasses import dataclass, replace
from datetime import datetime
from math import nan

from freqtrade_riskguard.risk import Edge, stop_price_from_ratio
from freqtrade_riskguard.snapshot.account import Account
from freqtrade_riskguard.snapshot.market import Market
from freqtrade_riskguard.snapshot.portfolio import Portfolio
from freqtrade_riskguard.snapshot.position import Position


@dataclass(frozen=True, slots=True)
class PairHistory:
    """The bot's last trade on a pair.

    Attributes
    ----------
    last_leverage : float or None
        Of the newest trade, open or closed; None where the pair was never traded.
    lost_last_trade : bool
        Whether the newest closed trade lost.
    """

    last_leverage: float | None = None
    lost_last_trade: bool = False


NO_HISTORY = PairHistory()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that freqtrade is about to make; an addition is an entry of the whole position.

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
    conviction : float
        From the strategy's hook, 0 to 1; 1 where it has none, 0 where it failed.
    target_price : float or None
        From the strategy's hook; None where it has none, NaN where it failed.
    history : PairHistory
        What the bot last did on the pair.
    portfolio : Portfolio or None
        How the open positions and this pair move together; None where no rule asks for it.
    adds_to : int
        Number of the trade that is added to; 0 for a new one.
    held_quote : float
        Margin that the position has already; 0 for a new one.
    min_stake_quote : float
        The exchange's minimum; 0 where it is not known yet.
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
    conviction: float = 1.0
    target_price: float | None = None
    history: PairHistory = NO_HISTORY
    portfolio: Portfolio | None = None
    adds_to: int = 0
    held_quote: float = 0.0
    min_stake_quote: float = 0.0

    @property
    def stake_share(self) -> float:
        """Share of the equity that the stake is; NaN where the account has no equity."""
        equity = self.account.sizing_equity_quote
        return self.stake_quote / equity if equity > 0 else nan

    @property
    def own_stop_price(self) -> float:
        """The price of the strategy's own stop; NaN where it has none."""
        return stop_price_from_ratio(
            side=self.side, rate=self.rate, ratio=self.own_stop_ratio, leverage=self.leverage
        )

    @property
    def others(self) -> tuple[Position, ...]:
        """The open positions but for the one that is added to."""
        positions = self.account.positions
        if not self.adds_to:
            return positions
        return tuple(position for position in positions if position.trade_id != self.adds_to)

    @property
    def free_quote(self) -> float:
        """The most margin this position could get: the free balance, and what it has already."""
        held = sum(p.margin_quote for p in self.account.positions if p.trade_id == self.adds_to)
        return self.account.free_quote + (held if self.adds_to else 0.0)

    @property
    def beta(self) -> float:
        """The pair's beta to the market; 1 where unknown."""
        return 1.0 if self.portfolio is None else float(self.portfolio.betas[-1])

    @property
    def account_after(self) -> Account:
        """The account with this entry in it, as its last position, and its fee paid.

        Where it adds to a position, all of that is valued at the mark, as the account values it.
        """
        own = self._alone()
        held = [p for p in self.account.positions if self.adds_to and p.trade_id == self.adds_to]
        added_quote = own.notional_quote - sum(p.amount * self.rate for p in held)
        if held:
            own = replace(own, rate=held[0].rate)
        # The fee of its entry, and that of its exit, which equity has deducted of all others.
        fees_quote = self.market.taker_fee * 2 * max(added_quote, 0.0)
        return replace(
            self.account,
            equity_quote=self.account.equity_quote - fees_quote,
            positions=(*self.others, own),
        ).with_liquidation()

    def position(self) -> Position:
        """Return the position as it would be after the entry."""
        alone = self._alone()
        if self.account.margin_mode == "isolated":
            return alone
        priced = self.account_after.positions[-1]
        return replace(alone, account_liquidation_price=priced.account_liquidation_price)

    def _alone(self) -> Position:
        return Position(
            market=self.market,
            side=self.side,
            open_rate=self.rate,
            amount=self.stake_quote * self.leverage / self.rate,
            margin_quote=self.stake_quote,
            leverage=self.leverage,
            rate=self.rate,
            enter_tag=self.enter_tag,
            stop_price=self.stop_price,
            margin_mode=self.account.margin_mode,
            beta=self.beta,
        )


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A trade that is over, as the rules see it.

    Attributes
    ----------
    profit_quote, funding_quote : float
        Costs included; negative when lost or paid.
    margin_quote : float
        The most that was in it.
    open_time : datetime or None
        None where nobody looked.
    return_ratio : float
        Profit over notional, costs included; NaN where nobody looked.
    """

    pair: str
    side: int
    close_time: datetime
    profit_quote: float
    margin_quote: float
    funding_quote: float
    trade_id: int = 0
    open_time: datetime | None = None
    leverage: float = 1.0
    return_ratio: float = nan
