"""The rule of a venue's liquidation from its own interface to what a running guard does with it.

freqtrade's bot reads the markets and tiers of the replayed venue through ccxt. The positions are
those of published examples; each figure is derived beside it.
"""

from datetime import timedelta

import pytest

from freqtrade_riskguard.risk import TierTable
from tests.replay.recordings import START, flat, store, store_funding
from tests.support.bot import Bot
from tests.support.other_quote import settled_in
from tests.venues.data import OKX_TIA

pytestmark = pytest.mark.slow

FIVE = timedelta(minutes=5)
# Two days in which nothing happens come first.
QUIET = 576
NOW = START + QUIET * FIVE
SECOND = timedelta(seconds=1)
# What would close a position sooner than its margin does.
MARGIN_ALONE = {"liquidation_buffer": {"mode": "off"}, "atr_stop": {"mode": "off"}}


def recorded(folder, coin, price, *steps):
    """Store a coin that stands at a price, then goes to others, each within five minutes."""
    rows = flat(price, QUIET)
    for following in (*steps, *[steps[-1]] * 12) if steps else [price] * 12:
        last = rows[-1][3]
        rows.append((last, max(last, following), min(last, following), following, 10.0))
    store(folder, "5m", rows, coin=coin)
    # Every eight hours nothing is paid.
    return store_funding(folder, [0.0] * 9, coin=coin)


@pytest.fixture
def atom(tmp_path):
    """A market of 5x on Hyperliquid, from 100 to 94 and to 91."""
    fallen = recorded(tmp_path / "usdt", "ATOM", 100.0, 94.0, 91.0)
    return settled_in("USDC", fallen, tmp_path / "usdc")


def levered(folder, data, venue, **how):
    return Bot(folder, data, "Levered", start=NOW, stems=("eager",), venue=venue, **how)


# A tenth of the account: what it loses closes nothing.
CONFIG = {"eager_since": {}, "max_open_trades": 1, "stake_amount": 1_000}


def test_hyperliquids_market_of_5x_allows_a_long_4_1x_in_seatbelt(atom, tmp_path):
    seatbelt = {"profile": "seatbelt"}
    with levered(tmp_path / "bot", atom, "hyperliquid", riskguard=seatbelt, config=CONFIG) as bot:
        bot.loop(NOW + SECOND)
        (trade,) = bot.trades
        (given,) = [line for line in bot.journal if line["question"] == "leverage"]
    assert trade["pair"] == "ATOM/USDC:USDC"
    # Effective liquidation 15 % away is a price of 85 / 1.01 = 84.158; maintenance is 0.5 / 5:
    # 1 / (1 - 0.84158 * (1 - 0.1 - 0.00045)) = 4.117, and freqtrade sets whole numbers there.
    assert trade["leverage"] == given["answered"] == 4.0
    assert given["asked"] == 5.0
    assert given["why"] == "liquidation at least 15.0 % away"
    # Without fees, as freqtrade has it: (100 - 25) / (1 - 0.1) = 83.33, and its buffer of 5 % of
    # the way.
    assert trade["liquidation_price"] == pytest.approx(83.333 + 0.05 * 16.667, abs=0.1)


def test_hyperliquids_5x_long_is_closed_at_91_and_not_at_94(atom, tmp_path):
    # Nobody guards the entry.
    careless = {"profile": "seatbelt", "enabled": False}
    with levered(tmp_path / "bot", atom, "hyperliquid", riskguard=careless, config=CONFIG) as bot:
        bot.loop(NOW + SECOND)
        (trade,) = bot.trades
        assert trade["leverage"] == 5.0
        bot.configure(enabled=True, **MARGIN_ALONE)
        bot.restart()

        # 5x at 100 with 20: at 94 there are 14, and 9.4 are to be maintained: 1.49 times.
        bot.loop(NOW + FIVE + SECOND)
        assert bot.bot.exchange.fetch_ticker("ATOM/USDC:USDC")["last"] == 94.0
        assert bot.trades[0]["is_open"]
        (position,) = bot.bot.strategy._riskguard.account.positions
        assert position.maintenance_cover == pytest.approx(14.0 / 9.4, rel=1e-3)
        # (100 - 20) / (1 - 0.1 - 0.00045): liquidated there, with the fee of the exit.
        assert position.liquidation_price >= 88.93

        # At 91 there are 11, and 9.1 to be maintained: 1.21 times, and 1.3 is the last rung.
        bot.loop(NOW + 2 * FIVE + SECOND)
        closed = bot.trades[0]
    assert not closed["is_open"]
    assert closed["exit_reason"] == "riskguard_margin_ladder"
    assert closed["close_rate"] == 91.0


@pytest.mark.parametrize(
    ("notional_quote", "maintenance_quote", "way"),
    [
        # 111,111 contracts of a coin at 0.45 are in the fifth tier, 3.5 %.
        (50_000, 1_750.0, None),
        # 888,888 are in the 36th, 19 %: of the margin of a fifth 1 % is left, less a fee.
        (400_000, 76_000.0, 0.012),
    ],
)
def test_okx_tia_is_maintained_by_its_contracts(tmp_path, notional_quote, maintenance_quote, way):
    price = 0.45
    data = recorded(tmp_path / "data", "TIA", price)
    tiers = TierTable.build(
        (low * price, None, rate, 0.0, leverage)
        for low, (_, rate, leverage) in zip(
            [0.0, *(cap for cap, _, _ in OKX_TIA)], OKX_TIA, strict=False
        )
    )
    stake = {**CONFIG, "dry_run_wallet": 200_000, "stake_amount": notional_quote / 5}
    careless = {"profile": "seatbelt", "enabled": False}
    with levered(
        tmp_path / "bot",
        data,
        "okx",
        riskguard=careless,
        config=stake,
        tiers={"TIA/USDT:USDT": tiers},
    ) as bot:
        bot.loop(NOW + SECOND)
        (trade,) = bot.trades
        assert trade["leverage"] == pytest.approx(5.0, abs=0.01)
        bot.configure(enabled=True)
        bot.restart()
        bot.loop(NOW + FIVE + SECOND)
        (position,) = bot.bot.strategy._riskguard.account.positions
    assert position.maintenance_quote == pytest.approx(maintenance_quote, rel=1e-4)
    if way is not None:
        assert 1.0 - position.liquidation_price / price == pytest.approx(way, abs=0.001)


@pytest.mark.parametrize(
    ("venue", "quote", "coin", "price", "contract_base", "tick"),
    [
        # A contract of a million coins, worth 1.23.
        ("gate", "USDT", "TINY", 0.00000123, 1_000_000, 1e-8),
        ("gate", "USDT", "1000PEPE", 0.0123, 100, 1e-4),
        # Five digits, and no more than six decimals.
        ("hyperliquid", "USDC", "KPEPE", 0.01234, 1, 1e-6),
    ],
)
def test_coins_of_any_unit_are_entered_and_stopped_in_their_own_steps(
    tmp_path, venue, quote, coin, price, contract_base, tick
):
    data = settled_in(quote, recorded(tmp_path / "usdt", coin, price), tmp_path / "data")
    seatbelt = {"profile": "seatbelt"}
    with levered(tmp_path / "bot", data, venue, riskguard=seatbelt, config=CONFIG) as bot:
        bot.loop(NOW + SECOND)
        (trade,) = bot.trades
        bot.loop(NOW + FIVE + SECOND)
        (position,) = bot.bot.strategy._riskguard.account.positions
    assert trade["open_rate"] == price
    contracts = trade["amount"] / contract_base
    assert contracts == pytest.approx(round(contracts), abs=1e-6)
    # What is lost to whole contracts is less than one of them.
    leverage = trade["leverage"]
    bought = trade["stake_amount"] * leverage
    assert 1_000.0 * leverage - contract_base * price <= bought <= 1_000.0 * leverage + 0.01
    assert position.notional_quote == pytest.approx(bought)
    assert 0.0 < position.liquidation_price < trade["stop_loss_abs"] < price
    ticks = trade["stop_loss_abs"] / tick
    assert ticks == pytest.approx(round(ticks), abs=1e-3)
