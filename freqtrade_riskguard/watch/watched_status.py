"""The state that is shown of a bot which is known by its REST API only.

The API tells neither what the bot's guard is set to nor what it has kept, nor maintenance margins:
all that cannot be told. With a guardian, day and drawdown are its own, against its own limits.
"""

from datetime import UTC, datetime
from math import nan
from typing import Literal

from freqtrade_riskguard.engine.lock_origins import lock_origin
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.rest_api.bot_status import BotStatus, HeldLock, OpenTrade
from freqtrade_riskguard.risk import (
    EquityTrack,
    Ladder,
    Step,
    gross_exposure,
    net_exposure,
)
from freqtrade_riskguard.status.limits import day_limit, drawdown_limit, track_of, week_limit
from freqtrade_riskguard.status.locks import AUTO_LOCK, lock_status
from freqtrade_riskguard.status.model import (
    BotIdentity,
    Drawdown,
    Equity,
    ExchangeStatus,
    Exposure,
    GuardStatus,
    LockStatus,
    Margin,
    PositionStatus,
)
from freqtrade_riskguard.status.positions import distance_ratio
from freqtrade_riskguard.status.verdict import judged
from freqtrade_riskguard.watch.settings import Limits

_MS = 1_000
_NOT_TOLD = ExchangeStatus(
    state="unknown", text="the API does not tell whether exchange and trades match"
)


def watched_status(
    seen: BotStatus,
    time_seconds: float,
    *,
    name: str | None = None,
    track: EquityTrack | None = None,
    limits: Limits | None = None,
) -> GuardStatus:
    """Return what can be told of a bot.

    Parameters
    ----------
    seen : BotStatus
        What it answered.
    time_seconds : float
        When, epoch seconds.
    name : str, optional
        What it is called here; what it calls itself where left out.
    track : EquityTrack, optional
        As a guardian counts its equity; None where nobody has watched it.
    limits : Limits, optional
        Those of the guardian.
    """
    if track is None:
        track = track_of(seen.equity_quote(seen.starting_capital_quote), nan, nan, nan)
    bot = BotIdentity(
        name=name or seen.bot_name or "freqtrade",
        strategy=seen.strategy,
        exchange=seen.exchange,
        currency=seen.currency,
        margin_mode=_margin_mode(seen.margin_mode),
        trading=seen.mode,
        state=seen.state,
    )
    equity = Equity(equity_quote=track.equity_quote, basis="live")
    day_ratio = None if limits is None else limits.daily_loss_limit
    day = day_limit(track, day_ratio, limit_mode(limits, day_ratio))
    # A guardian holds nothing against the week.
    week = week_limit(track, None, None if limits is None else "off")
    drawdown = fall_limit(track, limits)
    trades = tuple(trade for trade in seen.trades if trade.amount)
    margin, exposure = _margin(trades, track), _exposure(trades, track, limits)
    positions = tuple(map(_position, trades))
    locks = None if seen.locks is None else _locks(seen.locks)
    found = GuardStatus(
        version=1,
        time=datetime.fromtimestamp(time_seconds, UTC),
        source="rest_api",
        verdict="unknown",
        warnings=(),
        unknown=(),
        bot=bot,
        equity=equity,
        day=day,
        week=week,
        drawdown=drawdown,
        margin=margin,
        exposure=exposure,
        positions=positions,
        locks=locks,
        exchange=_NOT_TOLD,
        decisions=None,
    )
    return judged(found)


def _margin_mode(told: str | None) -> Literal["isolated", "cross"] | None:
    if told == "cross":
        return "cross"
    return "isolated" if told == "isolated" else None


def fall_limit(track: EquityTrack, limits: Limits | None) -> Drawdown:
    """Return the fall from the peak against a guardian's limit, a ladder of one step."""
    ratio = None if limits is None else limits.max_drawdown
    ladder = None
    if ratio is not None:
        halt = Step("halt", threshold=ratio, keep_ratio=0.0)
        ladder = Ladder(steps=(halt,), first_rearm=ratio / 2, falling=False)
    return drawdown_limit(track, ladder, limit_mode(limits, ratio))


def limit_mode(limits: Limits | None, limit: float | None) -> Literal["enforce", "off"] | None:
    """Return how a limit of a guardian holds; None where nobody says."""
    if limits is None:
        return None
    return "off" if limit is None else "enforce"


def _margin(trades: tuple[OpenTrade, ...], track: EquityTrack) -> Margin:
    return Margin(
        initial_quote=sum([trade.stake_amount for trade in trades]),
        maintenance_quote=nan if trades else 0.0,
        maintenance_ratio=nan if trades else 0.0,
        level=None,
        effective_leverage=gross_exposure(
            [trade.notional_quote for trade in trades], track.equity_quote
        ),
        max_leverage=None,
        mode=None,
    )


def _exposure(trades: tuple[OpenTrade, ...], track: EquityTrack, limits: Limits | None) -> Exposure:
    sides = [_sign(trade) for trade in trades]
    notionals_quote = [trade.notional_quote for trade in trades]
    return Exposure(
        gross_ratio=gross_exposure(notionals_quote, track.equity_quote),
        max_gross_ratio=None if limits is None else limits.gross_exposure,
        net_ratio=net_exposure(sides, notionals_quote, track.equity_quote),
        max_net_ratio=None,
        heat_quote=None,
        heat_limit_quote=None,
    )


def _position(trade: OpenTrade) -> PositionStatus:
    side, mark = _sign(trade), trade.current_rate
    # freqtrade's 0 is a stop that is not set yet, and a liquidation price that is not known.
    stop, liquidation = trade.stop_loss_abs or nan, trade.liquidation_price or nan
    return PositionStatus(
        trade_id=trade.trade_id,
        pair=trade.pair,
        side=side_text(side),
        leverage=trade.leverage,
        amount=trade.amount,
        open_rate=trade.open_rate,
        mark=mark,
        notional_quote=trade.notional_quote,
        margin_quote=trade.stake_amount,
        # Its open funding is not told by itself.
        equity_quote=None,
        stop_price=stop,
        stop_distance_ratio=distance_ratio(mark, stop, side),
        loss_at_stop_quote=None,
        liquidation_price=liquidation,
        liquidation_distance_ratio=distance_ratio(mark, liquidation, side),
        maintenance_cover=None,
        margin_left_ratio=None,
    )


def _sign(trade: OpenTrade) -> int:
    return -1 if trade.is_short else 1


def _locks(held: tuple[HeldLock, ...]) -> tuple[LockStatus, ...]:
    return tuple(
        lock_status(
            number=lock.number,
            pair=lock.pair,
            side=lock.side,
            until=datetime.fromtimestamp(lock.lock_end_timestamp / _MS, UTC),
            reason=lock.reason or "",
            rule=lock_origin(lock.reason),
        )
        for lock in held
        if lock.reason != AUTO_LOCK
    )
