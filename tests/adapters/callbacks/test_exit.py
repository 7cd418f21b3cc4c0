"""freqtrade's questions about an open position: exits without a veto, cuts, additions, stops."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import nan
from typing import ClassVar

import pytest
from freqtrade.enums import ExitCheckTuple, ExitType, RunMode
from freqtrade.persistence import LocalTrade, PairLocks

from freqtrade_riskguard.adapters.bot import trade_stop
from freqtrade_riskguard.adapters.bot.account_manager import AccountManager
from freqtrade_riskguard.adapters.bot.reductions import Reductions
from freqtrade_riskguard.adapters.market.contracts import ContractSpecs
from tests.adapters.bots import (
    KELLY_OFF,
    MINUTE,
    Reckless,
    adjust_position,
    adjust_stop,
    broken,
    guarded,
    journal,
    loop,
    only,
)
from tests.adapters.trades import booked_trade, closed_trade, fill, open_trade, wait
from tests.factories import NOON

UNCUT = {"cut_open": False}
EXIT_SIGNAL = ExitCheckTuple(ExitType.EXIT_SIGNAL, "signal")


@dataclass(frozen=True)
class At:
    """A strategy's own rule: a stop 3 from the open rate."""

    name: ClassVar[str] = "at"
    is_fixed: ClassVar[bool] = True

    def stop_price(self, position):
        return position.open_rate - position.side * 3.0


@dataclass(frozen=True)
class Leave:
    """A strategy's own rule: closes everything."""

    name: ClassVar[str] = "leave"

    def exit_reason(self, position, account):
        return "because"


@dataclass(frozen=True)
class CloseAt:
    """A strategy's own rule: closes at a price 5 from the open rate."""

    name: ClassVar[str] = "close_at"

    def exit_price(self, position, account):
        return position.open_rate - position.side * 5.0


@dataclass(frozen=True, slots=True)
class AtMost:
    """The gate is closed to a larger stake."""

    name: ClassVar[str] = "at_most"

    limit: float

    def denial(self, entry):
        return "too much" if entry.stake_quote > self.limit else None


class Stubborn(Reckless):
    """Vetoes every exit, and prices every exit elsewhere."""

    use_exit_signal = False

    def confirm_trade_exit(self, *args, **kwargs):
        return False

    def custom_exit_price(self, *args, **kwargs):
        return 77.0


def bot_with(data, *rules, cls=Reckless, **settings):
    own = type("WithRules", (cls,), {"riskguard_rules": list(rules)})
    return guarded(data, own, **only(**settings))


def enter(**kwargs):
    trade = open_trade(**kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


def exits(strategy, trade, rate=100.0, minutes=0, **kwargs):
    return strategy.should_exit(
        trade, rate, NOON + minutes * MINUTE, enter=False, exit_=False, **kwargs
    )


def told(found):
    """Return exits as pairs of kind and reason."""
    return [(exit_.exit_type, exit_.exit_reason) for exit_ in found]


def confirm_exit(strategy, trade, reason):
    return strategy.confirm_trade_exit(
        pair=trade.pair,
        trade=trade,
        order_type="limit",
        amount=trade.amount,
        rate=100.0,
        time_in_force="GTC",
        exit_reason=reason,
        current_time=NOON,
    )


def exit_price(strategy, trade, tag):
    return strategy.custom_exit_price(
        pair=trade.pair,
        trade=trade,
        current_time=NOON,
        proposed_rate=100.0,
        current_profit=0.0,
        exit_tag=tag,
    )


BOTH = pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])
CLOSE = (ExitType.EMERGENCY_EXIT, "riskguard_leave")


@pytest.mark.usefixtures("_backtest")
class TestExits:
    @BOTH
    def test_a_close_comes_first_and_is_a_market_order(self, data, short, side):
        class Leaving(Reckless):
            def custom_exit(self, *args, **kwargs):
                return "mine"

        strategy, trade = bot_with(data, Leave(), cls=Leaving), enter(short=short)
        loop(strategy)

        # freqtrade takes the first exit that it can carry out.
        assert told(exits(strategy, trade)) == [CLOSE, (ExitType.CUSTOM_EXIT, "mine")]

    def test_it_is_asked_for_until_it_is_done(self, data):
        strategy, trade = bot_with(data, Leave()), enter()

        for minutes in (0, 5, 10):
            loop(strategy, minutes)
            assert told(exits(strategy, trade, minutes=minutes)) == [CLOSE]
        assert len(journal(strategy, "exit")) == 1

    def test_switched_off_exit_signals_do_not_matter(self, data):
        strategy, trade = bot_with(data, Leave(), cls=Stubborn), enter()
        loop(strategy)

        assert told(exits(strategy, trade)) == [CLOSE]

    def test_what_only_observes_closes_nothing(self, data):
        strategy = bot_with(data, Leave(), own_rules={"leave": "observe"})
        trade = enter()
        loop(strategy)

        assert exits(strategy, trade) == []
        assert len(journal(strategy, "exit")) == 1

    @pytest.mark.parametrize("answer", [broken, lambda *_, **__: None])
    def test_a_strategys_should_exit_that_fails_does_not_lose_the_close(self, data, answer, caplog):
        failing = type("Failing", (Reckless,), {"should_exit": answer})
        strategy, trade = bot_with(data, Leave(), cls=failing), enter()
        loop(strategy)

        assert told(exits(strategy, trade)) == [CLOSE]
        assert "asking the strategy for exits; RiskGuard's still apply" in caplog.text

    @BOTH
    @pytest.mark.parametrize("answer", [broken, lambda *_, **__: None, lambda *_, **__: []])
    def test_a_strategys_should_exit_that_fails_does_not_lose_the_stop(
        self, data, answer, short, side
    ):
        failing = type("Failing", (Reckless,), {"should_exit": answer})
        strategy, trade = bot_with(data, At(), cls=failing), enter(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)
        worst = {"high" if short else "low": 100.0 - 3.5 * side}

        assert told(exits(strategy, trade, **worst)) == [(ExitType.STOP_LOSS, "stop_loss")]
        assert exits(strategy, trade, rate=100.0 - 2.9 * side) == []

    @BOTH
    def test_a_stop_that_freqtrade_has_found_is_not_doubled(self, data, short, side):
        strategy, trade = bot_with(data, At()), enter(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)

        found = exits(strategy, trade, rate=100.0 - 3.5 * side)

        assert told(found) == [(ExitType.STOP_LOSS, "stop_loss")]

    @BOTH
    def test_a_trade_is_closed_at_the_price_at_which_it_must_be(self, data, short, side):
        strategy, trade = bot_with(data, CloseAt()), enter(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)
        worst = {"high" if short else "low": 100.0 - 5.5 * side}

        assert exits(strategy, trade, rate=100.0 - 4.9 * side) == []
        found = told(exits(strategy, trade, rate=100.0 - side, **worst))

        assert found == [(ExitType.STOP_LOSS, "riskguard_close_at")]
        # freqtrade fills a stop at its price.
        assert trade.stop_loss == pytest.approx(100.0 - 5.0 * side)
        (decision,) = journal(strategy, "exit")
        assert decision.rule == "close_at"

    @BOTH
    def test_a_stop_that_is_nearer_than_that_price_closes_in_its_own_name(self, data, short, side):
        strategy, trade = bot_with(data, CloseAt()), enter(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)
        trade_stop.tighten_trade_stop(trade, 100.0 - 2.0 * side, 100.0)
        worst = {"high" if short else "low": 100.0 - 5.5 * side}

        found = told(exits(strategy, trade, rate=100.0 - side, **worst))

        assert found == [(ExitType.STOP_LOSS, "stop_loss")]
        assert not journal(strategy, "exit")

    def test_an_exit_price_that_cannot_be_asked_for_leaves_the_rest(self, data, monkeypatch):
        strategy, trade = bot_with(data, At(), Leave()), enter()
        loop(strategy)
        adjust_stop(strategy, trade)
        monkeypatch.setattr(AccountManager, "exit_price", broken)

        found = told(exits(strategy, trade, rate=96.0))

        assert found == [CLOSE, (ExitType.STOP_LOSS, "stop_loss")]

    def test_disabled_freqtrade_alone_is_asked(self, data):
        strategy = guarded(data, Stubborn, enabled=False)
        trade = enter()
        loop(strategy)

        assert exits(strategy, trade) == []
        assert confirm_exit(strategy, trade, "riskguard_leave") is False
        assert exit_price(strategy, trade, "riskguard_leave") == 77.0


@pytest.mark.usefixtures("_backtest")
class TestVetoes:
    @pytest.fixture
    def reached(self, data):
        """A stubborn strategy and a trade whose stop the market has reached."""
        strategy, trade = bot_with(data, At(), cls=Stubborn), enter()
        loop(strategy)
        adjust_stop(strategy, trade)
        exits(strategy, trade, rate=99.0, low=96.0)
        return strategy, trade

    @pytest.fixture
    def quiet(self, data):
        """A stubborn strategy and a trade whose stop is far away."""
        strategy, trade = bot_with(data, At(), cls=Stubborn), enter()
        loop(strategy)
        adjust_stop(strategy, trade)
        exits(strategy, trade, rate=99.0, low=98.0)
        return strategy, trade

    @pytest.mark.parametrize("tag", ["riskguard_leave", "riskguard_daily_loss"])
    def test_the_guards_exits_are_neither_vetoed_nor_priced(self, quiet, tag):
        strategy, trade = quiet

        assert confirm_exit(strategy, trade, tag) is True
        assert exit_price(strategy, trade, tag) == 100.0

    @pytest.mark.parametrize("reason", ["stop_loss", "trailing_stop_loss", "roi"])
    def test_nor_is_any_exit_once_the_stop_is_reached(self, reached, reason):
        strategy, trade = reached

        assert confirm_exit(strategy, trade, reason) is True
        assert exit_price(strategy, trade, reason) == 100.0

    def test_nor_is_a_person_who_wants_out(self, quiet):
        strategy, trade = quiet

        assert confirm_exit(strategy, trade, "force_exit") is True
        assert exit_price(strategy, trade, "force_exit") == 100.0

    @pytest.mark.parametrize("reason", ["roi", "exit_signal", "partial_exit", ""])
    def test_everything_else_is_the_strategys(self, quiet, reason):
        strategy, trade = quiet

        assert confirm_exit(strategy, trade, reason) is False
        assert exit_price(strategy, trade, reason) == 77.0

    def test_a_stop_that_is_no_longer_reached_may_be_vetoed_again(self, reached):
        strategy, trade = reached
        exits(strategy, trade, rate=99.0, low=98.0)

        assert confirm_exit(strategy, trade, "exit_signal") is False

    def test_an_exit_without_a_tag_is_the_strategys(self, quiet):
        strategy, trade = quiet

        assert exit_price(strategy, trade, None) == 77.0

    def test_what_only_observes_is_vetoed_like_anything_else(self, data):
        strategy = bot_with(data, At(), cls=Stubborn, mode="observe")
        trade = enter()
        loop(strategy)
        adjust_stop(strategy, trade)
        exits(strategy, trade, rate=96.0)

        for reason in ("stop_loss", "force_exit"):
            assert confirm_exit(strategy, trade, reason) is False
            assert exit_price(strategy, trade, reason) == 77.0

    def test_a_veto_that_fails_is_none(self, data):
        class Failing(Reckless):
            confirm_trade_exit = custom_exit_price = broken

        strategy, trade = bot_with(data, At(), cls=Failing), enter()
        loop(strategy)

        # As freqtrade answers without the guard.
        assert confirm_exit(strategy, trade, "roi") is True
        assert exit_price(strategy, trade, "roi") == 100.0

    def test_the_strategy_is_asked_all_the_same(self, data):
        asked = []

        class Curious(Reckless):
            def confirm_trade_exit(self, pair, trade, exit_reason, **kwargs):
                asked.append((exit_reason, trade.id))
                return False

        strategy, trade = bot_with(data, At(), cls=Curious), enter()
        loop(strategy)

        assert confirm_exit(strategy, trade, "riskguard_leave") is True
        assert asked == [("riskguard_leave", 1)]


class Adding(Reckless):
    """Adds or takes out what it is told to, if it is asked."""

    answer: ClassVar[object] = 0.0
    asked: ClassVar[list[object]] = []

    def adjust_trade_position(self, trade, *args, **kwargs):
        self.asked.append(trade.id)
        return self.answer


def adjusting(given, *, own=True):
    """Return a class of its own, since it keeps what it is asked."""

    class Adjusting(Adding):
        position_adjustment_enable = own
        answer = given
        asked: ClassVar[list[object]] = []

    return Adjusting


@pytest.mark.usefixtures("_backtest")
class TestCuts:
    def cutting(self, data, *, own=True, answer=0.0, keep_ratio=0.75):
        """Return a bot, a trade that is to be cut, and what its strategy was asked about."""
        cls = adjusting(answer, own=own)
        strategy, trade = guarded(data, cls, **only()), enter()
        loop(strategy)
        strategy._riskguard.account_manager.reductions.order(trade, keep_ratio, "margin_ladder")
        strategy._riskguard_switch_adjustment()
        return strategy, trade, cls.asked

    def test_a_cut_is_what_freqtrade_gets(self, data):
        strategy, trade, _ = self.cutting(data)

        assert adjust_position(strategy, trade) == (
            pytest.approx(-250.0),
            "riskguard_margin_ladder_cut",
        )
        # A backtest fills it when the candle opens, whatever its type.
        assert strategy.order_types["exit"] == "limit"

    @pytest.mark.parametrize(
        "answer", [None, 0.0, 500.0, -100.0, (500.0, "mine"), (None, "mine"), broken]
    )
    def test_it_comes_before_what_the_strategy_wants(self, data, answer):
        if answer is broken:
            strategy, trade, _ = self.cutting(data)
            type(strategy).adjust_trade_position = broken
        else:
            strategy, trade, _ = self.cutting(data, answer=answer)

        assert adjust_position(strategy, trade) == (
            pytest.approx(-250.0),
            "riskguard_margin_ladder_cut",
        )

    @pytest.mark.parametrize("answer", [nan, "much", ()])
    def test_it_comes_before_what_is_no_answer(self, data, answer):
        strategy, trade, _ = self.cutting(data, answer=answer)

        assert adjust_position(strategy, trade) == (
            pytest.approx(-250.0),
            "riskguard_margin_ladder_cut",
        )

    # All of it, too.
    @pytest.mark.parametrize("asked", [-400.0, -990.0, -1_000.0])
    def test_a_larger_cut_of_the_strategys_own_goes_out_as_the_guards(self, data, asked):
        # With its tag, by which no callback of the strategy prices it.
        strategy, trade, _ = self.cutting(data, answer=(asked, "mine"))

        assert adjust_position(strategy, trade) == (asked, "riskguard_margin_ladder_own_cut")

    def test_a_close_under_way_is_not_replaced_by_a_cut_of_the_strategys_own(self, data):
        strategy, trade, _ = self.cutting(data, answer=(-400.0, "mine"), keep_ratio=0.0)

        assert adjust_position(strategy, trade)[0] is None
        assert told(exits(strategy, trade)) == [
            (ExitType.EMERGENCY_EXIT, "riskguard_margin_ladder")
        ]

    def test_what_the_strategy_takes_out_may_not_be_so_much_that_nothing_happens(self, data):
        # More than there is, or all but dust: freqtrade ignores it, every time.
        strategy, trade, _ = self.cutting(data, answer=-999.9)

        strategy.dp._exchange.minimum_quote = 20.0

        stake_quote, tag = adjust_position(strategy, trade)

        assert (stake_quote, tag) == (pytest.approx(-250.0), "riskguard_margin_ladder_cut")

    def test_nothing_is_added_while_a_cut_is_under_way(self, data):
        strategy, trade, _ = self.cutting(data, answer=500.0)
        adjust_position(strategy, trade)
        strategy._riskguard.account_manager.reductions.order(trade, 0.0, "margin_ladder")

        # Closed by should_exit, not here.
        assert adjust_position(strategy, trade)[0] in (None, 0.0)

    # 7,500 would be left, and freqtrade holds an exit to up to 1.5 times the minimum. It hands over
    # that of an entry: a running bot's is divided by the leverage, a backtest's is not.
    @pytest.mark.parametrize("given", [5_250.0, 525.0])
    @pytest.mark.parametrize(
        ("minimum_quote", "cut_quote"), [(5_001.0, None), (4_999.0, pytest.approx(-250.0))]
    )
    def test_a_cut_that_would_leave_too_little_becomes_a_close(
        self, data, given, minimum_quote, cut_quote
    ):
        strategy, trade, _ = self.cutting(data, answer=None)
        strategy.dp._exchange.minimum_quote = minimum_quote

        assert adjust_position(strategy, trade, minimum=given)[0] == cut_quote
        closes = [(ExitType.EMERGENCY_EXIT, "riskguard_margin_ladder")]
        assert told(exits(strategy, trade)) == (closes if cut_quote is None else [])

    def test_where_the_minimum_cannot_be_asked_for_the_one_of_an_entry_holds(
        self, data, monkeypatch, caplog
    ):
        strategy, trade, _ = self.cutting(data, answer=None)
        monkeypatch.setattr(type(strategy.dp._exchange), "get_min_pair_stake_amount", broken)

        assert adjust_position(strategy, trade, minimum=5.0)[0] == pytest.approx(-250.0)
        # At 10x, of 7,500.
        assert adjust_position(strategy, trade, minimum=751.0)[0] is None
        assert "asking for the exchange's minimum" in caplog.text

    def test_a_cut_that_cannot_be_decided_is_asked_for_again(self, data, monkeypatch, caplog):
        strategy, trade, _ = self.cutting(data, answer=None)
        with monkeypatch.context() as patched:
            patched.setattr(Reductions, "cut_stake", broken)
            assert adjust_position(strategy, trade) == (None, "")

        assert "deciding a cut; it is tried again in the next loop" in caplog.text
        assert adjust_position(strategy, trade) == (
            pytest.approx(-250.0),
            "riskguard_margin_ladder_cut",
        )

    @pytest.mark.parametrize("own", [True, False])
    def test_a_strategy_that_had_it_switched_off_is_not_awakened(self, data, own):
        strategy, trade, asked = self.cutting(data, own=own, answer=500.0)

        assert strategy.position_adjustment_enable
        assert adjust_position(strategy, trade)[0] == pytest.approx(-250.0)
        assert asked == ([1] if own else [])

    @pytest.mark.parametrize("own", [True, False])
    def test_another_trade_is_adjusted_only_where_the_strategy_had_it_on(self, data, own):
        strategy, _, asked = self.cutting(data, own=own, answer=-30.0)
        other = enter(trade_id=2)
        strategy._riskguard.account_manager.reductions.watch([other])

        assert adjust_position(strategy, other)[0] == (-30.0 if own else None)
        assert asked == ([2] if own else [])


@pytest.mark.usefixtures("_backtest")
class TestAdditions:
    def adding(self, data, asked, **settings):
        cls = adjusting(asked)
        strategy = guarded(data, cls, **settings)
        loop(strategy)
        return strategy

    def test_nothing_is_added_at_a_leverage_that_a_new_entry_may_not_have(self, data):
        strategy = self.adding(data, 500.0, **KELLY_OFF)

        assert adjust_position(strategy, open_trade(leverage=10.0, stake=100.0))[0] == 0.0

    def test_an_addition_fills_the_whole_positions_budget_and_no_more(self, data):
        settings = only("atr_stop", "fixed_risk")
        strategy, trade = self.adding(data, 9_000.0, **settings), enter(leverage=2.0, stake=100.0)
        stop = adjust_stop(strategy, trade)

        # Budget 1 % of 10,000; lost of each unit: the way to the stop, fees of 2 * 0.05 %, 0.5 %.
        lost_ratio = (100.0 - stop) / 100.0 + 0.006
        expected = 100.0 / lost_ratio / 2.0 - 100.0

        assert adjust_position(strategy, trade)[0] == pytest.approx(expected)
        strategy.answer = 10.0
        assert adjust_position(strategy, trade)[0] == 10.0

    @pytest.mark.parametrize(
        ("lost", "given"),
        # 424 held, 424 asked: x0.9 (5 to 8 % below the peak), x0.75 (to 12 %), x0.5 (to 18 %).
        [(0.03, 424.0), (0.06, 381.6), (0.10, 318.0), (0.15, 212.0)],
    )
    def test_a_drawdown_scales_what_is_added_once(self, data, lost, given):
        strategy = self.adding(data, 424.0, **only("drawdown_ladder", drawdown_ladder=UNCUT))
        trade = enter(leverage=2.0, stake=424.0)
        closed_trade(2, profit_ratio=-lost, date=NOON + MINUTE)
        later = loop(strategy, 5)

        assert adjust_position(strategy, trade, time=later)[0] == pytest.approx(given, abs=0.2)

    def test_a_drawdown_never_counts_against_what_is_held(self, data):
        # The cap holds for the whole, 2,000 of 10,000 less what was lost; the factor for the rest.
        settings = only("drawdown_ladder", "position_cap", drawdown_ladder=UNCUT)
        settings["position_cap"] = {"max_position": 0.2, "max_total": 0.9}
        strategy = self.adding(data, 5_000.0, **settings)
        trade = enter(leverage=2.0, stake=1_000.0)
        closed_trade(2, profit_ratio=-0.10, date=NOON + MINUTE)
        later = loop(strategy, 5)

        # 0.2 * 9,000 - 1,000 = 800, x0.75
        assert adjust_position(strategy, trade, time=later)[0] == pytest.approx(600.0, abs=0.2)

    def test_an_addition_that_is_asked_for_again_and_again_is_told_once(self, data):
        strategy = self.adding(data, 424.0, **only("drawdown_ladder", drawdown_ladder=UNCUT))
        trade = enter(leverage=2.0, stake=424.0)
        closed_trade(2, profit_ratio=-0.10, date=NOON + MINUTE)
        loop(strategy, 5)

        for candle in range(2_800):
            time = NOON + 5 * candle * MINUTE
            assert adjust_position(strategy, trade, time=time)[0] == pytest.approx(318.0, abs=0.2)
        (told,) = journal(strategy, "stake")
        # What is added, not the position.
        assert (told.asked, told.answered) == (424.0, pytest.approx(318.0, abs=0.2))

        # Once that is filled, the next addition is another decision.
        fill(trade, trade.entry_side, 6.36, 100.0, NOON)
        adjust_position(strategy, trade, time=NOON + 20_000 * MINUTE)
        assert len(journal(strategy, "stake")) == 2

    def test_a_refused_addition_is_told_once_by_each_rule(self, data):
        settings = only("position_cap", position_cap={"max_position": 0.05, "max_total": 0.9})
        strategy = self.adding(data, 424.0, **settings)
        trade = enter(leverage=2.0, stake=600.0)

        for candle in range(10):
            assert adjust_position(strategy, trade, time=NOON + 5 * candle * MINUTE)[0] == 0.0
        (told,) = journal(strategy)
        assert (told.question, told.asked, told.answered) == ("stake", 424.0, 0.0)

    def test_an_addition_that_waits_makes_room_for_the_next(self, data):
        settings = only("position_cap", position_cap={"max_position": 0.1, "max_total": 0.9})
        strategy = self.adding(data, 400.0, **settings)
        trade = enter(leverage=2.0, stake=500.0)
        wait(trade, 8.0, 95.0)  # 380 of margin, which freqtrade cancels before it adds again

        assert adjust_position(strategy, trade)[0] == 400.0
        # Of another 160 half is filled: 500 + 76 + 400 are within 1,000, 500 more are not.
        trade.orders[-1].filled, trade.orders[-1].remaining = 1.6, 6.4
        strategy.answer = 500.0
        assert adjust_position(strategy, trade)[0] == pytest.approx(424.0)

    @pytest.mark.parametrize(
        ("asked", "minimum", "given"),
        [
            (9_000.0, 500.0, 500.0),
            (9_000.0, 500.01, 0.0),
            (3.0, 5.0, 3.0),
            (400.0, 500.0, 400.0),
            (400.0, 500.01, 0.0),
        ],
    )
    def test_below_the_exchanges_minimum_there_is_no_addition(self, data, asked, minimum, given):
        # 15 % of 10,000 less the 1,000 that are in it; freqtrade would raise it to the minimum.
        # What the strategy itself asks for below the minimum freqtrade raises where that fits.
        cap = {"mode": "enforce", "max_position": 0.15}
        strategy = self.adding(data, asked, **only("position_cap", position_cap=cap))
        trade = enter(leverage=2.0)

        assert adjust_position(strategy, trade, minimum=minimum)[0] == pytest.approx(given)

    def test_the_gate_is_asked_about_the_addition_that_freqtrade_raises(self, data):
        cls = adjusting(400.0)
        cls.riskguard_rules = [AtMost(1_450.0)]
        strategy, trade = guarded(data, cls, **only()), enter(leverage=2.0)
        loop(strategy)

        # To the 1,000 that are in it.
        assert adjust_position(strategy, trade, minimum=450.0)[0] == 400.0
        assert adjust_position(strategy, trade, minimum=450.01)[0] == 0.0

    @pytest.mark.parametrize(
        ("short", "opened", "stop"), [(False, 101.0, 98.0), (True, 99.0, 102.0)]
    )
    def test_an_addition_that_moves_the_average_price_fits_the_budget_at_that_price(
        self, data, short, opened, stop
    ):
        strategy = self.adding(data, 9_000.0, **only("atr_stop", "fixed_risk"))
        trade = enter(rate=opened, leverage=2.0, stake=400.0, short=short)
        later = loop(strategy, 5)
        trade_stop.tighten_trade_stop(trade, stop, rate=100.0)

        added = adjust_position(strategy, trade, time=later)[0]

        # The less is added at 100, the further from the stop is the average price. To the stop,
        # 0.05 % fees, 0.5 %: 1 % of 10,000 less the 1 that each unit has lost, to a thousandth.
        # A short's fee and slippage are those of its fill, above the stop.
        notional, amount = 800.0 + 2.0 * added, trade.amount + 2.0 * added / 100.0
        fill = amount * stop * 1.005
        costs = 0.0005 * (notional + fill) + fill - amount * stop if short else 0.006 * notional
        loss = abs(notional - amount * stop) + costs
        assert loss == pytest.approx(0.01 * (10_000.0 - trade.amount), rel=1e-3)

    @pytest.mark.parametrize("short", [False, True])
    @pytest.mark.parametrize("answer", [0.01, -0.01, float("nan"), "dear", None])
    def test_an_addition_is_planned_at_the_price_of_the_strategy_where_that_is_worse(
        self, data, short, answer
    ):
        strategy, side = self.adding(data, 9_000.0, **only("atr_stop", "fixed_risk")), 1 - 2 * short
        trade = enter(leverage=2.0, stake=400.0, short=short)
        later = loop(strategy, 5)
        trade_stop.tighten_trade_stop(trade, 100.0 - 2.0 * side, rate=100.0)
        is_price = isinstance(answer, float)
        strategy.custom_entry_price = lambda proposed_rate, **_: (
            proposed_rate * (1 + side * answer) if is_price else answer
        )

        added = adjust_position(strategy, trade, time=later)[0]

        # Bought a per cent above (sold a per cent below) the price, or else at the price.
        price = 100.0 + side if answer == 0.01 else 100.0
        notional, amount = 800.0 + 2.0 * added, trade.amount + 2.0 * added / price
        stop = 100.0 - 2.0 * side
        fill = amount * stop * 1.005
        costs = 0.0005 * (notional + fill) + fill - amount * stop if short else 0.006 * notional
        loss = abs(notional - amount * stop) + costs
        # The average is nearer to the stop the less is added: three steps end below the budget.
        assert (90.0 if answer == 0.01 else 99.9) <= loss <= 100.1

    def test_a_position_that_may_not_be_at_all_is_not_added_to(self, data, caplog):
        # No stake is left of today's limit: the position as it would be has no rate either.
        strategy = self.adding(data, 500.0, **only("heat", "fixed_risk"))
        trade = enter(rate=110.0, leverage=10.0)  # 900 of 10,000 lost
        later = loop(strategy, 5)

        assert adjust_position(strategy, trade, time=later)[0] == 0.0
        assert "ERROR" not in {record.levelname for record in caplog.records}

    def test_observing_adds_what_was_asked_for(self, data):
        strategy = self.adding(data, 9_000.0, mode="observe")

        assert adjust_position(strategy, enter())[0] == 9_000.0

    @pytest.mark.parametrize("answer", [0.0, None, -10.0])
    def test_what_is_no_addition_passes(self, data, answer):
        strategy = self.adding(data, answer)

        assert adjust_position(strategy, enter())[0] == answer

    def test_an_addition_that_is_no_number_is_none(self, data):
        strategy = self.adding(data, nan)

        given = adjust_position(strategy, enter())[0]

        assert given is None or not given > 0

    def test_an_addition_that_cannot_be_decided_is_none(self, data, monkeypatch):
        strategy = self.adding(data, 10.0, **only())
        trade = enter(leverage=2.0)
        assert adjust_position(strategy, trade)[0] == 10.0
        monkeypatch.setattr(AccountManager, "current", broken)

        assert adjust_position(strategy, trade)[0] == 0.0

    def test_nothing_is_added_to_what_is_to_be_cut_or_locked(self, data):
        strategy = self.adding(data, 10.0, **only())
        trade = enter(leverage=2.0)
        PairLocks.lock_pair(trade.pair, NOON + 60 * MINUTE, "by hand", now=NOON)
        assert adjust_position(strategy, trade)[0] == 0.0

        PairLocks.unlock_pair(trade.pair, NOON)
        assert adjust_position(strategy, trade)[0] == 10.0


@pytest.mark.usefixtures("_backtest")
class TestStops:
    @pytest.mark.parametrize("short", [False, True])
    def test_a_stop_that_cannot_be_computed_stays(self, data, monkeypatch, caplog, short):
        strategy, trade = guarded(data), open_trade(short=short)
        nearer = 102.0 if short else 98.0
        trade_stop.tighten_trade_stop(trade, nearer, 100.0)
        monkeypatch.setattr(ContractSpecs, "tiers", broken)

        assert adjust_stop(strategy, trade) == nearer
        assert "setting the stop; it stays where it is" in caplog.text

    @pytest.mark.parametrize("short", [False, True])
    def test_where_there_was_none_half_of_the_margin_is_the_stop(self, data, monkeypatch, short):
        strategy, trade = guarded(data), open_trade(short=short)
        monkeypatch.setattr(ContractSpecs, "tiers", broken)

        # 10x: all of the margin is lost 10 % from the entry at 100.
        assert adjust_stop(strategy, trade) == (105.0 if short else 95.0)

    @BOTH
    @pytest.mark.parametrize("answer", ["5%", [0.05], object()])
    def test_a_strategys_stop_that_is_no_number_does_not_lose_the_guards(
        self, data, answer, short, side, caplog
    ):
        class Careless(Reckless):
            use_custom_stoploss = True

            def custom_stoploss(self, *args, **kwargs):
                return answer

        strategy, trade = bot_with(data, At(), cls=Careless), enter(short=short)
        loop(strategy)

        assert adjust_stop(strategy, trade) == 100.0 - 3.0 * side
        assert "asking the strategy for its stop; RiskGuard's stop remains" in caplog.text


class TestOnARunningBot:
    def test_a_custom_stoploss_that_was_switched_off_is_not_awakened(self, data, database):
        asked = []

        class Sleeping(Reckless):
            use_custom_stoploss = False

            def custom_stoploss(self, *args, **kwargs):
                asked.append(kwargs)
                return -0.01

        strategy = guarded(data, Sleeping, runmode=RunMode.DRY_RUN, **only("atr_stop"))

        # freqtrade moves a stop on the exchange only where this is on.
        assert strategy.use_custom_stoploss is True
        adjust_stop(strategy, booked_trade())
        assert asked == []
        assert strategy.use_custom_stoploss is True

    def test_one_that_was_switched_on_is_asked(self, data, database):
        class Awake(Reckless):
            use_custom_stoploss = True

            def custom_stoploss(self, *args, **kwargs):
                return -0.01

        strategy = guarded(data, Awake, runmode=RunMode.DRY_RUN, **only("atr_stop"))

        # 1 % of the margin at 10x, from the rate.
        assert adjust_stop(strategy, booked_trade()) == pytest.approx(99.9)

    def test_a_stop_on_the_exchange_is_the_exchanges_business(self, data, database):
        strategy = bot_with(data, At(), runmode=RunMode.LIVE)
        trade = booked_trade()
        loop(strategy)
        adjust_stop(strategy, trade)
        wait(trade, trade.amount, trade.stop_loss, side="stoploss")

        assert exits(strategy, trade, rate=96.0) == []
        strategy.order_types = {**strategy.order_types, "stoploss_on_exchange": False}
        assert told(exits(strategy, trade, rate=96.0)) == [(ExitType.STOP_LOSS, "stop_loss")]

    @BOTH
    def test_a_stop_that_does_not_stand_is_the_bots_business(self, data, database, short, side):
        strategy = bot_with(data, At(), runmode=RunMode.LIVE)
        trade = booked_trade(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)

        # freqtrade has just tried to place it.
        assert exits(strategy, trade, rate=100.0 - 2.9 * side) == []
        (alarm,) = [made for made in journal(strategy, "alert") if "NO stop" in made.why]
        assert trade.pair in alarm.why
        for _ in range(2):
            assert told(exits(strategy, trade, rate=100.0 - 3.1 * side)) == [
                (ExitType.EMERGENCY_EXIT, "riskguard_missing_stop")
            ]
        # Told once, and recorded once.
        assert len([made for made in journal(strategy, "alert") if "NO stop" in made.why]) == 1
        assert [made.rule for made in journal(strategy, "exit")] == ["missing_stop"]

    @BOTH
    @pytest.mark.parametrize("part", ["lacks_stop", "note_asked", "note_stop_exit"])
    def test_a_stop_that_nobody_can_tell_of_counts_as_missing(
        self, data, database, part, short, side
    ):
        strategy = bot_with(data, At(), runmode=RunMode.LIVE)
        trade = booked_trade(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)
        setattr(strategy._riskguard.live, part, broken)

        assert exits(strategy, trade, rate=100.0 - 2.9 * side) == []
        assert told(exits(strategy, trade, rate=100.0 - 3.1 * side)) == [
            (ExitType.EMERGENCY_EXIT, "riskguard_missing_stop")
        ]

    @BOTH
    def test_the_price_at_which_a_running_bot_closes_is_a_market_order(
        self, data, database, short, side
    ):
        own = type("WithRules", (Reckless,), {"riskguard_rules": [CloseAt()]})
        strategy = guarded(data, own, runmode=RunMode.DRY_RUN, **only())
        trade = booked_trade(short=short)
        loop(strategy)

        assert exits(strategy, trade, rate=100.0 - 4.9 * side) == []
        # Asked for until it is done, told once.
        for _ in range(3):
            assert told(exits(strategy, trade, rate=100.0 - 5.1 * side)) == [
                (ExitType.EMERGENCY_EXIT, "riskguard_close_at")
            ]
        assert len(journal(strategy, "exit")) == 1

    def test_a_cut_of_a_running_bot(self, data, database):
        strategy = guarded(data, runmode=RunMode.DRY_RUN, **only("margin_ladder"))
        trade = booked_trade()
        loop(strategy)
        # 1,000 of margin, 700 lost: (300 - 37.2) / (1000 - 37.2) = 27 % left: cut a quarter.
        strategy.dp._exchange.rates[trade.pair] = 93.0
        later = loop(strategy, 5)

        assert strategy.position_adjustment_enable
        assert adjust_position(strategy, trade, rate=93.0, time=later) == (
            pytest.approx(-250.0),
            "riskguard_margin_ladder_cut",
        )
        fill(trade, trade.exit_side, 25.0, 93.0, NOON.replace(tzinfo=None))
        loop(strategy, 10)
        assert not strategy.position_adjustment_enable

    def cutting(self, data, cls=Reckless):
        strategy, trade = guarded(data, cls, runmode=RunMode.DRY_RUN, **only()), booked_trade()
        loop(strategy)
        strategy._riskguard.account_manager.reductions.order(trade, 0.75, "margin_ladder")
        strategy._riskguard_switch_adjustment()
        return strategy, trade

    def test_a_cut_of_a_running_bot_is_a_market_order(self, data, database):
        strategy, trade = self.cutting(data)
        loop(strategy, 1)
        assert strategy.order_types["exit"] == "limit"

        adjust_position(strategy, trade)

        assert strategy.order_types["exit"] == "market"
        assert strategy.order_types["entry"] == "limit"
        # A strategy that copies them, or writes them down, has its own.
        assert {**strategy.order_types}["exit"] == strategy.order_types.get("exit") == "limit"

    def test_a_larger_cut_of_the_strategys_own_is_a_market_order_too(self, data, database):
        strategy, trade = self.cutting(data, adjusting(-900.0))

        assert adjust_position(strategy, trade) == (-900.0, "riskguard_margin_ladder_own_cut")
        assert strategy.order_types["exit"] == "market"

    def test_a_cut_of_the_strategys_own_alone_is_what_the_strategy_says(self, data, database):
        strategy = guarded(data, adjusting(-900.0), runmode=RunMode.DRY_RUN, **only())
        trade = booked_trade()
        loop(strategy)

        assert adjust_position(strategy, trade)[0] == -900.0
        assert strategy.order_types["exit"] == "limit"

    def test_an_exit_that_a_person_forces_meanwhile_is_what_the_strategy_says(self, data, database):
        strategy, trade = self.cutting(data)
        adjust_position(strategy, trade)

        with ThreadPoolExecutor(1) as another:
            asked = another.submit(lambda: strategy.order_types["exit"])

        assert asked.result() == "limit"

    @pytest.mark.parametrize("question", ["loop", "exit", "adjustment"])
    def test_after_the_cut_exits_are_the_strategys_again(self, data, database, question):
        strategy, trade = self.cutting(data)
        adjust_position(strategy, trade)
        fill(trade, trade.exit_side, 25.0, 100.0, NOON.replace(tzinfo=None))
        if question == "loop":
            loop(strategy, 1)
        elif question == "exit":
            exits(strategy, trade)
        else:
            adjust_position(strategy, trade)

        assert strategy.order_types["exit"] == "limit"

    def test_order_types_that_a_strategy_sets_meanwhile_are_its_own(self, data, database):
        strategy, trade = self.cutting(data)
        adjust_position(strategy, trade)
        strategy.order_types = {**strategy.order_types, "stoploss": "limit"}

        adjust_position(strategy, trade)

        assert strategy.order_types["exit"] == "market"
        assert strategy.order_types["stoploss"] == "limit"
