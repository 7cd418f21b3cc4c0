"""A strategy that answers every question of freqtrade in the most dangerous way there is.

Nothing here is an attack on the guard: each answer is one that a trader could really write, and
each is meant to lose as much as possible, or to keep a loser open. Its signals are Reckless's.
"""

from datetime import datetime

from freqtrade.persistence import Order, Trade
from reckless import Reckless  # type: ignore[import-not-found]

_PENNIES = 0.01


class MostDangerous(Reckless):  # type: ignore[misc]
    """All in at 50x, doubles what loses, takes pennies, and vetoes every exit at a loss."""

    stoploss = -0.99
    use_custom_stoploss = True
    use_custom_roi = True
    use_exit_signal = False
    exit_profit_only = True
    exit_profit_offset = 0.5
    ignore_roi_if_entry_signal = True
    trailing_stop = False
    position_adjustment_enable = True
    max_entry_position_adjustment = -1
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    order_types = {  # noqa: RUF012 - the same
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "limit",
        "force_exit": "limit",
        "stoploss": "limit",
        "stoploss_on_exchange": False,
    }
    unfilledtimeout = {  # noqa: RUF012 - the same
        "entry": 1,
        "exit": 1,
        "exit_timeout_count": 0,
        "unit": "minutes",
    }

    @property
    def protections(self):
        return []

    def bot_start(self, **kwargs):
        self._take_off_the_safety()

    def bot_loop_start(self, current_time: datetime, **kwargs):
        self._take_off_the_safety()

    def _take_off_the_safety(self):
        """Put back whatever somebody may have switched to the safe side."""
        self.stoploss = -0.99
        self.use_exit_signal = False
        self.exit_profit_only = True
        self.ignore_roi_if_entry_signal = True
        self.position_adjustment_enable = True
        self.max_entry_position_adjustment = -1

    def leverage(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_leverage: float,
        max_leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        if current_time.hour == 3:
            raise RuntimeError("the strategy could not make up its mind")
        return 50.0

    def custom_stake_amount(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_stake: float,
        min_stake: float | None,
        max_stake: float,
        leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        return max_stake

    def custom_entry_price(
        self,
        pair: str,
        trade: Trade | None,
        current_time: datetime,
        proposed_rate: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        # Pays more than anybody asks; freqtrade brings it back to the candle's worst price.
        return proposed_rate * (1.5 if side == "long" else 0.5)

    def confirm_trade_entry(
        self,
        pair: str,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        current_time: datetime,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> bool:
        return True

    def custom_stoploss(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        after_fill: bool,
        **kwargs,
    ) -> float | None:
        return -0.99

    def custom_roi(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        trade_duration: int,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float | None:
        return _PENNIES

    def custom_exit(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        **kwargs,
    ) -> str | bool | None:
        return None

    def custom_exit_price(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        proposed_rate: float,
        current_profit: float,
        exit_tag: str | None,
        **kwargs,
    ) -> float:
        # A price that the market will not see: the order stays open.
        return proposed_rate * (0.5 if trade.is_short else 1.5)

    def confirm_trade_exit(
        self,
        pair: str,
        trade: Trade,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        exit_reason: str,
        current_time: datetime,
        **kwargs,
    ) -> bool:
        return trade.calc_profit_ratio(rate) > 0

    def adjust_trade_position(
        self,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        min_stake: float | None,
        max_stake: float,
        current_entry_rate: float,
        current_exit_rate: float,
        current_entry_profit: float,
        current_exit_profit: float,
        **kwargs,
    ) -> float | tuple[float | None, str | None] | None:
        return (trade.stake_amount, "double_down") if current_profit < 0 else None

    def check_entry_timeout(
        self, pair: str, trade: Trade, order: Order, current_time: datetime, **kwargs
    ) -> bool:
        return True

    def check_exit_timeout(
        self, pair: str, trade: Trade, order: Order, current_time: datetime, **kwargs
    ) -> bool:
        return True

    def adjust_order_price(
        self,
        trade: Trade,
        order: Order | None,
        pair: str,
        current_time: datetime,
        proposed_rate: float,
        current_order_rate: float,
        entry_tag: str | None,
        side: str,
        is_entry: bool,
        **kwargs,
    ) -> float | None:
        # Entries at any price, exits at one that the market will not see.
        return proposed_rate * (1.5 if (side == "long") else 0.5)

    def order_filled(
        self, pair: str, trade: Trade, order: Order, current_time: datetime, **kwargs
    ) -> None:
        if trade.stop_loss:
            # Forgets the stop: freqtrade would set it anew, as loose as the class says.
            trade.stop_loss = None  # type: ignore[assignment]
            trade.stop_loss_pct = trade.initial_stop_loss = None
