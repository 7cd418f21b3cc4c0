"""The rules that watch open trades and the account."""

from pathlib import Path

from tests.support.cases.case import Case
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, jan

CALM = jan("21 06:00")


def nothing(seen: Seen, bare: Seen, data: Path) -> None:
    pass

def long(leverage: float = 1, stoploss: float = -0.99) -> Script:
    return Script(entries=(Enter(BTC, CALM, leverage),), stoploss=stoploss)

# Both in before the crash; entries every two hours after it.
def crash(leverage: float, stake_quote: float | None = None) -> Script:
    entries = [Enter(pair, jan("22 12:00"), leverage, stake_quote) for pair in (BTC, ETH)]
    return Script(entries=tuple(entries)+tuple(Enter(pair, jan(t)) for pair in (BTC,ETH) for t in ("22 15:00","22 16:30", "22 18:30", "22 20:00", "22 22:00", "23 01:00", "23 20:00")))

def climb(leverage: float) -> Script:
    return Script(entries=tuple(Enter(pair, CALM, leverage) for pair in (BTC, ETH)), exits=((BTC, jan("22 12:00")), (ETH, jan("22 12:00"))))

def funded(side="long", leverage=3):
    return Script(entries=(Enter(BTC, jan("21 06:00"), leverage, None, side),)+tuple(Enter(ETH, jan(f"{d} {h}:00"), 1, None, side) for d in (22,23,24,25) for h in ("02","10","18")), exits=tuple((ETH, jan(f"{d} {h}:00"))for d in (22,23,24,25) for h in ("04","12","20")))

CASES = (
    Case(rule="atr_stop", binds=long(), idle=long(stoploss=-0.003), question="stop", why=("stop at",), shows=nothing),
    Case(rule="percent_stop", settings={"max_loss": 0.02}, binds=long(), idle=long(stoploss=-0.01), question="stop", why=("stop at",), shows=nothing),
    Case(rule="liquidation_buffer", binds=long(5), idle=long(5, stoploss=-0.5), question="stop", why=("stop at",), shows=nothing),
    Case(rule="margin_ladder", binds=crash(3), idle=climb(1), question="cut", why=("margin left",), shows=nothing),
    Case(rule="account_margin", settings={"warning": 0.002, "danger": 0.006, "emergency": 0.9}, idle_settings={"warning": .5, "danger": .7}, binds=crash(5), idle=climb(5), question="cut", why=("account margin",), shows=nothing),
    Case(rule="drawdown_ladder", binds=crash(2), idle=climb(2), question="cut", why=("below its peak",), shows=nothing),
    Case(rule="equity_stop", settings={"distance": .05}, binds=crash(1), idle=climb(1), question="cut", why=("below its peak",), shows=nothing),
    Case(rule="daily_loss", binds=crash(1), idle=climb(1), question="lock", why=("today (limit 3.0 %, candle close)",), shows=nothing),
    Case(rule="weekly_loss", settings={"limit": .04}, binds=crash(1), idle=climb(1), question="lock", why=("this week",), shows=nothing),
    Case(rule="circuit_breaker", binds=crash(1), idle=climb(1), question="lock", why=("losing trades",), shows=nothing),
    Case(rule="funding_exit", market="squeeze", binds=funded(), idle=funded("short"), question="exit", why=("pays",), shows=nothing),
    Case(rule="funding_breaker", market="squeeze", settings={"max_paid": .01}, binds=funded(), idle=funded("short"), question="lock", why=("funding",), shows=nothing),
)
