"""The account against its limits: day, week and drawdown."""

from math import isfinite, nan

from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.risk import EquityTrack, Ladder, drawdown_stake_factor, loss_left_quote
from freqtrade_riskguard.status.model import Drawdown, LadderStep, LossLimit


def track_of(
    equity_quote: float, peak_quote: float, day_start_quote: float, week_start_quote: float
) -> EquityTrack:
    """Return equity and what it is measured against, where only the figures matter, not the day."""
    return EquityTrack(equity_quote, peak_quote, 0, day_start_quote, 0, week_start_quote)


def day_limit(track: EquityTrack, limit_ratio: float | None, mode: Mode | None) -> LossLimit:
    """Return the loss of the day against its limit."""
    loss_ratio = track.day_loss_ratio
    return _loss_limit(track.equity_quote, track.day_start_quote, loss_ratio, limit_ratio, mode)


def week_limit(track: EquityTrack, limit_ratio: float | None, mode: Mode | None) -> LossLimit:
    """Return the loss of the week against its limit."""
    loss_ratio = track.week_loss_ratio
    return _loss_limit(track.equity_quote, track.week_start_quote, loss_ratio, limit_ratio, mode)


def _loss_limit(
    equity_quote: float,
    start_quote: float,
    loss_ratio: float,
    limit_ratio: float | None,
    mode: Mode | None,
) -> LossLimit:
    is_known = isfinite(equity_quote) and isfinite(start_quote)
    limit = None if mode == "off" else limit_ratio
    is_limited = is_known and limit is not None
    return LossLimit(
        start_quote=start_quote,
        change_ratio=equity_quote / start_quote - 1 if is_known and start_quote > 0 else nan,
        # The functions of the guard answer what is unknown with no loss, or all of it.
        loss_ratio=loss_ratio if is_known else nan,
        limit_ratio=limit,
        used_ratio=loss_ratio / limit if is_known and limit else nan,
        left_quote=loss_left_quote(
            start_equity_quote=start_quote, equity_quote=equity_quote, limit_ratio=limit or 0.0
        )
        if is_limited
        else nan,
        mode=mode,
    )


def drawdown_limit(track: EquityTrack, ladder: Ladder | None, mode: Mode | None) -> Drawdown:
    """Return the fall from the peak against the ladder, whose last step halts; None for none."""
    is_known = isfinite(track.equity_quote) and isfinite(track.peak_quote)
    ratio = track.drawdown_ratio if is_known else nan
    if ladder is None or mode == "off":
        return Drawdown(
            peak_quote=track.peak_quote,
            drawdown_ratio=ratio,
            halt_ratio=None,
            used_ratio=None,
            stake_ratio=None,
            mode=mode,
        )
    halt_ratio = ladder.steps[-1].threshold
    reached = ladder.level_of(ratio)
    return Drawdown(
        peak_quote=track.peak_quote,
        drawdown_ratio=ratio,
        halt_ratio=halt_ratio,
        used_ratio=ratio / halt_ratio,
        stake_ratio=drawdown_stake_factor(ratio, ladder) if is_known else nan,
        steps=tuple(
            LadderStep(
                at_ratio=step.threshold,
                keep_ratio=step.keep_ratio,
                is_reached=place < reached if is_known else None,
            )
            for place, step in enumerate(ladder.steps)
        ),
        mode=mode,
    )
