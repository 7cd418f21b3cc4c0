"""An entry on its way from leverage over stake to consent, and what a running bot says of it."""

import logging
from datetime import timedelta
from math import isnan
from typing import Any

import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import PairLocks

from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from tests.adapters.bots import (
    MINUTE,
    Reckless,
    confirm,
    guarded,
    leverage,
    loop,
    only,
    stake,
)
from tests.adapters.trades import open_trade
from tests.factories import NOON, PAIR, account, entry, market

pytestmark = pytest.mark.usefixtures("_backtest")
SECOND = timedelta(seconds=1)


def entries_with(*rules, **settings):
    """Return entries under a hard cap of 5x and whatever else is configured."""
    config = load_config({"profile": "moderate", **only(*rules, **settings)})
    journal = Journal()
    return EntryTracker(config, Guard(RuleRunner(config, journal)), journal)


def said(entries):
    return [(decision.rule, decision.answered) for decision in entries._journal]


class TestLeverage:
    def test_what_was_decided_is_remembered(self):
        entries = entries_with()

        assert entries.leverage(entry(leverage=10.0)) == 5.0
        assert entries.decided_leverage(PAIR, 1) == 5.0

    def test_of_an_entry_that_was_never_sized_nothing_is_known(self):
        entries = entries_with()
        entries.leverage(entry(side=-1))

        with pytest.raises(KeyError):
            entries.decided_leverage(PAIR, 1)


class TestWhatIsOutOfReach:
    # 15 % below the peak: stakes x0.5. At the strategy's own stop a trade at 1x loses 99 %.
    FALLEN = account(equity_quote=8_500.0, wallet_quote=8_500.0, peak_equity_quote=10_000.0)
    ETH = "ETH/USDT:USDT"

    def ask(self, entries, pair, minimum, now=FALLEN):
        asked = entry(market=market(pair=pair), leverage=1.0, stake_quote=200.0, account=now)
        entries.leverage(asked)
        return entries.stake(asked, minimum)

    def reason(self, entries, *, is_flat=True):
        return entries.out_of_reach(lambda: [PAIR, self.ETH], is_flat=is_flat)

    def test_every_pair_must_be(self):
        entries = entries_with("drawdown_ladder")
        assert self.ask(entries, PAIR, 150.0) == 0.0
        assert self.reason(entries) == ""
        assert self.ask(entries, self.ETH, 150.0) == 0.0
        # 150 * (99 % + 0.5 %) = 149.25 of the 85 that 1 % are.
        assert self.reason(entries) == (
            "the exchange's minimum of 150 would risk 149, above 85.00 (1.00 % of the account)"
        )

    def test_what_can_be_entered_is_not(self):
        entries = entries_with("drawdown_ladder")
        self.ask(entries, PAIR, 150.0)
        self.ask(entries, self.ETH, 150.0)
        assert self.ask(entries, PAIR, 50.0) == 100.0
        assert self.reason(entries) == ""

    def test_while_something_is_open_the_account_may_recover(self):
        entries = entries_with("drawdown_ladder")
        self.ask(entries, PAIR, 150.0)
        self.ask(entries, self.ETH, 150.0)
        assert self.reason(entries, is_flat=False) == ""
        assert self.reason(entries) == ""  # all are asked anew once nothing is open

    def test_without_a_drawdown_or_a_ladder_that_enforces_nothing_is(self):
        for entries, now in (
            (entries_with("drawdown_ladder"), account()),
            (entries_with("drawdown_ladder", drawdown_ladder={"mode": "observe"}), self.FALLEN),
        ):
            for pair in (PAIR, self.ETH):
                self.ask(entries, pair, 250.0, now)
            assert self.reason(entries) == ""

    @pytest.mark.parametrize("cut_by", ["event", "cap"])
    def test_what_something_else_cuts_is_not(self, cut_by):
        # The ladder leaves 100 of 200, and the minimum is 90: the event leaves half of that for
        # as long as it lasts, and the cap (1 % of 8,500) leaves 85 before the ladder.
        start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in (NOON, NOON + MINUTE))
        window = {"name": "CPI", "start": start, "end": end, "factor": 0.5}
        settings: dict[str, Any] = {"event_windows": {"mode": "enforce", "windows": [window]}}
        if cut_by == "cap":
            settings = {"position_cap": {"mode": "enforce", "max_position": 0.01}}
        entries = entries_with("drawdown_ladder", **settings)
        for pair in (PAIR, self.ETH):
            # Out of reach by the ladder alone, and then no more.
            assert self.ask(entries, pair, 150.0) == 0.0
        assert self.reason(entries)
        for pair in (PAIR, self.ETH):
            assert self.ask(entries, pair, 90.0) == 0.0
        assert said(entries)[-1] == ("minimum_stake", 0.0)
        assert self.reason(entries) == ""


class TestStake:
    def test_a_leverage_that_was_decided_is_not_decided_again(self):
        entries = entries_with()
        entries.leverage(entry(leverage=10.0))

        assert entries.stake(entry(leverage=5.0, stake_quote=400.0), 5.0) == 400.0
        assert said(entries) == [("hard_cap", 5.0)]

    @pytest.mark.parametrize(("forced", "expected"), [(6.0, 0.0), (5.04, 400.0), (4.0, 400.0)])
    def test_a_leverage_that_was_not_decided_is_checked(self, forced, expected):
        entries = entries_with()

        assert entries.stake(entry(leverage=forced, stake_quote=400.0), 5.0) == expected
        assert (("leverage", 0.0) in said(entries)) is (expected == 0.0)
        assert entries.decided_leverage(PAIR, 1) == (5.0 if expected == 0.0 else forced)

    def test_a_higher_one_than_was_decided_is_checked(self):
        entries = entries_with()
        entries.leverage(entry(leverage=2.0))

        assert entries.stake(entry(leverage=20.0, stake_quote=400.0), 5.0) == 0.0

    def test_a_decision_of_long_ago_counts_no_more(self):
        entries = entries_with()
        entries.leverage(entry(leverage=20.0))
        later = entry(leverage=3.0, time=NOON + MINUTE + SECOND)

        assert entries.stake(later, 5.0) > 0
        # It has been asked anew, at 3x.
        assert entries.decided_leverage(PAIR, 1) == 3.0

    @pytest.mark.parametrize(
        ("minimum", "expected"), [(0.0, 1_500.0), (1_500.0, 1_500.0), (1_500.01, 0.0)]
    )
    def test_below_the_minimum_there_is_no_trade(self, minimum, expected):
        entries = entries_with(position_cap={"mode": "enforce", "max_position": 0.15})

        # 15 % of 10,000; freqtrade would raise it to the minimum.
        assert entries.stake(entry(leverage=2.0, stake_quote=4_000.0), minimum) == expected
        assert (("minimum_stake", 0.0) in said(entries)) is (expected == 0.0)

    @pytest.mark.parametrize(
        ("asked", "minimum", "expected"),
        [(1_400.0, 1_500.0, 1_400.0), (1_400.0, 1_500.01, 0.0), (1_600.0, 1_500.01, 0.0)],
    )
    def test_freqtrade_raises_what_is_asked_for_to_the_minimum_only_within_the_caps(
        self, asked, minimum, expected
    ):
        # 15 % of 10,000; a stake of up to 30 % below the minimum becomes the minimum.
        entries = entries_with(position_cap={"mode": "enforce", "max_position": 0.15})

        assert entries.stake(entry(leverage=2.0, stake_quote=asked), minimum) == expected
        if not expected:
            (skip,) = [d for d in entries._journal if d.rule == "minimum_stake"]
            assert skip.answered == 0.0
            assert "15 %" in skip.why

    @pytest.mark.parametrize("factor", [1.0, 0.99])
    def test_and_only_where_no_factor_shrinks_it(self, factor):
        start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in (NOON, NOON + MINUTE))
        window = {"name": "CPI", "start": start, "end": end, "factor": factor}
        entries = entries_with(event_windows={"mode": "enforce", "windows": [window]})

        expected = 3.0 if factor == 1.0 else 0.0
        assert entries.stake(entry(leverage=2.0, stake_quote=3.0), 3.5) == expected


class TestPlannedAtr:
    def test_a_new_trade_has_the_atr_that_its_entry_was_decided_with(self):
        entries, trade = entries_with(), open_trade()
        decided = trade.open_date_utc - 20 * SECOND
        entries.leverage(entry(time=decided, market=market(atr=1.25)))

        assert entries.entry_atr(trade) == 1.25

    @pytest.mark.parametrize("seconds", [-61, 61])
    def test_one_of_another_time_has_not(self, seconds):
        entries, trade = entries_with(), open_trade()
        entries.leverage(entry(time=trade.open_date_utc + seconds * SECOND))

        assert isnan(entries.entry_atr(trade))

    def test_one_of_the_other_side_has_not(self):
        entries, trade = entries_with(), open_trade()
        entries.leverage(entry(time=trade.open_date_utc, side=-1))

        assert isnan(entries.entry_atr(trade))


class TestConsent:
    def test_a_lock_is_a_no(self):
        entries = entries_with()
        entries.leverage(entry())
        PairLocks.lock_pair(PAIR, NOON + MINUTE, "by hand", now=NOON, side="long")

        assert entries.allows(entry()) is False
        assert entries.allows(entry(side=-1)) is True
        assert said(entries)[-1] == ("lock", 0.0)

    def test_a_rules_no_is_a_no(self):
        entries = entries_with(side_limit={"mode": "enforce", "max_longs": 0})
        entries.leverage(entry())

        assert entries.allows(entry()) is False
        assert entries.allows(entry(side=-1)) is True


class TestWhatIsSaid:
    """On a running bot: one line of an entry; why there is none once an hour."""

    @pytest.fixture
    def told(self, caplog):
        def lines():
            return [m for m in caplog.messages if m.startswith(f"RiskGuard: {PAIR}")]

        caplog.set_level(logging.INFO)
        return lines

    @pytest.fixture
    def url(self, database):
        return database

    def bot(self, data, **settings):
        strategy = guarded(data, Reckless, runmode=RunMode.DRY_RUN, **settings)
        loop(strategy)
        return strategy

    def test_an_entry_is_told_with_what_bound_it(self, data, url, told):
        strategy = self.bot(data, **only("atr_stop", "fixed_risk"))

        given = leverage(strategy)
        size = stake(strategy, given)
        assert confirm(strategy, size * given / 100)

        (line,) = told()
        assert "long: asked 10x, got 5x" in line
        assert f"stake {size:.0f} of 10000" in line
        assert "Planned loss" in line
        assert "before gaps" in line

    def test_a_refusal_is_told_once_an_hour(self, data, url, told):
        strategy = self.bot(data, **only("side_limit", side_limit={"max_longs": 0}))
        for minutes in (0, 5, 30, 59, 60, 70):
            time = loop(strategy, minutes)
            given = leverage(strategy, time=time)
            stake(strategy, given, time=time)
            assert not confirm(strategy, 1.0, time=time)

        assert len([line for line in told() if "long: no trade (side_limit" in line]) == 2

    def test_a_backtest_says_nothing_of_single_entries(self, data, told):
        strategy = guarded(data, **only("side_limit", side_limit={"max_longs": 0}))
        loop(strategy)
        given = leverage(strategy)
        stake(strategy, given)

        assert not confirm(strategy, 1.0)
        assert told() == []
