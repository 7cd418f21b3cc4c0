"""An open position."""

from dataclasses import dataclass
from math import isnan, nan
from typing import Literal

from freqtrade_riskguard.risk import (
    NO_LIQUIDATION,
    Exposure,
    TierTable,
    liquidation_price,
    maintenance_cover,
    margin_left,
    position_equity,
)
from freqtrade_riskguard.snapshot.derived import derived
from freqtrade_riskguard.snapshot.exchange import NOTHING_TOLD, PositionReport
from freqtrade_riskguard.snapshot.market import UNKNOWN_FUNDING, Funding, Market

MarginMode = Literal["isolated", "cross"]

# What only a fill changes.
_LASTING = (
    "market",
    "side",
    "open_rate",
    "amount",
    "margin_quote",
    "leverage",
    "enter_tag",
    "trade_id",
)


@dataclass(frozen=True)
class Position:
    """An open position, or one as it would be right after its entry.

    What is derived is computed once: several rules ask for it, in every loop.

    Attributes
    ----------
    market : Market
        As of the entry's candle.
    margin_quote : float
        Initial margin (freqtrade's stake amount).
    rate : float
        The mark: what the position is valued at.
    funding_quote : float
        Funding received so far, negative when paid.
    exchange_liquidation_price : float
        Liquidation price as freqtrade or the exchange has it; 0 where there is none.
    stop_price : float
        The stop in force; NaN where there is none.
    trade_id : int
        freqtrade's number; 0 for a position that does not exist yet.
    funding : Funding
        The pair's funding now.
    report : PositionReport
        What the exchange itself tells of it.
    margin_mode : "isolated" or "cross"
        Whether its own margin answers for it, or the whole account.
    beta : float
        To the market; 1 where unknown. Of a position in cross margin.
    account_liquidation_price : float
        In cross margin: its price where the account is liquidated, all others moving by their
        betas; 0 for none, NaN where unknown. See :meth:`Account.with_liquidation`.
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
    stop_price: float = nan
    trade_id: int = 0
    funding: Funding = UNKNOWN_FUNDING
    report: PositionReport = NOTHING_TOLD
    margin_mode: MarginMode = "isolated"
    beta: float = 1.0
    account_liquidation_price: float = nan

    def at(
        self,
        rate: float,
        *,
        funding: Funding,
        funding_quote: float,
        exchange_liquidation_price: float,
        stop_price: float,
        report: PositionReport,
    ) -> "Position":
        """Return the same position at another time: as ``dataclasses.replace``, much faster."""
        moved = object.__new__(Position)
        own = self.__dict__
        figures = moved.__dict__
        for name in _LASTING:
            figures[name] = own[name]
        figures["rate"] = rate
        figures["funding"] = funding
        figures["funding_quote"] = funding_quote
        figures["exchange_liquidation_price"] = exchange_liquidation_price
        figures["stop_price"] = stop_price
        figures["report"] = report
        return moved

    @derived
    def tiers(self) -> TierTable:
        """The maintenance tiers of this position: of its size, where that decides."""
        return self.market.tiers.of_position(self.amount, max(self.open_rate, self.rate))

    @derived
    def notional_quote(self) -> float:
        """The notional value of the position at the mark, unsigned."""
        return self.amount * self.rate

    @property
    def exposure(self) -> Exposure:
        """The position as it moves with the market."""
        fee = self.market.taker_fee
        return Exposure(self.side, self.notional_quote, self.tiers, self.beta, fee)

    @derived
    def equity_quote(self) -> float:
        """Margin, also added, and profit, closed at the mark; exit fee not deducted."""
        return position_equity(
            side=self.side,
            entry_price=self.open_rate,
            price=self.rate,
            amount=self.amount,
            margin_quote=self.margin_quote + self.report.added_margin_quote,
            funding_quote=self.funding_quote,
        )

    @derived
    def maintenance_quote(self) -> float:
        """Maintenance margin at the mark."""
        return float(self.tiers.maintenance_margin(self.amount * self.rate))

    @derived
    def margin_left(self) -> float:
        """Share of the way from entry to liquidation that is left: 1 at entry, 0 at liquidation."""
        return margin_left(self.equity_quote, self.maintenance_quote, self.margin_quote)

    @derived
    def maintenance_cover(self) -> float:
        """Equity over maintenance margin."""
        return maintenance_cover(self.equity_quote, self.maintenance_quote)

    @derived
    def liquidation_price(self) -> float:
        """The nearer to the market of our own liquidation price and the exchange's; 0 for none.

        In cross margin our own is the account's, see ``account_liquidation_price``.
        """
        if self.margin_mode == "cross":
            own = self.account_liquidation_price
        else:
            own = liquidation_price(
                side=self.side,
                entry_price=self.open_rate,
                amount=self.amount,
                margin_quote=self.margin_quote + self.report.added_margin_quote,
                tiers=self.tiers,
                taker_fee=self.market.taker_fee,
                funding_quote=self.funding_quote,
            )
        theirs = self.exchange_liquidation_price
        if theirs <= 0 or isnan(theirs):
            return own
        if isnan(own) or own == NO_LIQUIDATION:
            return theirs
        return max(own, theirs) if self.side > 0 else min(own, theirs)
