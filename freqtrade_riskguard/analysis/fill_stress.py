"""A backtest with its stops filled badly: what fill stress makes of it, in terms of the account.

Formula: the last exit of a stopped trade, and what the guard has cut off before, are re-priced by
:meth:`~freqtrade_riskguard.risk.FilledTrade.stressed_exit_price`, at bankruptcy where that passes
liquidation. What else was sold before keeps its price, and what a cut has left goes on as it did. A
trade that was liquidated in the backtest loses all of its margin. In cross margin all of the
account answers for a trade, so that neither liquidation nor bankruptcy of its own bounds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, nan

import numpy as np

from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures, result_outcome
from freqtrade_riskguard.analysis.price_extremes import Extremes
from freqtrade_riskguard.analysis.trade_legs import average_at
from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import LIQUIDATION, Fill, Result, Trade
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import (
    NO_LIQUIDATION,
    FilledTrade,
    MarginTiers,
    liquidation_price,
)


@dataclass(frozen=True, slots=True)
class Stressed:
    """A backtest under one slippage.

    Attributes
    ----------
    profits_quote : ndarray of float64, shape (n_trades,)
        In the order of the result's trades.
    exit_reasons : tuple of str
        ``"liquidation"`` where the stress has made it one.
    stops : int
        Stops, and cuts of the guard, that the stress moves.
    unknown : int
        Of these, how many kept their price because their candle is not known.
    outcome : ClosedTradeFigures or None
        None where a stop kept its price: what it would have cost is not known.
    """

    slippage_ratio: float
    profits_quote: FloatArray
    exit_reasons: tuple[str, ...]
    stops: int
    unknown: int
    outcome: ClosedTradeFigures | None

    @property
    def why_unknown(self) -> str:
        """Why there is no outcome; empty where there is one."""
        return unmoved_words(self.unknown, self.stops)


def unmoved_words(unknown: int, stops: int) -> str:
    """Return why stops were not moved; empty where none kept its price."""
    if not unknown:
        return ""
    if unknown == stops:
        return "stops were not moved, because their candles are missing"
    return f"stops were not moved, because the candles of {unknown:,} of {stops:,} are missing"


def filled_at_last(
    trade: Trade, stop_worst: float, tiers: MarginTiers, shared_quote: float = nan
) -> FilledTrade:
    """Return what was left of a trade when its last exit closed it; earlier exits stay.

    Parameters
    ----------
    shared_quote : float
        In cross margin what stands behind it: it has no liquidation of its own. NaN for isolated.
    """
    amount = trade.last_amount
    is_shared = not isnan(shared_quote)
    margin = shared_quote if is_shared else amount * trade.entry_price / trade.leverage
    return FilledTrade(
        side=trade.side,
        entry_price=trade.entry_price,
        exit_price=trade.fills[-1].price,
        amount=amount,
        margin_quote=margin,
        liquidation_price=NO_LIQUIDATION
        if is_shared
        else trade.fills[-1].price
        if trade.is_liquidation
        else liquidation_price(
            side=trade.side,
            entry_price=trade.entry_price,
            amount=amount,
            margin_quote=margin,
            tiers=tiers.of_position(amount, trade.entry_price),
            taker_fee=trade.fee_close,
            funding_quote=trade.known_funding_quote,
        ),
        close_day=trade.close_time.toordinal(),
        stop_candle_worst_price=stop_worst,
        taker_fee=trade.fee_close,
        funding_quote=trade.known_funding_quote,
    )


def last_fills(result: Result, extremes: Extremes, tiers: ResultTiers) -> tuple[FilledTrade, ...]:
    """Return :func:`filled_at_last` of every trade."""
    shared = _shared_quote(result)
    return tuple(
        filled_at_last(trade, float(worst), tiers.of(trade.pair), shared)
        for trade, worst in zip(result.trades, extremes.stop_worst, strict=True)
    )


def cut_fills(result: Result, extremes: Extremes) -> tuple[tuple[FilledTrade, ...], ...]:
    """Return what the guard has cut off of every trade before its last exit."""
    shared = _shared_quote(result)
    return tuple(
        tuple(
            _filled_cut(trade, place, cut, worst, shared)
            for (place, cut), worst in zip(trade.cuts, worsts, strict=True)
        )
        for trade, worsts in zip(result.trades, extremes.cut_worst, strict=True)
    )


def _shared_quote(result: Result) -> float:
    """Return the most that the account can have had behind a trade in cross margin; else NaN."""
    if not result.is_cross:
        return nan
    won = sum(max(trade.profit_quote, 0.0) for trade in result.trades)
    return result.starting_balance_quote + won


def _filled_cut(
    trade: Trade, place: int, cut: Fill, worst: float, shared_quote: float
) -> FilledTrade:
    average = average_at(trade, place)
    own = cut.amount * average / trade.leverage
    return FilledTrade(
        side=trade.side,
        entry_price=average,
        exit_price=cut.price,
        amount=cut.amount,
        margin_quote=own if isnan(shared_quote) else shared_quote,
        # Its own share of the margin bounds it: what is left of the trade goes on.
        liquidation_price=NO_LIQUIDATION,
        close_day=cut.time.toordinal(),
        stop_candle_worst_price=worst,
        taker_fee=trade.fee_close,
    )


def moved_exits(
    result: Result, fills: Sequence[FilledTrade], cuts: Sequence[Sequence[FilledTrade]]
) -> list[list[FilledTrade | None]]:
    """Return of every fill of every trade what a bad fill moves: stops, and cuts of the guard."""
    found: list[list[FilledTrade | None]] = []
    for trade, last, parts in zip(result.trades, fills, cuts, strict=True):
        moved: list[FilledTrade | None] = [None] * len(trade.fills)
        for (place, _), cut in zip(trade.cuts, parts, strict=True):
            moved[place] = cut
        if trade.is_stop:
            moved[-1] = last
        found.append(moved)
    return found


def stress(
    result: Result,
    fills: Sequence[FilledTrade],
    slippage_ratio: float,
    cuts: Sequence[Sequence[FilledTrade]] | None = None,
) -> Stressed:
    """Fill every stop at the worst of its candle and ``slippage_ratio`` beyond.

    Parameters
    ----------
    fills : sequence of FilledTrade, shape (n_trades,)
        :func:`last_fills`.
    cuts : sequence of sequence of FilledTrade, shape (n_trades,), optional
        :func:`cut_fills`; without them cuts keep their price.

    Notes
    -----
    Entries stay what they were. Where the backtest's stakes are a share of the account
    (``compounds``), they are the same share of what the stress has left of it. No more is lost than
    the account has, and nothing is won or lost with one that is gone.
    """
    cuts = [()] * len(fills) if cuts is None else cuts
    changed = [
        _refilled(trade, last, parts, slippage_ratio)
        for trade, last, parts in zip(result.trades, fills, cuts, strict=True)
    ]
    profits = np.array([profit for profit, _ in changed], dtype=np.float64)
    profits = _as_afforded(result, profits)
    reasons = tuple(reason for _, reason in changed)
    moved = [last for trade, last in zip(result.trades, fills, strict=True) if trade.is_stop]
    moved += [cut for parts in cuts for cut in parts]
    unknown = sum(isnan(each.stop_candle_worst_price) for each in moved)
    return Stressed(
        slippage_ratio=slippage_ratio,
        profits_quote=profits,
        exit_reasons=reasons,
        stops=len(moved),
        unknown=unknown,
        outcome=None if unknown else result_outcome(result, profits.tolist(), reasons),
    )


def _refilled(
    trade: Trade, last: FilledTrade, cuts: Sequence[FilledTrade], slippage_ratio: float
) -> tuple[float, str]:
    """Return the profit of a trade under stress, and how it ends."""
    profit = trade.profit_quote + sum(
        cut.profit_at(cut.stressed_exit_price(slippage_ratio)) - cut.profit_at(cut.exit_price)
        for cut in cuts
    )
    if not trade.is_stop and not trade.is_liquidation:
        return profit, trade.exit_reason
    price, reason = last.stressed_exit_price(slippage_ratio), trade.exit_reason
    if last.is_liquidated_at(price):
        # All of its margin: bankruptcy bounds it.
        price, reason = 0.0 if last.side > 0 else inf, LIQUIDATION
    change = last.profit_at(price) - last.profit_at(last.exit_price)
    return profit + change, reason


def _as_afforded(result: Result, profits: FloatArray) -> FloatArray:
    """Return the profits that the stressed account could still make."""
    balance = stressed = result.starting_balance_quote
    found = np.zeros(len(profits))
    for number, (trade, profit) in enumerate(zip(result.trades, profits.tolist(), strict=True)):
        if stressed > 0:
            share = stressed / balance if result.compounds and balance > 0 else 1.0
            found[number] = max(profit * share, -stressed)
        balance += trade.profit_quote
        stressed += float(found[number])
    return found
