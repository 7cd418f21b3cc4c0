"""Whether a guard's state is healthy: what is locked or beyond a warning, what cannot be told."""

from collections.abc import Iterator

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.status.model import GuardStatus, LossLimit, PositionStatus, Verdict

_RUNNING = "running"


def judged(status: GuardStatus) -> GuardStatus:
    """Return a state with what is wrong with it, what of it nobody tells, and a word for both.

    A trouble that is known outweighs what cannot be told.
    """
    warnings, unknown = _warnings(status), _unknown(status)
    verdict: Verdict = "attention" if warnings else "unknown" if unknown else "healthy"
    found = {"verdict": verdict, "warnings": warnings, "unknown": unknown}
    return GuardStatus(**{**dict(status), **found})


def _warnings(status: GuardStatus) -> tuple[str, ...]:
    """Return what is locked or beyond a warning, each as one clause."""
    bot, drawdown, margin = status.bot, status.drawdown, status.margin
    exposure, positions, exchange = status.exposure, status.positions, status.exchange
    found: list[str] = []
    if bot.state is not None and bot.state != _RUNNING:
        found.append(f"the bot is {bot.state}")
    if locks := status.locks:
        found.append(f"{len(locks)} lock{'s' if len(locks) > 1 else ''} in force")
    for name, limit in (("today", status.day), ("this week", status.week)):
        if limit.used_ratio is not None and limit.used_ratio >= 1:
            loss, most = limit.loss_ratio or 0.0, limit.limit_ratio or 0.0
            found.append(f"{percent(loss)} lost {name} (limit {percent(most)})")
    reached = [step for step in drawdown.steps if step.is_reached]
    if reached and drawdown.drawdown_ratio is not None:
        found.append(
            f"drawdown {percent(drawdown.drawdown_ratio)}: stakes x{reached[-1].keep_ratio:g}"
            if reached[-1].keep_ratio
            else f"drawdown {percent(drawdown.drawdown_ratio)}: beyond the halt"
        )
    if margin.level not in {None, "ok"}:
        found.append(f"account margin {str(margin.level).upper()}")
    for name, held, most_held in (
        ("gross", exposure.gross_ratio, exposure.max_gross_ratio),
        ("net", exposure.net_ratio, exposure.max_net_ratio),
    ):
        if held is not None and most_held is not None and held > most_held:
            found.append(f"{name} exposure {percent(held, 0)} (limit {percent(most_held, 0)})")
    found += [f"{one.pair} {one.side}: {one.warning}" for one in positions if one.warning]
    found += [
        f"{one.pair} {one.side}: the price is past its stop"
        for one in positions
        if one.stop_distance_ratio is not None and one.stop_distance_ratio < 0
    ]
    if exchange.state == "differs":
        found.append(f"exchange: {exchange.text}")
    return tuple(found)


def _unknown(status: GuardStatus) -> tuple[str, ...]:
    """Return what a verdict needs and nobody tells."""
    found = [
        name
        for name, value in (
            ("equity", status.equity.equity_quote),
            *_needed("loss of the day", status.day),
            *_needed("loss of the week", status.week),
        )
        if value is None
    ]
    if status.drawdown.mode != "off" and status.drawdown.used_ratio is None:
        found.append("drawdown against its ladder")
    if status.positions and status.margin.mode != "off" and status.margin.level is None:
        found.append("margin of the account")
    for position in status.positions:
        found += [f"{what} of {position.pair}" for what in _missing(position)]
    if status.locks is None:
        found.append("locks")
    return tuple(found)


def _needed(name: str, limit: LossLimit) -> Iterator[tuple[str, float | None]]:
    if limit.mode != "off":
        yield f"{name} against its limit", limit.used_ratio


def _missing(position: PositionStatus) -> Iterator[str]:
    for what, value in (
        ("mark", position.mark),
        ("stop", position.stop_price),
        ("liquidation price", position.liquidation_price),
        ("margin", position.margin_left_ratio),
    ):
        if value is None:
            yield what
