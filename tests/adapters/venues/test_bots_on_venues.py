"""What a guarded bot answers on venues whose maintenance margin is not Binance's."""

import logging

import pytest
from freqtrade.enums import ExitType, RunMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.venues import VENUES
from tests.adapters.bots import Reckless, confirm, guarded, leverage, loop, stake
from tests.adapters.trades import open_trade
from tests.factories import NOON, PAIR
from tests.venues.data import BITGET_BTC, OKX_TIA, rows

pytestmark = pytest.mark.usefixtures("_backtest")


class Whole(Reckless):
    """Asks for more than any market of these allows."""

    def leverage(self, *args, **kwargs):
        return 50.0


def bot_on(data, name, *, tiers=None, market=None, cls=Whole, **riskguard):
    """Return a bot on a venue of that name, with the tiers and market as ccxt has them."""
    strategy = guarded(data, cls, **riskguard)
    strategy.config["exchange"] = {"name": name}
    exchange = strategy.dp._exchange
    exchange._leverage_tiers = {} if tiers is None else {PAIR: tiers}
    exchange.markets = {PAIR: {"taker": 0.00045, **(market or {})}}
    return strategy


def at_most(greatest):
    return {"limits": {"leverage": {"max": greatest}}}


def enter(**kwargs):
    trade = open_trade(**kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


def closed_by(strategy, trade):
    """Return why a trade is closed at once; the candles close at 100."""
    loop(strategy)
    found = strategy.should_exit(trade, 100.0, NOON, enter=False, exit_=False)
    return [each.exit_reason for each in found if each.exit_type == ExitType.EMERGENCY_EXIT]


def test_hyperliquids_market_of_5x_allows_a_long_4_1x_in_seatbelt(data):
    strategy = bot_on(data, "hyperliquid", market=at_most(5.0), profile="seatbelt")
    loop(strategy)

    given = leverage(strategy, max_leverage=5.0)

    # Effective liquidation 15 % away is a price of 85 / 1.01 = 84.158; maintenance is 0.5 / 5:
    # 1 / (1 - 0.84158 * (1 - 0.1 - 0.00045)) = 4.117, and freqtrade sets whole numbers there.
    assert given == 4.0
    # A short: 115 / 0.99 = 116.16, 1 / (1.1616 * 1.10045 - 1) = 3.592
    assert leverage(strategy, "short", max_leverage=5.0) == 3.0


@pytest.mark.parametrize(
    ("fallen_to", "closed"),
    [
        # 5x at 100 with 20: at 91 equity is 11 and maintenance 9.1, 1.21 times; at 94, 14 and 9.4.
        (0.91, ["riskguard_margin_ladder"]),
        (0.94, []),
    ],
)
def test_hyperliquids_5x_long_is_closed_in_front_of_liquidation(data, fallen_to, closed):
    strategy = bot_on(
        data,
        "hyperliquid",
        market=at_most(5.0),
        profile="seatbelt",
        liquidation_buffer={"mode": "off"},
    )
    # Its market is at 100 now.
    trade = enter(rate=100.0 / fallen_to, stake=1_000.0, leverage=5.0)

    assert closed_by(strategy, trade) == closed


def test_hyperliquids_stop_lies_in_front_of_its_own_liquidation(data):
    strategy = bot_on(data, "hyperliquid", market=at_most(5.0), profile="seatbelt")
    trade = open_trade(stake=1_000.0, leverage=5.0)
    loop(strategy)

    strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)

    # (100 - 20) / (0.9 - 0.00045) = 88.934, 1 % nearer, and 1.3 * 10 % of the entry.
    assert trade.stop_loss == pytest.approx(88.934 * 1.01 + 13.0, abs=0.02)


def test_okx_leverage_depends_on_contracts_not_on_money(data):
    given = {}
    for size in (10.0, 0.000_1):
        strategy = bot_on(
            data,
            "okx",
            tiers=rows(OKX_TIA, of_contracts=True),
            market={"contractSize": size},
            profile="seatbelt",
        )
        loop(strategy)
        given[size] = leverage(strategy)
    # Effective liquidation 15 % away is 84.158. 10 coins in contracts of 10 are in the first tier,
    # 1.5 %: 1 / (1 - 0.84158 * 0.98455) = 5.8x, so the cap. Of contracts of 0.0001 a stake of 2,500
    # has 800,001 to 825,000 at 3.2x to 3.3x: 17.5 %, 1 / (1 - 0.84158 * 0.82455) = 3.27x.
    assert given == {10.0: 5.0, 0.000_1: pytest.approx(3.2)}


def test_okx_position_is_valued_by_its_contracts(data):
    # 50 coins at 100 on a fifth. In contracts of a coin they are in the first tier, 1.5 %; in
    # contracts of 0.00005, a million, in that of 21 %: more than the equity of 20 %.
    closed = {}
    for size in (1.0, 0.000_05):
        LocalTrade.reset_trades()
        strategy = bot_on(
            data,
            "okx",
            tiers=rows(OKX_TIA, of_contracts=True),
            market={"contractSize": size},
            profile="seatbelt",
        )
        closed[size] = closed_by(strategy, enter(stake=1_000.0, leverage=5.0))
    assert closed == {1.0: [], 0.000_05: ["riskguard_margin_ladder"]}


def test_an_entry_that_bitgets_tier_makes_too_large_is_smaller_or_slower(data):
    strategy = bot_on(data, "bitget", tiers=rows(BITGET_BTC), profile="seatbelt")
    loop(strategy)
    given = leverage(strategy)
    size = stake(strategy, given)
    assert given == 5.0
    assert confirm(strategy, size * given / 100.0)


def test_contracts_that_are_settled_in_their_own_coin_are_refused(data):
    strategy = bot_on(data, "binance", market={"inverse": True})
    strategy.config["exchange"]["pair_whitelist"] = [PAIR]
    with pytest.raises(ConfigurationError, match=r"BTC/USDT:USDT is settled in its own coin"):
        strategy.ft_bot_start()
    # A linear one is not, whatever it is settled in.
    strategy.dp._exchange.markets[PAIR]["inverse"] = False
    strategy.ft_bot_start()


@pytest.mark.parametrize("venue", VENUES, ids=[venue.name for venue in VENUES])
def test_the_start_says_by_which_rule_liquidation_is_computed(data, venue, caplog):
    caplog.set_level(logging.INFO, logger="freqtrade_riskguard")
    strategy = bot_on(data, venue.name)
    caplog.clear()
    strategy.ft_bot_start()

    told = [record.getMessage() for record in caplog.records]
    assert f"RiskGuard: {venue.statement}." in told


def test_a_venue_that_nobody_knows_is_said_at_the_start(data, caplog):
    caplog.set_level(logging.INFO, logger="freqtrade_riskguard")
    strategy = bot_on(data, "somewhere")
    strategy.config["runmode"] = RunMode.BACKTEST
    caplog.clear()
    strategy.ft_bot_start()
    assert "an exchange that RiskGuard does not know: liquidation by the mark price" in caplog.text
