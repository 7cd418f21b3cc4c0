"""Heat: what all open trades together would lose at their stops."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.formatting import currency, money
from freqtrade_riskguard.risk import loss_left_quote, planned_loss, stake_for_loss
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import ROUNDING, position_loss_quote, stop_distance_ratio
from freqtrade_riskguard.snapshot import Entry


class HeatConfig(RuleSection):
    """Keeps the planned loss of all trades within what is left of today's ``daily_loss_limit``."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Planned loss of all positions within what is left of today's loss limit.

    An unknown stop of the entry, or an unknown equity, leaves no stake; an open position without
    a stop counts with all that is in it.
    """

    name: ClassVar[str] = "heat"

    daily_loss_limit: float
    slippage_ratio: float

    def max_stake(self, entry: Entry) -> Cap:
        """Return the stake that uses up what is left of today's limit."""
        at_risk_quote, left_quote = self._others_quote(entry), self._left_quote(entry)
        stake_quote = stake_for_loss(
            loss_quote=left_quote - at_risk_quote,
            leverage=entry.leverage,
            stop_distance_ratio=stop_distance_ratio(entry),
            taker_fee=entry.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            side=entry.side,
        )
        return Cap(stake_quote, f"{_why(entry, at_risk_quote, left_quote)} already")

    def denial(self, entry: Entry) -> str | None:
        """Return why the stake that really came about risks more than is left."""
        at_risk_quote = self._others_quote(entry) + planned_loss(
            stake_quote=entry.stake_quote,
            leverage=entry.leverage,
            stop_distance_ratio=stop_distance_ratio(entry),
            taker_fee=entry.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            side=entry.side,
        )
        left_quote = self._left_quote(entry)
        if at_risk_quote <= left_quote * (1 + ROUNDING):
            return None
        return f"{_why(entry, at_risk_quote, left_quote)} with this entry"

    def _left_quote(self, entry: Entry) -> float:
        return loss_left_quote(
            start_equity_quote=entry.account.day_start_equity_quote,
            # Marked to market, as the limit itself: open profit that may be given back is at risk
            # in the positions that hold it.
            equity_quote=entry.account.equity_quote,
            limit_ratio=self.daily_loss_limit,
        )

    def _others_quote(self, entry: Entry) -> float:
        return sum(position_loss_quote(other, self.slippage_ratio) for other in entry.others)


def _why(entry: Entry, at_risk_quote: float, left_quote: float) -> str:
    return (
        f"{money(at_risk_quote)} of {money(left_quote)} {currency(entry.market.pair)} "
        "of today's loss limit are at risk"
    )
