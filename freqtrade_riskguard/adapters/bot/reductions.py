"""Cuts and closes under way: ordered once, asked for until they are done."""

from collections.abc import Callable, Iterable
from math import ceil, isclose

from freqtrade.exchange import amount_to_contract_precision
from freqtrade.persistence import LocalTrade
from freqtrade.util import FtPrecise

from freqtrade_riskguard.adapters.account.waiting_orders import filled_part
from freqtrade_riskguard.adapters.market.contracts import lot_of
from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.backtest_result.result import CUT_SUFFIX, GUARD_TAG
from freqtrade_riskguard.engine.required_actions import OrderStatus

# What a float may be off: not a lot to be sold.
_DUST_LOTS = 1e-6
# freqtrade turns a stake back into an amount and truncates that to the exchange's lot: without this
# the last digit of a float would cost a lot, to be cut by an order of its own.
_NOT_A_LOT_LESS = 1 + 1e-9
_AMOUNT, _RULE = "target_amount", "target_rule"


class Reductions:
    """The amount that each open trade is to shrink to; survives a restart.

    A cut is kept as the amount that is to remain: an order that was not filled, or only in part, is
    then asked for again, and a filled one is not.

    Parameters
    ----------
    memory : StateStore
        Where targets are kept.
    order_status : callable
        Returns, for a rule and a pair, what has become of what a run before this one has ordered.
    """

    def __init__(self, memory: StateStore, order_status: Callable[[str, str], OrderStatus]) -> None:
        self._memory = memory
        self._order_status = order_status
        self._targets: dict[int, tuple[float, str] | None] = {}
        self._unkept: set[int] = set()

    def __bool__(self) -> bool:
        """Whether any trade is to shrink."""
        return any(self._targets.values())

    @property
    def has_unkept(self) -> bool:
        """Whether anything that was ordered is not kept yet."""
        return bool(self._unkept)

    def watch(self, trades: list[LocalTrade]) -> None:
        """Take up the targets of the open trades, and forget those that are reached."""
        known, self._targets = self._targets, {}
        for trade in trades:
            target = known[trade.id] if trade.id in known else self._recalled(trade)
            if target is not None and 0 < filled_part(trade)[0] <= target[0]:
                self._memory.set_for_trade(trade, _RULE, "none")
                target = None
            self._targets[trade.id] = target

    def order(self, trade: LocalTrade, keep_ratio: float, rule: str) -> None:
        """Shrink a trade to a share of what is filled of it now. A smaller target stays.

        In force at once, whatever the database does; :meth:`keep` must follow.
        """
        amount = filled_part(trade)[0] * keep_ratio
        known = self._targets.get(trade.id)
        if known is None or amount < known[0]:
            self._targets[trade.id] = (amount, rule)
            self._unkept.add(trade.id)

    def keep(self, trades: Iterable[LocalTrade]) -> None:
        """Keep what was ordered; what could not be is kept the next time."""
        for trade in trades if self._unkept else ():
            target = self._targets.get(trade.id)
            if trade.id in self._unkept and target is not None:
                # The amount says that there is a target only together with its rule.
                self._memory.set_for_trade(trade, _AMOUNT, target[0])
                self._memory.set_for_trade(trade, _RULE, target[1])
            self._unkept.discard(trade.id)

    def drop_suspended(self, rule: str, trades: Iterable[LocalTrade]) -> None:
        """Forget what a rule had ordered that only observes now: its reason is over."""
        for trade in trades:
            is_in_force = self._targets.get(trade.id) is not None
            if not is_in_force and self._memory.get_for_trade(trade, _RULE) == rule:
                self._memory.set_for_trade(trade, _RULE, "none")

    def is_ordered(self, trade_id: int) -> bool:
        """Whether a trade is to shrink."""
        return self._targets.get(trade_id) is not None

    def ordered_by(self, trade_id: int) -> str | None:
        """Return the rule that a trade is to shrink by; None for none."""
        target = self._targets.get(trade_id)
        return None if target is None else target[1]

    def exit_tag(self, trade_id: int) -> str | None:
        """Return the reason to close a trade with; None where it is not to be closed."""
        target = self._targets.get(trade_id)
        return GUARD_TAG + target[1] if target is not None and target[0] == 0 else None

    def cut_stake(
        self, trade: LocalTrade, rate: float, least_quote: float
    ) -> tuple[float, str] | None:
        """Return the stake to take out (negative) and its tag; None for nothing to cut.

        A cut is rounded up to the exchange's lot. Where less than the minimum would be left, which
        freqtrade ignores, or nothing at all, it becomes a close.

        Parameters
        ----------
        rate : float
            What the exit is priced at.
        least_quote : float
            The notional that must remain.
        """
        target = self._targets.get(trade.id)
        if target is None or target[0] == 0 or trade.amount <= 0:
            # Of a first entry freqtrade counts and sells nothing before its order is over.
            return None
        held, _ = filled_part(trade)
        cut = _up_to_lots(trade, held - target[0])
        if cut <= 0:
            self._targets[trade.id] = None
            self._memory.set_for_trade(trade, _RULE, "none")
            return None
        remaining = held - cut
        if remaining * rate <= least_quote or isclose(remaining, 0, abs_tol=1e-12):
            self.order(trade, 0.0, target[1])
            self.keep([trade])
            return None
        stake_quote = cut / trade.amount * trade.stake_amount * _NOT_A_LOT_LESS
        return -min(stake_quote, trade.stake_amount), GUARD_TAG + target[1] + CUT_SUFFIX

    def target_amount(self, trade_id: int, amount: float) -> float:
        """Return what is to remain of a trade that has ``amount`` now."""
        target = self._targets.get(trade_id)
        return amount if target is None else min(amount, target[0])

    def _recalled(self, trade: LocalTrade) -> tuple[float, str] | None:
        rule = self._memory.get_for_trade(trade, _RULE)
        amount = number(self._memory.get_for_trade(trade, _AMOUNT))
        if amount is None or rule in (None, "none"):
            return None
        status = self._order_status(str(rule), trade.pair)
        if status == "over":
            self._memory.set_for_trade(trade, _RULE, "none")
        return (amount, str(rule)) if status == "in force" else None


def is_taken_out(trade: LocalTrade, stake_quote: float, rate: float, least_quote: float) -> bool:
    """Whether freqtrade acts on taking ``stake_quote`` (positive) out: all, or leaving enough."""
    # With decimals, as freqtrade does: the last digit of a float would leave something over.
    stake, amount, own = (
        FtPrecise(figure)  # type: ignore[no-untyped-call]
        for figure in (trade.stake_amount, trade.amount, stake_quote)
    )
    remaining = trade.amount - _in_lots(trade, float(own * amount / stake))
    return remaining == 0 or remaining * rate > least_quote


def _up_to_lots(trade: LocalTrade, amount: float) -> float:
    """Return an amount rounded up to the lots that the exchange sells; at most all of the trade."""
    lot = lot_of(trade)
    if not lot:
        return amount
    return min(ceil(amount / lot - _DUST_LOTS) * lot, trade.amount)


def _in_lots(trade: LocalTrade, amount: float) -> float:
    return float(
        amount_to_contract_precision(
            amount, trade.amount_precision, trade.precision_mode, trade.contract_size
        )
    )
