"""What the guard itself makes of freqtrade's trades, held against what the script has to give.

By hand, for a trade of the script: 300 at 3x and a price of 100 are 9 units. Each unit pays
:data:`FUNDING` (0.1) until the second loop, where something is sold, and from there to the third.
Buying or selling one unit at 100 costs a fee of 0.05.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isclose

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account import trades
from freqtrade_riskguard.adapters.selftest.script import STAKE_QUOTE
from freqtrade_riskguard.adapters.selftest.venue import FEE, FUNDING, PRICE

_MARK = 101.0
# A lot of 0.001 at the price is 0.1 of notional: no figure moves by more than this with it.
_TOLERANCE = 0.01
# 0.9 paid by 9 units, of which a third was sold: 0.9 and fees of 2 * 3 * 0.05 are realised, and
# 0.9 * 6 / 9 is gone from the margin of the 6 that are left; they have paid 0.6 since.
_CUT = {
    "open_funding (unrealised)": -6 * FUNDING,
    "open_funding (margin)": -6 * FUNDING - 6 * FUNDING,
    # 6 units win 1 each; fees of 6 * 0.05 to buy them, and 6 * 0.0505 to sell them.
    "open_profit_quote": 6
    - 6 * FEE * (PRICE + _MARK)
    - 6 * FUNDING
    - 6 * FEE * PRICE
    - 9 * FUNDING,
}
_CLOSED = {
    "closed_trade (profit)": -2 * 9 * FEE * PRICE - 9 * FUNDING,
    "closed_trade (margin)": STAKE_QUOTE,
    "closed_trade (funding)": -9 * FUNDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the guard reads while a trade is open.

    Attributes
    ----------
    figures : dict
        By name.
    are_open : bool
        Whether the trades that it takes for open are, this one among them.
    """

    figures: dict[str, float]
    are_open: bool


def read(trade: LocalTrade) -> Figures:
    """Read the guard's figures of an open trade."""
    found, funding = trades.open_trades(), trades.open_funding(trade)
    return Figures(
        figures={
            "open_funding (unrealised)": funding.unrealised_quote,
            "open_funding (margin)": funding.margin_quote,
            "open_profit_quote": trades.open_profit_quote(trade, _MARK),
        },
        are_open=trade.pair in {other.pair for other in found}
        and all(other.is_open for other in found),
    )


def differing_of_cut(figures: Figures) -> str | None:
    """Return in words what is not as it has to be after a cut of a third; None for nothing."""
    if not figures.are_open:
        return "the trades that are handed out as open are not those that are"
    return _differing(figures.figures, _CUT)


def differing_of_closed(trade: LocalTrade, every: Iterable[LocalTrade]) -> str | None:
    """Return in words what is not as it has to be after a close at the price; None for nothing."""
    closed = trades.closed_trade(trade)
    figures = {
        "closed_trade (profit)": closed.profit_quote,
        "closed_trade (margin)": closed.margin_quote,
        "closed_trade (funding)": closed.funding_quote,
        "closed_profit_quote": trades.closed_profit_quote(),
    }
    total = sum(_profit(other) for other in every if not other.is_open)
    return _differing(figures, {**_CLOSED, "closed_profit_quote": total})


def _profit(trade: LocalTrade) -> float:
    """Return the profit of a closed trade from what its orders have moved."""
    profit = sum(order.funding_fee or 0.0 for order in trade.orders)
    for order in trade.orders:
        quote = (order.filled or 0.0) * order.safe_price
        profit += quote * (1 if order.ft_order_side == "sell" else -1) - quote * FEE
    return profit


def _differing(figures: dict[str, float], wanted: dict[str, float]) -> str | None:
    wrong = [
        f"{name} is {figures[name]:g} instead of {value:g}"
        for name, value in wanted.items()
        if not isclose(figures[name], value, abs_tol=_TOLERANCE)
    ]
    return ", ".join(wrong) or None
