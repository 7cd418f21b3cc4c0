"""Margin, liquidation prices and ranks of an account, from what is stored and the marks."""

from collections.abc import Iterable, Mapping

from freqtrade_riskguard.replay.matching.account import (
    AccountSummary,
    ContractSettings,
    Holding,
    MarginMode,
    Position,
)
from freqtrade_riskguard.replay.matching.contract import Contract
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import Order, Side
from freqtrade_riskguard.replay.matching.state import MatchingState
from freqtrade_riskguard.risk.cross_liquidation import CrossPosition, cross_liquidation_price
from freqtrade_riskguard.risk.liquidation import liquidation_price
from freqtrade_riskguard.risk.tiers import TierTable

# First setting of a contract, where its brackets allow as much.
_FIRST_LEVERAGE = 20

# Profit over margin in use from which a position stands in each fifth of the queue of
# auto-deleveraging. The real exchange ranks an account among all others, who are not here.
_ADL_STEPS = (0.0, 0.10, 0.25, 0.50)


def max_leverage(tiers: TierTable) -> int:
    """Return the greatest leverage of any bracket, a whole number."""
    return int(max(tier.max_leverage for tier in tiers.tiers))


def first_settings(tiers: TierTable) -> ContractSettings:
    """Return the settings of a contract that nobody has set yet."""
    return ContractSettings(leverage=min(_FIRST_LEVERAGE, max_leverage(tiers)))


def max_notional(tiers: TierTable, leverage: float) -> float:
    """Return the largest position that a leverage allows, quote units."""
    return max(
        (tier.cap_notional_quote for tier in tiers.tiers if tier.max_leverage >= leverage),
        default=0.0,
    )


class Margin:
    """Reckons margin of the account at the prices of the moment; changes nothing.

    Parameters
    ----------
    contracts
        By name.
    state
        The account.
    prices
        Prices of the moment.
    """

    def __init__(
        self, contracts: Mapping[str, Contract], state: MatchingState, prices: MarketPrices
    ) -> None:
        self._contracts = contracts
        self._state = state
        self._prices = prices

    def settings(self, symbol: str) -> ContractSettings:
        """Return leverage and margin mode of a contract."""
        return self._state.settings[symbol]

    def is_isolated(self, symbol: str) -> bool:
        """Whether a contract is set to isolated margin."""
        return self.settings(symbol).margin_mode is MarginMode.ISOLATED

    @property
    def cross_wallet_quote(self) -> float:
        """The wallet without the isolated wallets, quote units."""
        isolated = sum(holding.margin_quote for holding in self._state.holdings.values())
        return self._state.wallet_quote - isolated

    def cross_holdings(self) -> Mapping[str, Holding]:
        """Return the positions in cross margin."""
        return {
            symbol: holding
            for symbol, holding in self._state.holdings.items()
            if not self.is_isolated(symbol)
        }

    def unrealised(self, symbol: str, holding: Holding) -> float:
        """Return the profit of a position at the mark, without fees, quote units."""
        return holding.amount_base * (self._prices.mark(symbol) - holding.entry_price)

    def initial(self, symbol: str, holding: Holding) -> float:
        """Return notional over leverage, quote units."""
        notional = abs(holding.amount_base) * self._prices.mark(symbol)
        return notional / self.settings(symbol).leverage

    def maintenance(self, symbol: str, holding: Holding) -> float:
        """Return the maintenance margin of a position by tier, quote units."""
        notional = abs(holding.amount_base) * self._prices.mark(symbol)
        return self._contracts[symbol].tiers.maintenance_margin(notional)

    def isolated_liquidation_price(self, symbol: str, holding: Holding) -> float:
        """Return the mark at which isolated margin has fallen to maintenance; 0 for none."""
        return liquidation_price(
            side=holding.side,
            entry_price=holding.entry_price,
            amount=abs(holding.amount_base),
            margin_quote=holding.margin_quote,
            tiers=self._contracts[symbol].tiers,
        )

    def orders_quote(self, symbol: str, orders: Iterable[Order]) -> float:
        """Return the initial margin that open orders of a contract bind, quote units.

        Only the larger of the two sides can become a position; what closes one binds nothing.
        """
        holding = self._state.holdings.get(symbol)
        held = holding.amount_base if holding else 0.0
        waiting = [order for order in orders if order.symbol == symbol and not order.reduce_only]
        bound = [0.0]
        for side in Side:
            ours = [order for order in waiting if order.side is side]
            rests = [order.quantity_base - order.filled_base for order in ours]
            if (base := sum(rests)) <= 0.0:
                continue
            prices = [order.limit_price or self._prices.last(symbol) for order in ours]
            quote = sum(rest * price for rest, price in zip(rests, prices, strict=True))
            closing = min(base, max(0.0, -side.sign * held))
            bound.append(quote * (1.0 - closing / base))
        return max(bound) / self.settings(symbol).leverage

    def summary(self, open_orders: Iterable[Order]) -> AccountSummary:
        """Return the account at the marks of the moment."""
        state, holdings = self._state, self._state.holdings
        orders = tuple(open_orders)
        cross = self.cross_holdings()
        initial = {symbol: self.initial(symbol, held) for symbol, held in holdings.items()}
        unrealised = {symbol: self.unrealised(symbol, held) for symbol, held in holdings.items()}
        order_margin = sum(
            self.orders_quote(symbol, orders) for symbol in {order.symbol for order in orders}
        )
        cross_wallet = self.cross_wallet_quote
        cross_unrealised = sum(unrealised[symbol] for symbol in cross)
        bound = sum(initial[symbol] for symbol in cross) + order_margin
        total = sum(unrealised.values())
        return AccountSummary(
            wallet_quote=state.wallet_quote,
            unrealised_quote=total,
            margin_balance_quote=state.wallet_quote + total,
            position_margin_quote=sum(initial.values()),
            order_margin_quote=order_margin,
            maintenance_quote=sum(
                self.maintenance(symbol, holding) for symbol, holding in holdings.items()
            ),
            cross_wallet_quote=cross_wallet,
            cross_unrealised_quote=cross_unrealised,
            available_quote=max(0.0, cross_wallet + cross_unrealised - bound),
        )

    def position(self, symbol: str) -> Position | None:
        """Return the position of a contract at the mark of the moment; None for none."""
        holding = self._state.holdings.get(symbol)
        if holding is None:
            return None
        settings, mark = self.settings(symbol), self._prices.mark(symbol)
        isolated = settings.margin_mode is MarginMode.ISOLATED
        unrealised = self.unrealised(symbol, holding)
        return Position(
            symbol=symbol,
            amount_base=holding.amount_base,
            entry_price=holding.entry_price,
            mark_price=mark,
            notional_quote=holding.amount_base * mark,
            unrealised_quote=unrealised,
            leverage=settings.leverage,
            margin_mode=settings.margin_mode,
            isolated_wallet_quote=holding.margin_quote,
            isolated_margin_quote=holding.margin_quote + unrealised if isolated else 0.0,
            initial_margin_quote=self.initial(symbol, holding),
            maintenance_quote=self.maintenance(symbol, holding),
            liquidation_price=(
                self.isolated_liquidation_price(symbol, holding)
                if isolated
                else self._cross_liquidation_price(symbol, holding)
            ),
            adl_quantile=self._adl_quantile(symbol, holding),
            updated_ms=holding.updated_ms,
        )

    def _cross_liquidation_price(self, symbol: str, holding: Holding) -> float:
        others = [
            CrossPosition(
                side=other.side,
                entry_price=other.entry_price,
                mark_price=self._prices.mark(name),
                amount=abs(other.amount_base),
                tiers=self._contracts[name].tiers,
            )
            for name, other in self.cross_holdings().items()
            if name != symbol
        ]
        return cross_liquidation_price(
            side=holding.side,
            entry_price=holding.entry_price,
            amount=abs(holding.amount_base),
            collateral_quote=self.cross_wallet_quote,
            tiers=self._contracts[symbol].tiers,
            others=others,
        )

    def _adl_quantile(self, symbol: str, holding: Holding) -> int:
        if (given := self._state.adl_quantiles.get(symbol)) is not None:
            return given
        profit = self.unrealised(symbol, holding)
        behind = holding.margin_quote or self.initial(symbol, holding)
        return sum(profit > step * behind for step in _ADL_STEPS)
