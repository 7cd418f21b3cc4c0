"""Requests that change leverage, margin mode and margin of the simulated exchange's account."""

import math
from collections.abc import Mapping
from dataclasses import replace

from freqtrade_riskguard.replay.matching.account import MarginMode
from freqtrade_riskguard.replay.matching.contract import Contract
from freqtrade_riskguard.replay.matching.ledger import Ledger
from freqtrade_riskguard.replay.matching.margin import Margin, max_leverage, max_notional
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError


class MarginRequests:
    """Checks and carries out what a client asks about margin; see `MatchingEngine`.

    Parameters
    ----------
    contracts
        By name.
    ledger
        The account and its open orders.
    prices
        Prices of the moment.
    margin
        Margin of the account.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        ledger: Ledger,
        prices: MarketPrices,
        margin: Margin,
    ) -> None:
        self._contracts = contracts
        self._ledger = ledger
        self._state = ledger.state
        self._prices = prices
        self._margin = margin

    def set_leverage(self, symbol: str, leverage: float) -> None:
        """Set the leverage of a contract."""
        tiers, settings = self._contracts[symbol].tiers, self._margin.settings(symbol)
        greatest = max_leverage(tiers)
        if not 1 <= leverage <= greatest:
            detail = f"{symbol} {leverage:g}x, from 1x to {greatest}x"
            raise RequestRefusedError(Reason.LEVERAGE, detail)
        if holding := self._state.holdings.get(symbol):
            notional = abs(holding.amount_base) * self._prices.mark(symbol)
            if notional > max_notional(tiers, leverage):
                detail = f"{symbol} {notional:.2f} at {leverage}x"
                raise RequestRefusedError(Reason.POSITION_TOO_LARGE, detail)
            if self._margin.is_isolated(symbol):
                if leverage < settings.leverage:
                    detail = f"{symbol} from {settings.leverage}x to {leverage}x"
                    raise RequestRefusedError(Reason.LEVERAGE_REDUCTION, detail)
            elif leverage < settings.leverage:
                more_quote = notional / leverage - notional / settings.leverage
                self._check_free(more_quote, self._available_quote)
        self._state.settings[symbol] = replace(settings, leverage=leverage)

    def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> None:
        """Set the margin mode of a contract that has neither position nor open orders."""
        settings = self._margin.settings(symbol)
        if settings.margin_mode is margin_mode:
            raise RequestRefusedError(Reason.NO_CHANGE, f"{symbol} is {margin_mode.value}")
        waiting = [order for order in self._ledger.open_orders.values() if order.symbol == symbol]
        if waiting or symbol in self._state.holdings:
            detail = f"{symbol} has {len(waiting)} open orders or a position"
            raise RequestRefusedError(Reason.MARGIN_MODE_IN_USE, detail)
        self._state.settings[symbol] = replace(settings, margin_mode=margin_mode)

    def add_margin(self, symbol: str, amount_quote: float) -> None:
        """Move margin from the wallet to an isolated position, or back where negative."""
        holding = self._state.holdings.get(symbol)
        if holding is None or not self._margin.is_isolated(symbol):
            raise RequestRefusedError(Reason.NO_ISOLATED_POSITION, symbol)
        if amount_quote >= 0.0:
            self._check_free(amount_quote, self._movable_quote)
        else:
            # The initial margin stays, and a loss has taken its part of what is there.
            loss_quote = max(0.0, -self._margin.unrealised(symbol, holding))
            needed_quote = self._margin.initial(symbol, holding) + loss_quote
            # Written so that NaN is refused, too.
            if not holding.margin_quote + amount_quote >= needed_quote:
                detail = f"{symbol} has {holding.margin_quote:.2f}, needs {needed_quote:.2f}"
                raise RequestRefusedError(Reason.MARGIN_IN_USE, detail)
        holding.margin_quote += amount_quote
        holding.updated_ms = self._state.now_ms

    def deposit(self, amount_quote: float) -> None:
        """Pay into the wallet, or out of it where negative."""
        if not math.isfinite(amount_quote):
            raise ValueError(f"a deposit must be a finite amount, got {amount_quote}")
        if amount_quote < 0.0:
            self._check_free(-amount_quote, self._movable_quote)
        self._ledger.book_deposit(amount_quote)

    @property
    def _available_quote(self) -> float:
        return self._margin.summary(self._ledger.open_orders.values()).available_quote

    @property
    def _movable_quote(self) -> float:
        # Profit that is not realised yet may carry a position, and cannot be moved away.
        return max(0.0, min(self._available_quote, self._margin.cross_wallet_quote))

    def _check_free(self, amount_quote: float, free_quote: float) -> None:
        if amount_quote > free_quote:
            detail = f"{amount_quote:.2f} is needed, {free_quote:.2f} is free"
            raise RequestRefusedError(Reason.INSUFFICIENT_MARGIN, detail)
