"""An account that nothing is wrong with, as a test changes it."""

from dataclasses import replace
from math import inf
from typing import Any

from freqtrade_riskguard.adapters.preview.account_facts import (
    Balance,
    BookedAccount,
    ClockReading,
    KeyRights,
    LiveAccount,
    StopSetup,
)
from freqtrade_riskguard.entry_report.live_findings import GateInput
from freqtrade_riskguard.risk.tiers import Tier
from freqtrade_riskguard.snapshot.exchange import BookedTrade, ExchangePosition, ExchangeStop
from tests.entry_report.parts import planned
from tests.factories import NOON, PAIR

# 1 % up to 50,000 at 20x, 2 % above at 10x, less 50,000 * (0.02 - 0.01) = 500.
TIERS = (Tier(0.0, 50_000.0, 0.01, 0.0, 20.0), Tier(50_000.0, inf, 0.02, 500.0, 10.0))
TRADE = BookedTrade(7, PAIR, 1, 27.0, lot=0.001, price=100.0, stop_ids=frozenset({"s7"}))
POSITION = ExchangePosition(PAIR, 1, 27.0, 100.0, 101.0)
STOP = ExchangeStop("s7", PAIR, -1, 27.0, 96.9, reduces_only=True)
RIGHTS = KeyRights(
    trades_futures=True, withdraws=False, transfers=False, is_bound_to_addresses=True
)
SETUP = StopSetup(
    offered=("limit", "market"),
    offers_mark=True,
    on_exchange=True,
    kind="market",
    price_type="mark",
)
ACCOUNT = LiveAccount(
    key=RIGHTS,
    hedge_mode=False,
    multi_assets=False,
    clock=ClockReading(0.1, 0.05),
    balance=Balance(10_000.0, 9_100.0),
    used_tiers={PAIR: TIERS},
    exchange_tiers={PAIR: TIERS},
    positions=[POSITION],
    stops=[STOP],
    orders=[],
    stop_setup=SETUP,
    own_pairs=None,
)
BOOKED = BookedAccount((TRADE,), frozenset({"s7", "e7"}), 0.0)
# 900 of margin at 3x: 2,700 of notional, in the first bracket.
GIVEN = GateInput(
    account=ACCOUNT,
    booked=BOOKED,
    entries=[planned()],
    currency="USDT",
    capital_quote=None,
    orphans="alarm",
    now=NOON,
)


def given(account: dict[str, Any] | None = None, **changes: Any) -> GateInput:
    """Return what a verdict goes by, with changes to the account and beside it."""
    return replace(GIVEN, account=replace(ACCOUNT, **(account or {})), **changes)
