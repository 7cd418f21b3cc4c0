"""Compares what the exchange holds with what the bot's trades say: pure, no requests."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isclose, isfinite, nan
from typing import Literal, Self

from freqtrade_riskguard.snapshot.exchange import (
    NOTHING_TOLD,
    BookedTrade,
    ExchangePosition,
    ExchangeStop,
    PositionReport,
)

Kind = Literal["orphan", "lost", "amount"]

# What a float may be off: not a lot.
_DUST_LOTS = 1e-6
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A pair of which exchange and trades say something else.

    Attributes
    ----------
    kind : str
        ``orphan`` (a position without a trade), ``lost`` (a trade without a position) or
        ``amount`` (both, of different size or side).
    booked, held : float
        What the trades say and what the exchange says, base units, negative for a short position.
    entry_price, mark_price : float
        Of the position; of a lost one the trade's own price, and NaN.
    trade_ids : tuple of int
        The trades of the pair.
    fee_ratio : float
        Paid on each fill.
    margin_quote : float
        Of the position, where its margin is its own; NaN where nobody says.
    booked_price : float
        At which the trades were entered; NaN without one.
    """

    kind: Kind
    pair: str
    booked: float
    held: float
    entry_price: float
    mark_price: float
    trade_ids: tuple[int, ...] = ()
    fee_ratio: float = 0.0
    margin_quote: float = nan
    booked_price: float = nan

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same while the mismatch lasts."""
        return self.kind, self.pair

    @property
    def side(self) -> int:
        """Of the position, or of what it should be."""
        return 1 if (self.held or self.booked) > 0 else -1

    @property
    def unbooked(self) -> float:
        """What is held and in no trade, base units, signed; negative too for what is missing."""
        return self.held - self.booked

    @property
    def surplus(self) -> float:
        """What is held beyond what trades know, base units, signed; 0 where nothing is."""
        if self.held * self.booked < 0:
            return self.held
        return self.unbooked if abs(self.held) > abs(self.booked) else 0.0

    @property
    def is_missing(self) -> bool:
        """Whether part of a trade, or all of it, is not held; so too where the other side is."""
        held_for_it = self.held if self.booked > 0 else -self.held
        return self.kind != "orphan" and held_for_it < abs(self.booked)

    @property
    def paid_quote(self) -> float:
        """What the wallet has paid to enter what is held, negative; less what the trades say."""
        if not self._is_valued:
            return 0.0
        return self._entry_fee_quote(self.booked, self.booked_price) - self._entry_fee_quote(
            self.held, self.entry_price
        )

    @property
    def profit_quote(self) -> float:
        """Profit of what is held, fees in, less what the trades themselves count."""
        if not (self._is_valued and isfinite(self.mark_price)):
            return 0.0
        of_trades = self._open_profit_quote(self.booked, self.booked_price)
        return self._open_profit_quote(self.held, self.entry_price) - of_trades

    def beside_trades(self) -> Self:
        """Return it with what is held alone, for as long as the trades count as if they were held.

        Of a position on their own side they count it already.
        """
        return replace(self, held=self.surplus, booked=0.0)

    @property
    def _is_valued(self) -> bool:
        """Whether it counts beside the trades; a lost trade is left out of them instead."""
        is_priced = isfinite(self.entry_price) and (not self.booked or isfinite(self.booked_price))
        return self.kind != "lost" and is_priced

    def _entry_fee_quote(self, amount: float, price: float) -> float:
        return self.fee_ratio * abs(amount) * price if amount else 0.0

    def _open_profit_quote(self, amount: float, price: float) -> float:
        if not amount:
            return 0.0
        exit_fee = self.fee_ratio * abs(amount) * self.mark_price
        return amount * (self.mark_price - price) - self._entry_fee_quote(amount, price) - exit_fee


def booked_amounts(trades: Sequence[BookedTrade]) -> dict[str, float]:
    """Return what the trades of each pair say is held, base units, negative for short."""
    booked: dict[str, float] = {}
    for trade in trades:
        booked[trade.pair] = booked.get(trade.pair, 0.0) + trade.side * trade.amount
    return booked


def compare(trades: Sequence[BookedTrade], positions: Sequence[ExchangePosition]) -> list[Mismatch]:
    """Return the pairs that differ by more than a lot, beyond what orders that wait explain.

    An exit that waits does not explain that nothing is held any more: freqtrade books its fill
    within a loop, and where it cannot, nobody has told it that the order is over.

    Parameters
    ----------
    trades : sequence of BookedTrade
        The open ones; several of one pair count together.
    positions : sequence of ExchangePosition
        One of each pair at most, as in one-way mode.
    """
    held = {position.pair: position for position in positions if position.amount > 0}
    pairs = dict.fromkeys([*(trade.pair for trade in trades), *held])
    return [found for pair in pairs if (found := _mismatch(pair, trades, held.get(pair)))]


def _mismatch(
    pair: str, trades: Sequence[BookedTrade], position: ExchangePosition | None
) -> Mismatch | None:
    of_pair = [trade for trade in trades if trade.pair == pair]
    booked = sum(trade.side * trade.amount for trade in of_pair)
    actual = 0.0 if position is None else position.signed_amount
    may_come = sum(trade.side * trade.entering for trade in of_pair)
    may_go = sum(trade.side * trade.exiting for trade in of_pair)
    ends = booked + may_come, booked - may_go, booked + may_come - may_go, booked
    tolerance = max((trade.lot for trade in of_pair), default=0.0) * (1 + _DUST_LOTS) + _LEAST
    is_gone = position is None and abs(booked) > tolerance
    if min(ends) - tolerance <= actual <= max(ends) + tolerance and not is_gone:
        return None
    filled = [trade for trade in of_pair if trade.amount > 0]
    ids, fee = tuple(trade.trade_id for trade in of_pair), _first_fee(of_pair)
    mark = float("nan") if position is None else position.mark_price
    if position is None:
        return Mismatch("lost", pair, booked, 0.0, filled[0].price, mark, ids, fee)
    kind: Kind = "amount" if filled else "orphan"
    is_less = 0 <= actual / booked < 1 if booked else False
    booked_price = filled[0].price if filled else nan
    price = booked_price if is_less else position.entry_price
    margin_quote = position.margin_quote
    return Mismatch(kind, pair, booked, actual, price, mark, ids, fee, margin_quote, booked_price)


def _first_fee(trades: Sequence[BookedTrade]) -> float:
    return trades[0].fee_ratio if trades else 0.0


def unwanted_stops(
    stops: Sequence[ExchangeStop],
    trades: Sequence[BookedTrade],
    positions: Sequence[ExchangePosition] | None,
    pairs: Collection[str] | None,
    over: Collection[str] = (),
) -> Iterator[ExchangeStop]:
    """Yield the stop orders that nobody needs: left behind, or second ones of the bot's own.

    That is one that can only close a position, of a pair that has neither position nor trade; and
    where the stop of a trade stands, one of an earlier trade, or one that no trade knows, as large
    as the trade and no nearer than its stop. What a person has placed beside a position stays.

    Parameters
    ----------
    positions : sequence of ExchangePosition or None
        None where nobody says: then nothing counts as left behind.
    pairs : collection of str or None
        The pairs that are this bot's affair; None for all.
    over : collection of str
        The numbers of the bot's own stop orders that it takes for over.
    """
    held = {position.pair for position in positions or () if position.amount > 0}
    standing = {stop.order_id for stop in stops}
    for stop in stops:
        if not stop.reduces_only or (pairs is not None and stop.pair not in pairs):
            continue
        of_pair = [trade for trade in trades if trade.pair == stop.pair]
        is_left_behind = positions is not None and not of_pair and stop.pair not in held
        is_known = any(stop.order_id in trade.stop_ids for trade in of_pair)
        is_second = any(
            trade.stop_ids & standing and (stop.order_id in over or _does_the_same(stop, trade))
            for trade in of_pair
        )
        if is_left_behind or (is_second and not is_known):
            yield stop


def _does_the_same(stop: ExchangeStop, trade: BookedTrade) -> bool:
    """Whether a stop does what that of the trade does, and nothing sooner."""
    is_same = stop.side == -trade.side and isclose(stop.amount, trade.amount, rel_tol=1e-9)
    is_no_nearer = trade.side * (stop.trigger_price - trade.stop_price) <= 0
    return is_same and is_no_nearer


class ConfirmedMismatches:
    """Tells what lasts from what is only of one moment: exchange and database are never of one.

    A mismatch counts from the second look on. At once where an answer was lost on that pair, and
    for a position that no trade knows of entries pause at once as well.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Mismatch] = {}
        self.confirmed: tuple[Mismatch, ...] = ()
        self.suspected: tuple[Mismatch, ...] = ()

    def look(self, found: Sequence[Mismatch], uncertain: Collection[str]) -> bool:
        """Take up one look; return whether what counts has changed.

        Parameters
        ----------
        uncertain : collection of str
            Pairs on which the outcome of an order was unknown.
        """
        known = {mismatch.key for mismatch in self.confirmed}
        counts = [
            mismatch
            for mismatch in found
            if mismatch.key in self._seen or mismatch.key in known or mismatch.pair in uncertain
        ]
        self._seen = {mismatch.key: mismatch for mismatch in found}
        before = {(item.key, item.booked, item.held) for item in self.confirmed}
        self.confirmed = tuple(counts)
        self.suspected = tuple(item for item in found if item not in counts)
        return before != {(item.key, item.booked, item.held) for item in counts}

    def drop(self, pairs: Collection[str]) -> None:
        """Forget pairs whose trades are others now: the next look begins anew."""
        self.confirmed = tuple(item for item in self.confirmed if item.pair not in pairs)
        self._seen = {key: item for key, item in self._seen.items() if item.pair not in pairs}


@dataclass(frozen=True, slots=True)
class EndedPosition:
    """A position beside the trades that is held no more.

    Attributes
    ----------
    seen_at : datetime
        When it was seen last.
    profit_quote : float
        What it has won, fees in.
    basis : str
        What that is counted by, as the end of a sentence.
    """

    pair: str
    seen_at: datetime
    profit_quote: float
    basis: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the latest looks at the exchange mean for the account.

    Attributes
    ----------
    mismatches : tuple of Mismatch
        Those that last.
    is_settled : bool
        Whether exchange and trades agree, and did before: only then may the wallet tell of money
        that came or went.
    settles : bool
        Whether a mismatch has come, gone or changed, the wallet was read since, and the equity has
        not taken that up yet: what the wallet differs by is then a result of trading.
    reports : mapping
        By trade, what the exchange tells of its position beside that.
    other_collateral_quote : float
        What coins other than the stake currency back positions with, at what a forced sale leaves.
    ended : tuple of EndedPosition
        Of an account whose wallet does not tell what they have left.
    is_told : bool
        Whether the exchange has told its marks at the latest look; otherwise they are older.
    """

    mismatches: tuple[Mismatch, ...] = ()
    is_settled: bool = True
    settles: bool = False
    reports: Mapping[int, PositionReport] = field(default_factory=dict)
    other_collateral_quote: float = 0.0
    ended: tuple[EndedPosition, ...] = ()
    is_told: bool = True

    def report(self, trade_id: int) -> PositionReport:
        """Return what the exchange tells of a trade's position."""
        return self.reports.get(trade_id, NOTHING_TOLD)

    @property
    def lost_trades(self) -> frozenset[int]:
        """The trades without a position."""
        return frozenset(
            number for item in self.mismatches if item.kind == "lost" for number in item.trade_ids
        )

    @property
    def orphans(self) -> tuple[Mismatch, ...]:
        """The positions without a trade."""
        return tuple(item for item in self.mismatches if item.kind == "orphan")

    @property
    def profit_quote(self) -> float:
        """What open positions have won beside what the trades say."""
        return sum(item.profit_quote for item in self.mismatches)

    @property
    def paid_quote(self) -> float:
        """What the wallet has paid to enter what is in no trade, negative."""
        return sum(item.paid_quote for item in self.mismatches)


AGREED = Reconciled()
