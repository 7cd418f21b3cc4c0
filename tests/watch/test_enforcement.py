from freqtrade_riskguard.risk import start_equity
from freqtrade_riskguard.watch.enforcement import enforce_limits, join_fleet, judge_fleet
from freqtrade_riskguard.watch.fleet_account import book_fleet
from freqtrade_riskguard.watch.settings import Limits
from tests.watch.parts import NOON, bot_state

LIMITS = Limits(min_equity_quote=7_000.0)


def texts(events):
    return [str(event) for event in events]


def test_a_bot_within_its_limits_is_left_alone():
    bot = bot_state(10_000, 9_600)
    assert enforce_limits("bot", bot, LIMITS) == (bot, ())


def test_each_limit_that_is_reached_holds_it_once():
    bot, events = enforce_limits("bot", bot_state(10_000, 8_000, open_trades=(7,)), LIMITS)
    assert [hold.kind for hold in bot.holds] == ["daily_loss_limit", "max_drawdown"]
    assert bot.phase == "closing"
    assert texts(events)[0] == (
        "bot: stopping entries and closing 1 trade: -20.0 % today (limit 5 %), live"
    )
    # Worse, but by less than another limit, and what is held already.
    worse = bot.model_copy(update={"track": bot_state(10_000, 7_600).track})
    assert enforce_limits("bot", worse, LIMITS)[1] == ()
    # 20 % and another 5 %; and the least equity.
    ruined = bot.model_copy(update={"track": bot_state(10_000, 6_900).track})
    assert len(enforce_limits("bot", ruined, LIMITS)[1]) == 2


def test_together_beyond_though_each_is_within():
    # Each bot: 3 times its equity. Together 60000 / 20000 = 3 in one coin.
    bots = {
        name: bot_state(10_000, notional_quote={"BTC": 30_000.0}, open_trades=(1, 2))
        for name in "ab"
    }
    fleet = book_fleet(None, bots, gone_quote=0, moved_quote=0, time_seconds=NOON)
    assert enforce_limits("a", bots["a"], Limits(exposure_per_coin=3.5))[1] == ()
    limits = Limits(exposure_per_coin=2.5)
    fleet, held, events = judge_fleet(fleet, bots, limits)
    assert {bot.phase for bot in held.values()} == {"closing"}
    assert {hold.scope for bot in held.values() for hold in bot.holds} == {"fleet"}
    assert texts(events) == [
        "fleet: stopping 2 bots and closing 4 trades: BTC is 300 % of equity (limit 250 %), live"
    ]
    assert judge_fleet(fleet, held, limits)[2] == ()


def test_the_loss_of_all_together_fires_once_for_a_day():
    bots = {"a": bot_state(10_000, 9_000), "b": bot_state(10_000)}
    fleet = book_fleet(None, bots, gone_quote=0, moved_quote=0, time_seconds=NOON)
    track = start_equity(NOON, 20_200.0)
    fleet = fleet.model_copy(update={"track": track})
    fleet = book_fleet(fleet, bots, gone_quote=0, moved_quote=0, time_seconds=NOON)
    # 1200 / 20200 = 5.9 %
    fleet, held, events = judge_fleet(fleet, bots, Limits())
    assert "-5.9 % today" in texts(events)[0]
    # A person has started both again.
    assert judge_fleet(fleet, bots, Limits())[2] == ()
    assert held["a"].holds[0].day == fleet.track.day_index


def test_who_joins_is_held_by_what_holds_the_fleet():
    bots = {"a": bot_state(10_000, 8_000), "b": bot_state(1_000)}
    fleet = book_fleet(None, bots, gone_quote=0, moved_quote=0, time_seconds=NOON)
    assert join_fleet(None, bots) == (bots, ())
    assert join_fleet(fleet, {**bots, "c": bot_state()})[1] == ()
    # 2000 / 11000 = 18.2 %
    fleet = fleet.model_copy(update={"track": start_equity(NOON, 11_000.0)})
    fleet = book_fleet(fleet, bots, gone_quote=0, moved_quote=0, time_seconds=NOON)
    fleet, _, _ = judge_fleet(fleet, bots, Limits())
    joined, events = join_fleet(fleet, {**bots, "c": bot_state(open_trades=(1,))})
    assert [(one.kind, one.scope) for one in joined["c"].holds] == [
        ("daily_loss_limit", "fleet"),
        ("max_drawdown", "fleet"),
    ]
    assert (joined["c"].phase, joined["a"]) == ("closing", bots["a"])
    (told,) = texts(events)
    assert told == (
        "c: joins a fleet that is held: stopping entries and closing 1 trade: fleet: -18.2 % today "
        "(limit 5 %), live; fleet: 18.2 % below the peak of 11000 USDT (limit 18 %), live"
    )
    # On the next day, its halts only.
    tomorrow = book_fleet(fleet, bots, gone_quote=0, moved_quote=0, time_seconds=NOON + 86_400)
    joined, _ = join_fleet(tomorrow, {**bots, "c": bot_state()})
    assert [one.kind for one in joined["c"].holds] == ["max_drawdown"]
