"""Open positions against their stops and their liquidation."""

from math import isfinite, nan

from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.risk import liquidation_distance
from freqtrade_riskguard.rules import RuleBook
from freqtrade_riskguard.rules.entry_math import position_loss_quote
from freqtrade_riskguard.rules.exits.margin_ladder import MarginLadder, watched_margin_left
from freqtrade_riskguard.snapshot import Account, Position
from freqtrade_riskguard.status.model import PositionStatus


def position_status(
    position: Position, account: Account, book: RuleBook, slippage_ratio: float
) -> PositionStatus:
    """Return an open position as it is shown.

    Parameters
    ----------
    book : RuleBook
        The rules of its pair.
    slippage_ratio : float
        In planned losses, a share of the price.
    """
    mark, side = position.rate, position.side
    return PositionStatus(
        trade_id=position.trade_id,
        pair=position.market.pair,
        side=side_text(side),
        leverage=position.leverage,
        amount=position.amount,
        open_rate=position.open_rate,
        mark=mark,
        notional_quote=position.notional_quote,
        margin_quote=position.margin_quote,
        equity_quote=position.equity_quote,
        stop_price=position.stop_price,
        stop_distance_ratio=distance_ratio(mark, position.stop_price, side),
        loss_at_stop_quote=position_loss_quote(position, slippage_ratio),
        liquidation_price=position.liquidation_price,
        liquidation_distance_ratio=distance_ratio(mark, position.liquidation_price, side),
        maintenance_cover=position.maintenance_cover,
        margin_left_ratio=watched_margin_left(position),
        warning=_ladder_words(position, account, book),
    )


def distance_ratio(mark: float, price: float, side: int) -> float:
    """Return how far the mark is from a price at which a position ends; NaN where unknown."""
    is_known = isfinite(mark) and mark > 0 and isfinite(price) and price >= 0
    return liquidation_distance(mark, price, side) if is_known else nan


def _ladder_words(position: Position, account: Account, book: RuleBook) -> str | None:
    """Return what the margin ladder would say to a position that it sees for the first time."""
    rule = next((rule for rule, _ in book.ladder if isinstance(rule, MarginLadder)), None)
    if rule is None or not isfinite(position.margin_left):
        return None
    return rule.advance(0, position, account).why or None
