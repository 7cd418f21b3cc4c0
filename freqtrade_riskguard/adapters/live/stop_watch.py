"""Whether each position has a stop on the exchange, and whether freqtrade looks after it at all."""

from collections.abc import Callable, Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.run_mode import trades_real_money
from freqtrade_riskguard.engine.repeated_alarm import RepeatedAlarm
from freqtrade_riskguard.formatting import side_text

# Told the time, and why.
Alert = Callable[[datetime, str], None]
# The rule of an exit that the bot makes because no stop order stands.
MISSING_STOP = "missing_stop"


class StopWatch:
    """Notices stops that are missing, and trades that freqtrade could not look after.

    freqtrade looks after the stop order of a trade first, and then asks what else would close it.
    Where it cannot place the order it goes on, and trusts a stop that is not there; where it cannot
    even ask for it, it asks for nothing else of that trade.

    Parameters
    ----------
    stands : callable
        Returns whether a stop order of a trade is known to stand on the exchange.
    alert : callable
        Told what people must know.
    """

    def __init__(self, stands: Callable[[LocalTrade], bool], alert: Alert) -> None:
        self._stands, self._alert = stands, alert
        self._alarms = RepeatedAlarm()
        self._held: set[int] = set()
        self._asked: set[int] = set()
        self._missing: set[int] = set()

    def begin_loop(self, trades: Sequence[LocalTrade], time: datetime) -> list[Trade]:
        """Return the trades that freqtrade could not look after in the loop before."""
        unasked = [
            trade
            for trade in trades
            if isinstance(trade, Trade) and trade.id in self._held - self._asked
        ]
        for trade in unasked:
            if self._alarms.is_due(("unasked", trade.id), time):
                self._alert(
                    time,
                    f"{_name(trade)}: freqtrade could not look after its exits: the exchange does "
                    "not answer about its orders (the log has the error). Its stop at "
                    f"{trade.stop_loss:g} is only known to stand if it did before. What a limit "
                    "closes is closed by the guard's own order.",
                )
        self._held = {trade.id for trade in trades if trade.amount > 0}
        self._asked.clear()
        self._missing &= self._held
        numbers = {trade.id for trade in unasked}
        self._alarms.keep(
            [("unasked", number) for number in numbers] + [("missing", n) for n in self._missing]
        )
        return unasked

    def note_asked(self, trade: LocalTrade) -> None:
        """Take note that freqtrade asks for the exits of a trade."""
        self._asked.add(trade.id)

    def is_missing(self, strategy: IStrategy, trade: LocalTrade, time: datetime) -> bool:
        """Whether a position has no stop on the exchange where it should have one; told.

        Asked when freqtrade has just tried to place it.
        """
        if not (
            trades_real_money(strategy.config) and strategy.order_types.get("stoploss_on_exchange")
        ):
            return False
        if trade.amount <= 0 or self._stands(trade):
            if trade.id in self._missing:
                self._missing.discard(trade.id)
                self._alert(time, f"{_name(trade)}: a stop order stands on the exchange again.")
            return False
        blocks = exchange_of(strategy).get_option("stoploss_blocks_assets", default=True)
        if trade.has_open_orders and blocks:
            # There freqtrade places no stop while another order waits.
            return True
        self._missing.add(trade.id)
        if self._alarms.is_due(("missing", trade.id), time):
            self._alert(
                time,
                f"{_name(trade)}: NO stop order stands on the exchange: it was refused, or is "
                f"gone (the log has the answer). While the bot runs it closes at "
                f"{trade.stop_loss:g} by itself; while it is down nothing does.",
            )
        return True


def _name(trade: LocalTrade) -> str:
    return f"{trade.pair} {side_text(trade_side(trade))}"
