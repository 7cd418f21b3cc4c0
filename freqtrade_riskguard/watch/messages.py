"""Messages about a bot that the guardian holds: the numbers that decided, and how to lift it."""

from collections.abc import Sequence

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.watch.settings import FLEET, Limits
from freqtrade_riskguard.watch.state import BotState


def why(name: str, state: BotState) -> str:
    """Return the breaches that hold a bot, and how to lift what they caused."""
    said = (f"{f'{FLEET}: ' if hold.scope == 'fleet' else ''}{hold.text}" for hold in state.holds)
    return f"{'; '.join(said)}. Lift: {lift(name, state)}"


def lift(name: str, state: BotState) -> str:
    """Return how to lift what holds a bot."""
    resets = [
        f'riskguard watch --reset "{whose}"'
        for whose, scope in ((name, "own"), (FLEET, "fleet"))
        if any(hold.halts and hold.scope == scope for hold in state.holds)
    ]
    return ", then ".join([*resets, "/start"])


def stopped_text(name: str, state: BotState) -> str:
    """Return that a bot is stopped, and what that took."""
    count = len(state.closing)
    closed = f"{trades_text(count)} closed" if count else "no trade was open"
    return f"Entries stopped and {closed}: {why(name, state)}"


def still_open_text(polls: int, pairs: Sequence[str]) -> str:
    """Return that a bot could not be stopped yet, and what a person can do."""
    if not pairs:
        return f"after {polls} polls entries STILL RUN: stop the bot yourself"
    return (
        f"after {polls} polls {trades_text(len(pairs))} STILL OPEN ({', '.join(pairs)}): see the "
        "bot's log, and close them on the exchange yourself"
    )


def next_stop(state: BotState) -> str:
    """Return from when on a bot is stopped again that a person has started."""
    if state.daily is not None and state.daily.day == state.track.day_index:
        return f"Next stop of today: {percent(-state.daily.next_ratio)}"
    return "Its limits hold as before"


def limits_text(limits: Limits) -> str:
    """Return the limits that are set, e.g. ``limits: daily_loss_limit 0.05``."""
    given = [f"{name} {value:g}" for name, value in limits if value is not None]
    return f"limits: {', '.join(given) or 'NONE'}"


def trades_text(count: int) -> str:
    """Return e.g. ``3 trades``."""
    return counted(count, "trade")


def counted(count: int, thing: str) -> str:
    """Return a number of things, e.g. ``1 bot``."""
    return f"{count} {thing}{'' if count == 1 else 's'}"
