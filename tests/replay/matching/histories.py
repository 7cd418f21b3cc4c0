"""Random histories of an account: what prices did, and what its owner asked for."""

import math
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from freqtrade_riskguard.replay.matching import (
    ConditionalKind,
    MarginMode,
    MatchingRules,
    OrderType,
    PriceKind,
    RequestRefusedError,
    Side,
    TimeInForce,
)
from tests.replay.matching.accounts import BTC, ETH, contract, funding, hours, path

HOURS = 24


@dataclass(frozen=True)
class Act:
    """One request: when, of which contract, what, on which side, and figures that size it."""

    hour: float
    symbol: str
    name: str
    side: Side
    lots: int
    offset: float
    flag: bool


NAMES = (
    *("market", "market", "reduce", "limit", "limit", "post only", "stop", "stop", "take profit"),
    *("cancel", "expire", "margin", "leverage", "jump", "mark", "held", "deposit", "deleverage"),
)


def acts(names=NAMES, symbols=(BTC, ETH)):
    return st.lists(
        st.builds(
            Act,
            hour=st.integers(0, HOURS * 4 - 1).map(lambda quarter: quarter / 4),
            symbol=st.sampled_from(symbols),
            name=st.sampled_from(names),
            side=st.sampled_from(Side),
            lots=st.integers(100, 60_000),
            offset=st.integers(1, 120).map(lambda count: count / 1000),
            flag=st.booleans(),
        ),
        min_size=5,
        max_size=30,
    ).map(lambda drawn: sorted(drawn, key=lambda act: act.hour))


def walk(seed):
    """Return corners of a random walk around 100: one an hour, now and then (a jump) two."""
    random = np.random.default_rng(seed)
    found = [(0, 100.0)]
    for hour in range(1, HOURS + 1):
        for _ in range(2 if random.random() < 0.15 else 1):
            moved = found[-1][1] * math.exp(random.normal(0.0, 0.04))
            found.append((hour, round(min(max(moved, 60.0), 140.0), 1)))
    return found


def listing(seed, symbol=BTC):
    """Return a contract with prices, marks that differ, and three funding payments."""
    random = np.random.default_rng(seed)
    last = walk(seed)
    ratio = random.choice([1.0, 1.0, 0.97, 1.03])
    mark = [(hour, price * ratio) for hour, price in last]
    return contract(
        path(*last),
        mark=path(*mark),
        symbol=symbol,
        payments=funding(*zip((8, 16, 24), random.normal(0.0, 0.001, 3), strict=True)),
        liquidation_fee=random.choice([0.0, 0.0125]),
    )


SEEDS = st.integers(0, 2**32)
# Prices need no shrinking, and drawn corner by corner they would take most of the time.
LISTINGS = SEEDS.map(lambda seed: [listing(seed, BTC), listing(seed + 1, ETH)])

RULES = st.builds(
    MatchingRules,
    maker_fee_rate=st.sampled_from([0.0, 0.0002]),
    taker_fee_rate=st.sampled_from([0.0, 0.0005]),
    spread_ticks=st.sampled_from([0, 3]),
    slippage=st.sampled_from([0.0, 0.01]),
    limit_fill_share=st.sampled_from([1.0, 0.3]),
    partial_fill_pause_ms=st.sampled_from([60_000, 7_200_000]),
)
MODES = st.sampled_from(MarginMode)


def perform(engine, act):
    """Ask for one thing; a refusal is an answer like any other."""
    try:
        _REQUESTS[act.name](engine, act)
    except RequestRefusedError:
        return


def mirrored(act):
    """Return the same request on the other side."""
    return replace(act, side=Side.SELL if act.side is Side.BUY else Side.BUY)


def away(engine, act, side):
    """Return a price behind the last one as a side sees it: below it for a buy, in ticks."""
    return round(engine.price(act.symbol, PriceKind.LAST) - side.sign * 100 * act.offset, 1)


def _market(engine, act):
    engine.place_order(act.symbol, act.side, act.lots / 1000)


def _reduce(engine, act):
    engine.place_order(act.symbol, act.side, act.lots / 1000, reduce_only=True)


def _held(engine, act):
    engine.place_order(act.symbol, act.side, act.lots / 1000, fill_share=0.5)


def _limit(engine, act, force=TimeInForce.GOOD_TILL_CANCELLED):
    engine.place_order(
        act.symbol,
        act.side,
        act.lots / 1000,
        order_type=OrderType.LIMIT,
        limit_price=away(engine, act, act.side),
        time_in_force=force,
        reduce_only=act.flag,
    )


def _post_only(engine, act):
    _limit(engine, act, TimeInForce.POST_ONLY)


def _stop(engine, act):
    # Away from the market of the side that the stop protects: a stop to sell waits below.
    other = Side.BUY if act.side is Side.SELL else Side.SELL
    engine.place_conditional(
        act.symbol,
        act.side,
        act.lots / 1000,
        away(engine, act, other),
        trigger_on=PriceKind.MARK if act.flag else PriceKind.LAST,
        reduce_only=True,
    )


def _take_profit(engine, act):
    engine.place_conditional(
        act.symbol,
        act.side,
        act.lots / 1000,
        away(engine, act, act.side),
        kind=ConditionalKind.TAKE_PROFIT,
        reduce_only=act.flag,
    )


def _cancel(engine, act):
    for order in engine.open_orders(act.symbol)[:1]:
        engine.cancel_order(order.order_id)
    for stop in engine.open_conditionals(act.symbol)[:1]:
        engine.cancel_conditional(stop.conditional_id)


def _expire(engine, act):
    for order in engine.open_orders(act.symbol)[-1:]:
        engine.expire_order(order.order_id)
    for stop in engine.open_conditionals(act.symbol)[-1:]:
        engine.expire_conditional(stop.conditional_id)


def _margin(engine, act):
    engine.add_margin(act.symbol, act.side.sign * act.lots / 100)


def _leverage(engine, act):
    engine.set_leverage(act.symbol, 1 + act.lots % 20)


def _jump(engine, act):
    factor = 1.0 + act.side.sign * act.offset
    until_ms = engine.now_ms + hours(3) if act.flag else None
    engine.set_price_factor(act.symbol, last=factor, mark=factor, until_ms=until_ms)


def _mark(engine, act):
    engine.set_price_factor(act.symbol, mark=1.0 + act.side.sign * act.offset / 3)


def _deposit(engine, act):
    engine.deposit(act.side.sign * act.lots / 1000)


def _deleverage(engine, act):
    engine.deleverage(act.symbol, 0.5)


_REQUESTS = {
    "market": _market,
    "reduce": _reduce,
    "held": _held,
    "limit": _limit,
    "post only": _post_only,
    "stop": _stop,
    "take profit": _take_profit,
    "cancel": _cancel,
    "expire": _expire,
    "margin": _margin,
    "leverage": _leverage,
    "jump": _jump,
    "mark": _mark,
    "deposit": _deposit,
    "deleverage": _deleverage,
}
