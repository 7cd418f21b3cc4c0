"""Prices and equity between which no rule acts, so that nobody need ask while they hold.

A rule that is monotone acts the sooner the worse things are. So two looks are enough: where it does
nothing about the worst that prices and equity allow, nor about the best (a ladder may fall back
there), it does nothing about what lies between.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite

from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.required_actions import ACCOUNT, EquityFloor, Levels
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.rules import BreakerRule, Rule, Step
from freqtrade_riskguard.rules.shortcuts import has_may_lock, is_monotone
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position

# How far prices, and equity, may move: the widest that holds saves most looks.
_WIDTHS_RATIO = ((0.03, 0.02), (0.01, 0.006), (0.003, 0.002))
# So many looks in vain are not tried: near a limit the search itself would cost most.
_LOOKS_BETWEEN = 12
# What rounding may add to a figure of a position.
_NOISE = 1e-9
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calm:
    """Where no rule acts, as long as nothing is traded or paid.

    Attributes
    ----------
    least_prices, most_prices : tuple of float
        Between which each position's mark may move, in the account's order.
    least_equity_quote, most_equity_quote : float
        Between which the equity may move.
    until : datetime
        The end of the UTC day that it was found in.
    """

    least_prices: tuple[float, ...]
    most_prices: tuple[float, ...]
    least_equity_quote: float
    most_equity_quote: float
    until: datetime

    def holds_at(self, marks: Sequence[float]) -> bool:
        """Whether all marks are within; an unknown one (NaN) is not."""
        for least, mark, most in zip(self.least_prices, marks, self.most_prices, strict=True):
            if not least <= mark <= most:
                return False
        return True

    def holds_with(self, equity_quote: float) -> bool:
        """Whether the equity is within; an unknown one (NaN) is not."""
        return self.least_equity_quote <= equity_quote <= self.most_equity_quote


class CalmSearch:
    """Finds how far prices and equity may move before any rule acts.

    Parameters
    ----------
    runner : RuleRunner
        Whose rules are asked.
    levels : callable
        The ladders' state.
    floor : callable
        Returns the equity at which an account's positions must be closed: it may not move either.
    """

    def __init__(
        self, runner: RuleRunner, levels: Levels, floor: Callable[[Account], EquityFloor]
    ) -> None:
        self._runner, self._levels, self._floor = runner, levels, floor
        self._in_vain = 0

    def find(self, account: Account, closed: Sequence[ClosedTrade]) -> Calm | None:
        """Return where no rule acts from an account on about which none does; None for nowhere.

        Parameters
        ----------
        closed : sequence of ClosedTrade
            What the breakers look back at.
        """
        if self._in_vain:
            self._in_vain -= 1
            return None
        if self._is_known(account):
            for prices_ratio, equity_ratio in _WIDTHS_RATIO:
                found = self._within(account, closed, prices_ratio, equity_ratio)
                if found is not None:
                    return found
        self._in_vain = _LOOKS_BETWEEN
        return None

    def _is_known(self, account: Account) -> bool:
        """Whether all that may act is monotone, and what it looks at is what the corners vary."""
        if account.margin_mode != "isolated" or account.floors_reached or account.out_of_reach:
            return False
        if not (isfinite(account.peak_equity_quote) and account.equity_quote > 0):
            return False
        book = self._runner.book("*")
        asked: list[tuple[Rule, Mode]] = [*book.breaker, *book.account_ladder, *book.equity_floor]
        for position in account.positions:
            of_pair = self._runner.book(position.market.pair)
            # Exits are looked at one by one; those that watch funding wait for the next payment.
            if of_pair.exit_between_funding:
                return False
            asked += of_pair.ladder_between_funding
        return not book.exit_price and all(is_monotone(rule) for rule, _ in asked)

    def _within(
        self,
        account: Account,
        closed: Sequence[ClosedTrade],
        prices_ratio: float,
        equity_ratio: float,
    ) -> Calm | None:
        pairs = [_corners(position, prices_ratio) for position in account.positions]
        known = [pair for pair in pairs if pair is not None]
        if len(known) < len(pairs):
            return None
        least_quote = account.equity_quote * (1 - equity_ratio)
        most_quote = account.equity_quote * (1 + equity_ratio)
        worst = replace(
            account,
            equity_quote=least_quote,
            # A new peak on the way makes the drawdown from it deeper.
            peak_equity_quote=max(account.peak_equity_quote, most_quote),
            positions=tuple(worst for worst, _ in known),
        )
        best = replace(account, equity_quote=most_quote, positions=tuple(best for _, best in known))
        floor = self._floor(account)
        for corner in (worst, best):
            if not (self._is_silent(corner, closed) and _is_same(self._floor(corner), floor)):
                return None
        return Calm(
            least_prices=tuple(p.rate * (1 - prices_ratio) for p in account.positions),
            most_prices=tuple(p.rate * (1 + prices_ratio) for p in account.positions),
            least_equity_quote=least_quote,
            most_equity_quote=most_quote,
            until=account.time.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY,
        )

    def _is_silent(self, account: Account, closed: Sequence[ClosedTrade]) -> bool:
        """Whether no rule does anything about an account; of one that fails nobody knows."""
        # Not through the runner: who fails on what has not happened need not be told of.
        with suppress(Exception):
            book = self._runner.book("*")
            if any(_may_lock(rule, account, closed) for rule, _ in book.breaker):
                return False
            for rule, mode in book.account_ladder:
                level = self._level(rule, ACCOUNT, mode)
                if level is None or _acts(rule.advance_account(level, account), level):
                    return False
            for position in account.positions:
                for ladder, mode in self._runner.book(position.market.pair).ladder_between_funding:
                    level = self._level(ladder, position.trade_id, mode)
                    if level is None or _acts(ladder.advance(level, position, account), level):
                        return False
            return True
        return False

    def _level(self, rule: Rule, trade_id: int, mode: Mode) -> int | None:
        """Return where a ladder stands; None where the level of the other mode may fall back."""
        is_enforced = mode == "enforce"
        if self._levels(rule.name, trade_id, not is_enforced):
            return None
        return self._levels(rule.name, trade_id, is_enforced)


def _may_lock(rule: BreakerRule, account: Account, closed: Sequence[ClosedTrade]) -> bool:
    asks = getattr(rule, "may_lock" if has_may_lock(rule) else "locks")
    return bool(asks(account, closed, account.positions))


def _acts(step: Step, level: int) -> bool:
    return bool(step.level != level or step.keep_ratios or step.lock)


def _is_same(one: EquityFloor, other: EquityFloor) -> bool:
    # The floor that is none has no equal, but itself.
    return one is other or one == other


def _corners(position: Position, ratio: float) -> tuple[Position, Position] | None:
    """Return a position at its worst and at its best while its mark moves by a ratio.

    Each has the equity of one end and the maintenance margin of the other, where that is worse, or
    better, than what any single price gives. None where the ends are not of one tier: within a tier
    the maintenance margin rises with the price.
    """
    low, high = _moved(position, 1 - ratio), _moved(position, 1 + ratio)
    tiers = low.tiers
    if tiers != high.tiers:
        return None
    if tiers.index_at(low.notional_quote) != tiers.index_at(high.notional_quote):
        return None
    equities = sorted((low.equity_quote, high.equity_quote))
    noise_quote = _NOISE * (position.notional_quote + abs(position.margin_quote))
    worst, best = _moved(position, 1.0), _moved(position, 1.0)
    worst.__dict__["equity_quote"] = equities[0] - noise_quote
    worst.__dict__["maintenance_quote"] = high.maintenance_quote * (1 + _NOISE)
    best.__dict__["equity_quote"] = equities[1] + noise_quote
    best.__dict__["maintenance_quote"] = low.maintenance_quote * (1 - _NOISE)
    return worst, best


def _moved(position: Position, ratio: float) -> Position:
    return position.at(
        position.rate * ratio,
        funding=position.funding,
        funding_quote=position.funding_quote,
        exchange_liquidation_price=position.exchange_liquidation_price,
        stop_price=position.stop_price,
        report=position.report,
    )
