"""The size of a position: figures by hand, and what holds of every one."""

import json

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from freqtrade_riskguard.entry_report.position_size import position_size
from freqtrade_riskguard.entry_report.size_input import SizeInputError, read_size_input


@pytest.fixture(scope="module")
def tiers(tmp_path_factory):
    """Write tiers to a file, as a list of rows: (floor, rate, most leverage)."""
    folder = tmp_path_factory.mktemp("tiers")

    def write(*rows):
        file = folder / f"{len(list(folder.iterdir()))}.json"
        keys = ("minNotional", "maintenanceMarginRate", "maxLeverage")
        ends = [*(floor for floor, *_ in rows[1:]), 1e9]
        named = [
            {**dict(zip(keys, row, strict=True)), "maxNotional": end}
            for row, end in zip(rows, ends, strict=True)
        ]
        file.write_text(json.dumps(named), encoding="utf-8")
        return str(file)

    return write


@pytest.fixture(scope="module")
def size(tiers):
    """Size a position at 100 in an account of 10,000: one tier of 1 %, no fee."""
    flat = tiers((0.0, 0.01, 125.0))

    def sized(**changes):
        plain = {
            "pair": "BTC/USDT:USDT",
            "side": "long",
            "entry": 100.0,
            "stop": 95.0,
            "equity": 10_000.0,
            "venue": "binance",
            "fee": 0.0,
            "tiers": flat,
        }
        return position_size(read_size_input({**plain, **changes}))

    return sized


def test_a_long_by_hand(size):
    found = size()
    assert found.is_allowed
    # The profile's cap: 15 % to liquidation would allow 100 / (100 - 85 / 1.01 * 0.99) = 5.99x.
    assert (found.leverage, found.largest_leverage) == (5.0, 5.0)
    # 1 % of 10,000 are lost at 5 % and 0.5 % of slippage: of 100 / 0.055.
    assert found.notional_quote == pytest.approx(1818.1818, abs=1e-4)
    assert found.stake_quote == pytest.approx(363.6364, abs=1e-4)
    assert found.quantity == pytest.approx(18.181818, abs=1e-6)
    assert found.loss_quote == pytest.approx(100.0)
    assert found.loss_ratio == pytest.approx(0.01)
    # Equity is maintenance at 100 * (1 - 1/5) / (1 - 0.01); 1 % nearer for slippage.
    assert found.liquidation_price == pytest.approx(80.8081, abs=1e-4)
    assert found.liquidation_distance_ratio == pytest.approx(1 - 0.816162, abs=1e-6)
    # In front of it by 3 % of it, which is more than 1.3 * 1 % of 100: 81.6162 + 2.4242.
    assert found.liquidation_stop_price == pytest.approx(84.0404, abs=1e-4)
    assert found.stake_why == "1.00 % risk, stop 5.0 % away"
    assert found.leverage_why == "cap 5x, profile moderate"


def test_its_twin_is_a_short(size):
    found = size(side="short", stop=105.0)
    # Closed at 105 * 1.005 = 105.525: of 100 / 0.05525.
    assert found.notional_quote == pytest.approx(1809.9548, abs=1e-4)
    assert found.stake_quote == pytest.approx(361.9910, abs=1e-4)
    assert found.loss_quote == pytest.approx(100.0)
    # 100 * (1 + 1/5) / (1 + 0.01); 1 % nearer; and 3 % of it in front.
    assert found.liquidation_price == pytest.approx(118.8119, abs=1e-4)
    assert found.liquidation_distance_ratio == pytest.approx(0.176238, abs=1e-6)
    assert found.liquidation_stop_price == pytest.approx(114.0594, abs=1e-4)


def test_no_position_takes_more_than_its_share_of_the_account(size):
    # A stop 1 % away: 100 / 0.015 = 6667 of notional, at 2x 3333 of margin. 20 % are 2000.
    found = size(stop=99.0, leverage=2.0)
    assert found.stake_quote == pytest.approx(2_000.0)
    assert found.stake_why == "margin at most 20 % of the account per position"
    # 4000 * 0.015.
    assert found.loss_quote == pytest.approx(60.0)


@pytest.mark.parametrize(("venue", "leverage"), [("binance", 6.0), ("bybit", 6.9)])
def test_liquidation_stays_beyond_the_stop(size, venue, leverage):
    # The stop in front of liquidation, P * (1.01 + 0.03), may be at 90 at the nearest: P = 86.54,
    # and 100 * (1 - 1/L) / 0.99 is that at L = 6.98. The profile itself allows 10x.
    found = size(stop=90.0, profile="aggressive", venue=venue)
    assert found.largest_leverage == leverage
    assert found.leverage_why == "liquidation beyond the stop at 90"


def test_a_larger_position_is_in_a_stricter_tier(size, tiers):
    # Above 1000 of notional 10 % maintenance (less 90, so that it does not jump), at most 3x.
    found = size(tiers=tiers((0.0, 0.01, 125.0), (1_000.0, 0.1, 3.0)))
    assert (found.largest_leverage, found.leverage_why) == (3.0, "the exchange's maximum of 3x")
    # 1818.18 - 606.06 - 90 of notional over 1 - 0.1 are 1246.80: of 18.1818 coins.
    assert found.liquidation_price == pytest.approx(68.5741, abs=1e-3)


def test_what_is_asked_for_is_shown_even_where_it_is_not_allowed(size):
    found = size(leverage=10.0)
    assert not found.is_allowed
    assert (found.leverage, found.largest_leverage) == (10.0, 5.0)
    assert found.stake_quote == pytest.approx(181.8182, abs=1e-4)
    # 100 * 0.9 / 0.99.
    assert found.liquidation_price == pytest.approx(90.9091, abs=1e-4)


def test_a_stop_that_not_even_1x_reaches(size):
    # A short at 1x is liquidated at 200 / 1.01 = 198.
    found = size(side="short", stop=199.0)
    assert not found.is_allowed
    assert (found.largest_leverage, found.leverage) == (0.0, 1.0)
    assert found.leverage_why == "liquidation beyond the stop at 199"


@pytest.mark.parametrize(("volatility", "leverage"), [(0.015, 5.0), (0.03, 3.0), (0.06, 1.0)])
def test_volatility_brings_the_caps_of_its_regime(size, volatility, leverage):
    assert size(volatility=volatility).largest_leverage == leverage
    assert not [note for note in size(volatility=volatility).notes if "Volatility" in note]


def test_daily_sigmas_count_too(size):
    # 3 * 10 % to liquidation, and 1x anyway; an account may lose 30 % at 1x: none is liquidated.
    assert "Volatility is not given" in size().notes[-1]
    assert size(volatility=0.1).leverage_why == "volatility 10.0 %/day, regime turbulent"


class TestTiers:
    def test_those_that_freqtrade_ships(self, size):
        # BTC's lowest tier is 0.4 %: 60000 * (1 - 1/5) / (1 - 0.004 - 0.0006).
        found = size(entry=60_000.0, stop=57_000.0, fee=0.0006, tiers=None)
        assert found.liquidation_price == pytest.approx(48221.82, abs=0.01)
        # 100 / (0.05 + 2 * 0.0006 + 0.005).
        assert found.notional_quote == pytest.approx(1779.3594, abs=1e-4)
        assert [note for note in found.notes if "careful" in note] == []

    @pytest.mark.parametrize(
        ("venue", "remedy"),
        [
            ("binance", "Give --tiers."),
            ("bybit", "Give --tiers."),
            ("hyperliquid", "Give --market-leverage."),
            ("other", "Give --tiers."),
        ],
    )
    def test_without_any_the_careful_rule_and_what_to_give(self, size, venue, remedy):
        # 2.5 % at least: 100 * 0.8 / 0.975.
        found = size(pair="NEW/USDT:USDT", venue=venue, tiers=None, leverage=5.0)
        assert found.liquidation_price == pytest.approx(82.0513, abs=1e-4)
        assert "the careful rule, 2.5 % of the smallest positions" in found.notes[0]
        assert found.notes[0].endswith(remedy)

    def test_half_of_the_initial_margin_on_hyperliquid(self, size):
        found = size(
            pair="BTC/USDC:USDC",
            venue="hyperliquid",
            tiers=None,
            market_leverage=40.0,
            leverage=5.0,
        )
        # 1 / (2 * 40) = 1.25 %: 100 * 0.8 / 0.9875.
        assert found.liquidation_price == pytest.approx(81.0127, abs=1e-4)
        assert found.currency == "USDC"

    def test_contracts_on_okx(self, size, tiers):
        # 18.18 coins are 181.8 contracts of 0.1: above 100, at 5 % on all of it, and at most 4x.
        rows = tiers((0.0, 0.01, 50.0), (100.0, 0.05, 4.0))
        okx = {"venue": "okx", "tiers": rows}
        found = size(**okx, contract_size=0.1)
        assert found.contracts == pytest.approx(181.818, abs=1e-3)
        assert found.largest_leverage == 4.0
        # 100 * (1 - 1/4) / 0.95.
        assert found.liquidation_price == pytest.approx(78.9474, abs=1e-4)
        assert size(**okx).notes[0].endswith("Give --contract-size.")

    def test_of_a_pair_in_freqtrades_form(self, size, tmp_path):
        file = tmp_path / "tiers.json"
        row = {"minNotional": 0, "maxNotional": None, "maintenanceMarginRate": 0.05}
        file.write_text(json.dumps({"ETH/USDT:USDT": [{**row, "maxLeverage": 10}]}))
        found = size(pair="ETH/USDT:USDT", tiers=str(file), leverage=2.0)
        # 100 * (1 - 1/2) / 0.95.
        assert found.liquidation_price == pytest.approx(52.6316, abs=1e-4)
        with pytest.raises(SizeInputError, match=r"^tiers: .*tiers.json has no tiers of BTC/"):
            size(tiers=str(file))

    @pytest.mark.parametrize("content", ["", "[", "7", "[1]", '[{"minNotional": 5}]', "[]"])
    def test_that_are_none(self, size, tmp_path, content):
        file = tmp_path / "tiers.json"
        file.write_text(content)
        with pytest.raises(SizeInputError, match=r"^tiers: .*tiers\.json"):
            size(tiers=str(file))


PRICES = st.floats(min_value=1e-6, max_value=1e6)


@pytest.fixture(scope="module")
def stricter(tiers):
    """Write tiers that are stricter for larger positions."""
    return tiers((0.0, 0.004, 125.0), (50_000.0, 0.01, 50.0), (1_000_000.0, 0.05, 10.0))


@settings(deadline=None)
@for_all(
    entry=PRICES,
    distance=st.floats(min_value=1e-4, max_value=0.9),
    side=st.sampled_from(["long", "short"]),
    equity=st.floats(min_value=1.0, max_value=1e8),
    profile=st.sampled_from(["conservative", "moderate", "aggressive", "speculative"]),
    venue=st.sampled_from(["binance", "bybit"]),
    wanted=st.floats(min_value=1.0, max_value=50.0),
)
def test_the_largest_leverage_is_allowed_and_a_step_more_is_not(
    size, stricter, entry, distance, side, equity, profile, venue, wanted
):
    stop = entry * (1 - distance if side == "long" else 1 + distance)
    told = {
        "entry": entry,
        "stop": stop,
        "side": side,
        "equity": equity,
        "profile": profile,
        "venue": venue,
        "tiers": stricter,
        "fee": 0.0005,
    }
    found = size(**told)
    assert found.is_allowed == (found.largest_leverage >= 1.0)
    step = 1.0 if venue == "binance" else 0.1
    if found.is_allowed:
        assert not size(**told, leverage=found.largest_leverage + step).is_allowed
    for sized in (found, size(**told, leverage=wanted)):
        assert sized.loss_quote <= 0.01 * equity * (1 + 1e-9)
        assert 0.0 < sized.stake_quote <= 0.2 * equity * (1 + 1e-9)
        if sized.is_allowed:
            # Liquidation, and the guard's stop in front of it, come after the stop that was given.
            direction = 1 if side == "long" else -1
            last = sized.liquidation_stop_price
            assert not direction * (stop - last) < -1e-6 * entry
