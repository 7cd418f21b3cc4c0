"""What goes wrong between a bot and its exchange: a quiet market, one trade, and then a move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from tests.support.live_bot import LiveBot
from tests.support.scripted import BTC

# The clock at the beginning; the signal of the entry is there five minutes later.
NOON = datetime(2024, 1, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ENTRY_MINUTES, MOVE_MINUTES, MOVE_LASTS = 5, 20, 40
# As a bot with a proven strategy in an ordinary market: the limits below are those that decide.
RISKGUARD = {
    "profile": "moderate",
    **{rule: {"mode": "off"} for rule in ("kelly", "regime_cap", "volatility_target")},
}
# Without this freqtrade sends what a strategy says to nobody.
LISTENING = {"_listener": {"allow_custom_messages": True}}
# By side: what the name of the side is in figures.
SIGNS = {"long": 1, "short": -1}


def market(
    folder: Path,
    *,
    move: float = 0.0,
    back: float | None = None,
    funding_8h: float = 0.0001,
    start: datetime = NOON,
) -> Path:
    """Write a week of two pairs in which next to nothing moves, but for one move on 4 January.

    Parameters
    ----------
    move : float
        What the price changes by from 20 minutes after `start`, relative, within 40 minutes.
    back : float, optional
        Where the price then goes within the next 40 minutes, as `move` counts; it stays where it
        is without.
    """
    begin = 3.5 + (start - NOON) / timedelta(days=1) + MOVE_MINUTES / 1440
    lasts, end = MOVE_LASTS / 1440, 1.0 + (move if back is None else back)
    turn = ((begin + lasts, 1.0 + move), (begin + 2 * lasts, end))
    levels = ((0.0, 1.0), (begin, 1.0), *turn, (7.0, end))
    week = replace(
        SCENARIOS["calm_trend"],
        levels=levels,
        turbulence=((0.0, 0.15),),
        funding_extra_8h=((0.0, funding_8h - 0.0001),),
        days=7,
        pairs=SCENARIOS["calm_trend"].pairs[:2],
    )
    return write(week, folder)


def bot(
    folder: Path,
    data: Path,
    side: str = "long",
    *,
    start: datetime = NOON,
    entry: datetime | None = None,
    pairs: tuple[str, ...] = (BTC,),
    leverage: float = 5,
    exit_minutes: int | None = None,
    riskguard: dict[str, Any] | None = None,
    venue: str = "binance",
    **config: Any,
) -> LiveBot:
    """Return a bot that enters on each pair, five minutes after its start.

    Parameters
    ----------
    exit_minutes : int or None
        When the strategy itself wants out, minutes after the start.
    """
    time = (entry or start + ENTRY_MINUTES * MINUTE).isoformat()
    steps: list[dict[str, Any]] = [
        {"pair": pair, "time": time, "side": side, "leverage": leverage} for pair in pairs
    ]
    if exit_minutes is not None:
        out = (start + exit_minutes * MINUTE).isoformat()
        steps += [{"pair": pair, "time": out, "exit": True} for pair in pairs]
    return LiveBot(
        folder,
        data,
        "Planned",
        start=start,
        stems=("planned",),
        riskguard=RISKGUARD | (riskguard or {}),
        venue=venue,
        config={"plan": steps, "max_open_trades": 4, **LISTENING, **config},
    )


def run(live: LiveBot, minutes: float, *, seconds: int = 15) -> None:
    """Let time pass, the bot looking every so many seconds."""
    until = live.clock.time + timedelta(minutes=minutes)
    while live.clock.time + timedelta(seconds=seconds) <= until:
        live.loop(live.clock.time + timedelta(seconds=seconds))


def told(live: LiveBot, text: str) -> list[str]:
    """Return what the owner was told that contains a text."""
    return [message for message in live.said if text in message]


def guard_equity(live: LiveBot) -> float:
    """Return what the guard says the account is worth."""
    strategy: Any = live.bot.strategy
    return float(strategy._riskguard.account.equity_quote)


def transfers(live: LiveBot) -> list[str]:
    """Return what was taken for a deposit or withdrawal."""
    return [record["why"] for record in live.journal if "Account changed by" in record["why"]]
