"""Whatever happens to an account, its money is accounted for."""

import json
from dataclasses import replace
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.replay.matching import (
    IncomeKind,
    MarginMode,
    MatchingEngine,
    MatchingRules,
    MatchingState,
)
from freqtrade_riskguard.risk.tiers import TierTable
from tests.replay.matching.accounts import BTC, ETH, account, contract, hours, path
from tests.replay.matching.histories import (
    HOURS,
    LISTINGS,
    MODES,
    RULES,
    SEEDS,
    acts,
    mirrored,
    perform,
    walk,
)

CENT = 0.01


def live(engine, history):
    """Let a history happen; give every moment between two requests to be looked at."""
    for act in history:
        engine.advance(hours(act.hour))
        yield
        perform(engine, act)
        yield
    engine.advance(hours(HOURS))
    yield


def total(engine, kind):
    return fsum(income.amount_quote for income in engine.incomes() if income.kind is kind)


def check_money(engine):
    """Reckon equity from deposits and trades alone, and compare."""
    summary, fills = engine.account(), engine.fills()
    spent = fsum(fill.side.sign * fill.quantity_base * fill.price for fill in fills)
    held = fsum(position.notional_quote for position in engine.positions())
    fees = fsum(fill.fee_quote for fill in fills)
    given = total(engine, IncomeKind.DEPOSIT) + total(engine, IncomeKind.FUNDING)
    insured = total(engine, IncomeKind.INSURANCE)
    equity = given + insured - spent + held - fees
    assert summary.margin_balance_quote == pytest.approx(equity, abs=CENT)
    assert summary.wallet_quote == pytest.approx(
        fsum(income.amount_quote for income in engine.incomes()), abs=CENT
    )
    charged = total(engine, IncomeKind.FEE) + total(engine, IncomeKind.LIQUIDATION_FEE)
    assert -charged == pytest.approx(fees, abs=CENT)
    realised = fsum(fill.realised_quote for fill in fills)
    assert total(engine, IncomeKind.REALISED) == pytest.approx(realised, abs=CENT)


def check_positions(engine):
    for symbol in (BTC, ETH):
        amount = fsum(fill.side.sign * fill.quantity_base for fill in engine.fills(symbol))
        position = engine.position(symbol)
        assert amount == pytest.approx(position.amount_base if position else 0.0, abs=1e-9)


def check_orders(engine):
    for order in engine.orders():
        filled = fsum(
            fill.quantity_base for fill in engine.fills() if fill.order_id == order.order_id
        )
        assert filled == pytest.approx(order.filled_base, abs=1e-9)
        assert order.filled_base <= order.quantity_base
    assert engine.account().available_quote >= 0.0
    # Nobody owes the exchange anything without a position behind it.
    if not any(held.margin_mode is MarginMode.CROSS for held in engine.positions()):
        assert engine.account().cross_wallet_quote >= -CENT


LEVERAGES = st.integers(1, 20)


@settings(max_examples=80, deadline=None)
@given(LISTINGS, MODES, RULES, LEVERAGES, acts())
def test_money_is_conserved(listed, mode, rules, leverage, history):
    engine = account(*listed, mode=mode, rules=rules, leverage=leverage)

    for _ in live(engine, history):
        check_money(engine)
        check_positions(engine)
        check_orders(engine)


@settings(max_examples=40, deadline=None)
@given(LISTINGS, MODES, RULES, LEVERAGES, acts())
def test_a_saved_account_goes_on_as_if_nothing_had_been(listed, mode, rules, leverage, history):
    whole, broken = (account(*listed, mode=mode, rules=rules, leverage=leverage) for _ in range(2))

    for act in history:
        for engine in (whole, broken):
            engine.advance(hours(act.hour))
            perform(engine, act)
        kept = json.loads(json.dumps(broken.state.to_dict()))
        broken = MatchingEngine(listed, MatchingState.from_dict(kept), rules)
    whole.advance(hours(HOURS))
    broken.advance(hours(HOURS))

    assert broken.state == whole.state
    assert broken.account() == whole.account()
    assert broken.positions() == whole.positions()


def advance_in_steps(engine, to_ms, step_ms):
    for now_ms in range(engine.now_ms, to_ms, step_ms):
        engine.advance(now_ms)
    engine.advance(to_ms)


@settings(max_examples=40, deadline=None)
@given(LISTINGS, MODES, RULES, LEVERAGES, acts(), st.sampled_from([537_000, 3_600_000, 5_000_001]))
def test_one_long_wait_is_many_short_ones(listed, mode, rules, leverage, history, step_ms):
    long, short = (account(*listed, mode=mode, rules=rules, leverage=leverage) for _ in range(2))

    for act in history:
        long.advance(hours(act.hour))
        advance_in_steps(short, hours(act.hour), step_ms)
        for engine in (long, short):
            perform(engine, act)
    advance_in_steps(short, hours(HOURS), step_ms)
    long.advance(hours(HOURS))

    ours, theirs = short.fills(), long.fills()
    assert [fill.quantity_base for fill in ours] == [fill.quantity_base for fill in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert abs(our.time_ms - their.time_ms) <= 1
        assert our.price == pytest.approx(their.price)
    assert short.account().wallet_quote == pytest.approx(long.account().wallet_quote)


def mirror(line):
    return [(hour, round(200.0 - price, 1)) for hour, price in line]


TWINS = ("market", "limit", "stop", "take profit", "cancel", "expire", "held")


@settings(max_examples=80, deadline=None)
@given(SEEDS, acts(TWINS, symbols=(BTC,)), st.sampled_from([1.0, 0.3]))
def test_a_short_in_a_mirror_earns_what_the_long_earns(seed, history, share):
    # Margin and fees are of the notional, which a mirror changes: none of them here. Nor does
    # anything happen half way between two ticks, which round to the even one on both sides.
    history = [replace(act, hour=act.hour + 0.0137) for act in history]
    line = walk(seed)
    tiers = TierTable.build([(0.0, None, 0.0, 0.0, 20.0)])
    rules = MatchingRules(maker_fee_rate=0.0, taker_fee_rate=0.0, limit_fill_share=share)
    mode = MarginMode.CROSS
    long, short = (
        account(contract(path(*side), tiers=tiers), wallet=1e9, leverage=1, mode=mode, rules=rules)
        for side in (line, mirror(line))
    )

    for _ in zip(live(long, history), live(short, map(mirrored, history)), strict=True):
        assert short.account().margin_balance_quote == pytest.approx(
            long.account().margin_balance_quote, abs=CENT
        )
    assert [order.status for order in short.orders()] == [order.status for order in long.orders()]
