"""Whether a winning position is among the first that the exchange would take away.

Where a loser's margin does not suffice and nobody takes his position, the exchange closes those of
winners against it (auto-deleveraging), the most profitable and most leveraged first.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import ccxt
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS
from freqtrade_riskguard.adapters.market.contracts import client_of, venue_of_bot
from freqtrade_riskguard.engine.repeated_alarm import RepeatedAlarm

logger = logging.getLogger(__name__)

# Told the trade, the time, and why.
TradeAlert = Callable[[LocalTrade, datetime, str], None]
# Returns the price that a trade would be closed at; NaN where that is unknown.
RateOf = Callable[[LocalTrade], float]

LOOK_EVERY = timedelta(minutes=5)
# The rank of the top fifth, as ccxt passes it on: Binance counts from 0 to 4, Bybit from 1 to 5.
TOP_RANKS: Mapping[str, int] = {"binance": 4, "bybit": 5}


class AdlWatch:
    """Tells of winning positions in the top fifth; one request in five minutes, none without.

    Parameters
    ----------
    alert : callable
        Told what people must know.
    """

    def __init__(self, alert: TradeAlert) -> None:
        self._alert = alert
        self._alarms = RepeatedAlarm()
        self._looked: datetime | None = None
        self._is_told = True
        self._leads: dict[int, bool] = {}

    def leads(self, trade_id: int) -> bool | None:
        """Return whether a position stands in the top fifth; None where nobody has told."""
        return self._leads.get(trade_id)

    def look(
        self, strategy: IStrategy, trades: Sequence[LocalTrade], rate_of: RateOf, time: datetime
    ) -> None:
        """Ask for the ranks where it is time to, and where a trade wins; no error leaves this."""
        opened = {trade.id for trade in trades}
        self._leads = {number: leads for number, leads in self._leads.items() if number in opened}
        since = None if self._looked is None else time - self._looked
        if not self._is_told or (since is not None and timedelta(0) <= since < LOOK_EVERY):
            return
        winning = [trade for trade in trades if trade.amount > 0 and _wins(trade, rate_of(trade))]
        if not winning:
            return
        self._looked = time
        top = TOP_RANKS.get(venue_of_bot(strategy).name)
        try:
            ranks = {} if top is None else _ranks(strategy, [trade.pair for trade in winning])
        except ccxt.NotSupported:
            top = None
        except REFUSALS as error:
            logger.warning("RiskGuard: the ranks of auto-deleveraging are not told: %s", error)
            return
        except (LookupError, TypeError, ValueError):
            logger.exception("RiskGuard: the ranks of auto-deleveraging cannot be read")
            return
        if top is None:
            self._is_told = False
            logger.warning(
                "RiskGuard: riskguard.adl is not 'off', and this exchange does not tell the ranks "
                "of auto-deleveraging: nothing will be said of them, and nothing cut."
            )
            return
        told = {trade.id: ranks[trade.pair] >= top for trade in winning if trade.pair in ranks}
        self._leads |= told
        self._tell([trade for trade in winning if told.get(trade.id)], time)

    def _tell(self, endangered: Sequence[LocalTrade], time: datetime) -> None:
        self._alarms.keep([trade.id for trade in endangered])
        for trade in endangered:
            if self._alarms.is_due(trade.id, time):
                self._alert(
                    trade,
                    time,
                    "it wins, and stands in the top fifth of the queue of auto-deleveraging: in a "
                    "crash the exchange may close it against a loser who cannot pay, and a hedge "
                    "loses one leg. A smaller position, or less leverage, moves it back.",
                )


def _wins(trade: LocalTrade, rate: float) -> bool:
    return trade_side(trade) * (rate - trade.open_rate) > 0


def _ranks(strategy: IStrategy, pairs: Sequence[str]) -> dict[str, int]:
    """Return the ranks by pair; what is not told is left out."""
    found = client_of(strategy).fetch_positions_adl_rank(list(dict.fromkeys(pairs)))
    return {str(row["symbol"]): int(row["rank"]) for row in found if row["rank"] is not None}
