"""Records of rehearsals, made by hand."""

from datetime import UTC, datetime, timedelta
from math import nan
from typing import Any

from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.rehearsal.record import Books, FaultRecord, Rehearsal, Sample
from tests.support.scripted import BTC

START = datetime(2025, 2, 3, tzinfo=UTC)
BOOKS: dict[str, Any] = {
    "deposit_quote": 10_000.0,
    "equity_quote": 10_090.0,
    "wallet_quote": 10_090.0,
    "realised_quote": 100.0,
    "fees_quote": -8.0,
    "funding_quote": -2.0,
    "fills": 2,
    "requests": {"GET": 100, "POST": 4},
}


def at(minutes: float) -> datetime:
    """Return a moment of the rehearsal."""
    return START + timedelta(minutes=minutes)


def sample(minutes: float, guard: float, exchange: float = 10_000.0) -> Sample:
    """Return what both said of the account then."""
    return Sample(at(minutes), exchange, guard)


def rehearsal(*, books: dict[str, Any] | None = None, **changes: Any) -> Rehearsal:
    """Return a rehearsal of a day in which nothing was wrong, with changes."""
    record: dict[str, Any] = {
        "strategy": "MyStrategy",
        "profile": "moderate",
        "currency": "USDT",
        "pairs": (BTC,),
        "start": START,
        "end": at(1440),
        "places_stops": True,
        "samples": (sample(1, 10_000.0), sample(1440, 10_090.0, 10_090.0)),
        "loops": 2,
        "machine_seconds": 90.0,
        **dict.fromkeys(("unprotected", "unbooked", "liquidations", "faults", "trades"), ()),
        **dict.fromkeys(("decisions", "messages", "restarts"), ()),
    }
    return Rehearsal(**{**record, "books": Books(**BOOKS | (books or {})), **changes})


def _decided(minutes: float, question: Question, rule: str, **changes: Any) -> Decision:
    return Decision(
        **{
            "time": at(minutes),
            "pair": BTC,
            "side": 1,
            "question": question,
            "rule": rule,
            "asked": nan,
            "answered": nan,
            "enforced": True,
            "why": f"{rule} says so",
            **changes,
        }
    )


DECISIONS = (
    _decided(10, "cut", "drawdown_ladder"),
    _decided(20, "cut", "drawdown_ladder"),
    _decided(30, "exit", "funding_exit", enforced=False),
    _decided(90, "lock", "daily_loss", pair="*", side=0, halts=True),
)
FAULTS = (
    FaultRecord("refuse_stops", "times 40", at(5), None, 40, at(6), at(45)),
    FaultRecord("price_jump", "change -0.03", at(60), at(70), None),
    FaultRecord("go_away", "", at(120), None, 0),
)
