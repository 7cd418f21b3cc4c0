"""Where an account in cross margin is liquidated, as a price of each of its positions."""

from dataclasses import replace
from math import isclose, nan

from freqtrade_riskguard.snapshot import Account, Position

# Nearer by less than this is no news: a stop that moves in every loop is an order in every loop.
_SAME_PRICE = 0.002


class CrossAccount:
    """Keeps the account as it was last valued, with what has been entered since.

    In isolated margin there is nothing to keep, and positions stay as they are.
    """

    def __init__(self) -> None:
        self._account: Account | None = None
        self._positions: dict[int, Position] = {}
        self._told: dict[int, float] = {}

    def update(self, account: Account) -> None:
        """Take up the account, with its liquidation as a price of each position."""
        if account.margin_mode == "isolated":
            return
        self._account = account
        self._positions = {position.trade_id: position for position in account.positions}
        self._told = {number: self._told[number] for number in self._positions.keys() & self._told}

    def price(self, trade_id: int, amount: float) -> float | None:
        """Return the liquidation price that is known of a position of that size; None for none."""
        known = self._positions.get(trade_id)
        return None if known is None or known.amount != amount else self._price(known)

    def place(self, position: Position) -> Position:
        """Return a position with the account's liquidation as its price.

        Where it is new, or of another size, all others are judged anew with it. NaN as long as the
        account is not valued.
        """
        if position.margin_mode == "isolated" or self._account is None:
            return position
        price = self.price(position.trade_id, position.amount)
        if price is None:
            others = [p for p in self._account.positions if p.trade_id != position.trade_id]
            known = self._positions.get(position.trade_id)
            # As the account values it: a backtest hands over a candle's best price.
            mark = position.open_rate if known is None else known.rate
            marked = replace(position, rate=mark)
            account = replace(self._account, positions=(*others, marked))
            self.update(account.with_liquidation())
            price = self.price(position.trade_id, position.amount)
        return replace(position, account_liquidation_price=nan if price is None else price)

    def _price(self, known: Position) -> float:
        price = known.account_liquidation_price
        told = self._told.get(known.trade_id)
        if told is not None and isclose(price, told, rel_tol=_SAME_PRICE):
            return told
        self._told[known.trade_id] = price
        return price
