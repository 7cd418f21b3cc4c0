"""Any part of the guard may break at any time: it only becomes more careful, and says so once.

Each answer of each rule, and each function that the guard calls while a bot runs, raises from noon
on, one at a time: with two positions open, more entries to come, and a crash in the afternoon. The
rules once more from the beginning. All are compared with the same strategy under a healthy guard.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskguard.replay.scenarios.coins import DEFAULT_PAIRS
from tests.support.freqtrade import Outcome, backtest_one_by_one, strategy_files
from tests.support.parts import adapter_parts, engine_parts, rule_parts
from tests.support.scripted import BTC, ETH, FEE, Enter, Play, Script, jan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]

SOL = "SOL/USDT:USDT"
HEALTHY = "Healthy"
MORNING, NOON = jan("22 05:00"), jan("22 12:00")
# From 05:00 to a quarter past the last entry.
TIMERANGE = "1705899600-1705958700"

PLAY = Play(
    Script(
        entries=(
            Enter(BTC, jan("22 08:00"), 5),
            Enter(ETH, jan("22 09:00"), 5),
            # Denied: within the first window below.
            Enter(SOL, jan("22 12:20"), 5),
            Enter(SOL, jan("22 13:00"), 5),
            Enter(BTC, jan("22 18:00"), 5),
            # Too little is left: within the second window.
            Enter(BTC, jan("22 21:00"), 5),
            # Into a fall through the weekly limit.
            Enter(ETH, jan("22 21:10"), 5),
        ),
        exits=((BTC, jan("22 18:30")),),
        additions=((BTC, jan("22 12:30"), 300.0),),
        conviction=0.9,
        target_ratio=1.5,
    ),
    {
        "profile": "moderate",
        "kelly": {"unproven_leverage": 3},
        "target_leverage": {"target": 4},
        # Far away: the limits below come first.
        "atr_stop": {"multiple": 10},
        "percent_stop": {"max_loss": 0.1},
        "side_limit": {"max_longs": 3},
        "portfolio_volatility": {"max_annual": 2.0},
        "funding_gate": {"require_data": True},
        "funding_exit": {"warn_days": 300},
        "weekly_loss": {"limit": 0.0158, "close_all": True},
        # In the crash a cut, then a halt of an hour.
        "drawdown_ladder": {
            "resume_after_hours": 1,
            "steps": [{"at": 0.01, "keep": 0.5}, {"at": 0.016, "keep": 0.0}],
        },
        "event_windows": {
            "windows": [
                {"name": "rates", "start": jan("22 12:15"), "end": jan("22 12:25")},
                {
                    "name": "expiry",
                    "start": jan("22 20:55"),
                    "end": jan("22 21:05"),
                    "factor": 0.01,
                },
            ]
        },
    },
)

# What is not called in the afternoon, and why. Whole modules, classes or single functions.
NOT_CALLED = {
    "before a bot runs": (
        "adapters.callbacks.wrapping",
        "adapters.bot.journal_file",
        "adapters.startup.custom_rules",
        "adapters.startup.hyperopt_parameters",
        "adapters.startup.protection_resolver",
        "adapters.startup.protection_definitions",
        "adapters.startup.evidence",
        "adapters.startup.exchange_safety",
        "adapters.startup.margin_top_up",
        "adapters.startup.open_profit",
        "adapters.startup.whitelist_liquidations",
        "adapters.startup.checks",
        "adapters.startup.closed_trades_view:checked_settings",
        "adapters.startup.closed_trades_view:tell_closed_only",
        "adapters.market.candles:Candles.restart",
        "adapters.startup.database",
        "adapters.account.kept_equity:KeptEquity.recalled",
        "adapters.market.funding_rates:FundingRates.restart",
        "adapters.market.contracts:ContractSpecs.restart",
        "adapters.market.correlations:CorrelationEstimator.restart",
        "adapters.market.snapshots:SnapshotBuilder.restart",
        "adapters.market.order_book:Spreads.restart",
        "adapters.market.candle_series:read_series",
        "adapters.bot.session:Session.start",
        "adapters.bot.session:Session.reset",
        "adapters.bot.session:Session.apply_parameters",
        "engine.account_monitor:AccountMonitor.limits_price",
        "engine.journal:Journal.start_run",
        "engine.journal:Journal.clear",
    ),
    "after a backtest": (
        "adapters.backtests.summary_hook",
        "engine.lock_origins",
        "adapters.persistence.pair_locks:PairLockWriter.note_last",
        "adapters.bot.action_enforcer:ActionEnforcer.note_last_locks",
        "adapters.backtests.files",
        "engine.journal:Journal.close",
        "engine.decision_stats:RuleStats.locked_by",
        "engine.decision_stats:RuleStats.mean_answered",
        "engine.decision_stats:RuleStats.mean_asked",
        "engine.decision_stats:RuleStats.taken",
        "engine.decision_stats:RuleStats.trimmed",
        "engine.decision_stats:Halt.duration_until",
        "engine.decision_stats:LockedDuration.until",
        "engine.decision_stats:DecisionStats.clear",
    ),
    "by commands of their own": (
        "adapters.backtests.performance_ratios",
        "adapters.backtests.record_bounds",
        "adapters.backtests.candles",
        "adapters.backtests.guard_detection",
        "adapters.backtests.identity",
        "adapters.backtests.journal",
        "adapters.backtests.parser",
        "adapters.backtests.tiers",
        "adapters.market.tier_files",
    ),
    "by charts": (
        "adapters.market.funding_rates:FundingRates.rates_8h",
        "adapters.market.funding_rates:Settlements.rates_8h",
        "adapters.persistence.pair_locks:locks_between",
        "adapters.charts.plots",
        "adapters.market.candle_series:CandleSeries.at_seconds",
    ),
    "by a running bot": (
        "adapters.account.guard_orders",
        "adapters.account.waiting_orders:sold_profit_quote",
        "adapters.bot.daily_summary",
        "adapters.bot.entry_tracker:EntryTracker.entry_atr",
        "adapters.callbacks.candles",
        "adapters.persistence.state_store:DatabaseStore",
        # A backtest's memory writes no text that nobody reads.
        "adapters.account.kept_equity:KeptEquity.text",
        "adapters.persistence.transactions:WriteQueue",
        "engine.account_monitor:AccountMonitor.order_status",
        "adapters.bot.notifications",
        "adapters.bot.session:Session.resume",
        "adapters.live.monitor:LiveMonitor.add_margin",
        "adapters.live.monitor:LiveMonitor.note_valued",
        "adapters.market.order_book:Spreads.ratio",
        "adapters.live.monitor:LiveMonitor.begin_loop",
        "adapters.live.monitor:LiveMonitor.unattended",
        "adapters.bot.log_messages",
        "adapters.callbacks.cut_order_types",
    ),
    "by a bot that trades for money": (
        "adapters.live.transfers",
        "adapters.live.beside_trades",
        "adapters.live.ended_positions",
        "adapters.live.missed_closes",
        "adapters.account.settlement_messages",
        "adapters.account.wallet:read_at",
        "adapters.account.wallet:counted_base",
        "adapters.live.adl_watch",
        "adapters.live.margin_top_up",
        "adapters.live.other_collateral",
        "adapters.market.contracts:client_of",
        "adapters.live.exchange_view",
        "adapters.live.booked_trades",
        "adapters.live.order_outcomes",
        "adapters.live.reconciler",
        "adapters.live.leftovers",
        "adapters.live.mismatch_messages",
        "adapters.live.stop_watch",
        "adapters.live.closed_on_exchange",
        "adapters.live.bot_access:bot_of",
        "adapters.live.bot_access:nothing_else_trades",
        "adapters.live.bot_access:close_at_market",
        "adapters.live.bot_access:book_what_was_missed",
        "adapters.live.monitor:LiveMonitor.note_asked",
        "adapters.live.monitor:LiveMonitor.lacks_stop",
        "adapters.live.monitor:LiveMonitor.is_beyond_missing_stop",
        "adapters.live.monitor:LiveMonitor.note_stop_exit",
        "adapters.live.monitor:LiveMonitor.close",
        "adapters.live.monitor:LiveMonitor.cancel_rest",
        "adapters.bot.own_closes",
        "adapters.bot.account_manager:AccountManager.is_closing",
        "adapters.bot.account_manager:AccountManager.mark",
        "adapters.persistence.state_store:InMemoryStore.is_written",
        "adapters.account.wallet:refresh_wallets",
        "adapters.account.waiting_orders:sold_amount",
        "engine.margin_top_up",
        "engine.repeated_alarm",
        "engine.reconciliation:booked_amounts",
        "engine.reconciliation:compare",
        "engine.reconciliation:unwanted_stops",
        "engine.reconciliation:Mismatch",
        "engine.reconciliation:ConfirmedMismatches",
        "engine.reconciliation:Reconciled.orphans",
    ),
    "by strategies without the mixin": (
        "adapters.callbacks.parts",
        "adapters.bot.session:Session.mark",
        "adapters.bot.session:Session.expect_run",
    ),
    "by whoever asks for the stop in force": ("adapters.bot.trade_stop:answered_ratio",),
    "by a look at a running bot": ("adapters.persistence.pair_locks:guards_locks",),
    "in a rehearsal": ("adapters.rehearsal",),
    "before an entry is previewed": ("adapters.bot.session:Session.build_with",),
    "where a strategy's own rule names a price": (
        "engine.account_monitor:AccountMonitor.exit_price",
    ),
    "by a signal that ends the bot": ("adapters.persistence.transactions:undo_what_was_cut_short",),
    "by protections without a guard": ("adapters.account.closed_trade_equity",),
    "days after a trade": ("adapters.persistence.state_store:InMemoryStore.forget",),
    "where the market jumps over a limit": ("engine.account_monitor:AccountMonitor.note_closed",),
    "where the strategy takes out, too": ("adapters.bot.reductions:is_taken_out",),
    "where an entry order waits": (
        "adapters.bot.order_cancellations",
        "adapters.bot.stop_manager:StopManager.first",
        "adapters.bot.reductions:Reductions.ordered_by",
        "adapters.account.waiting_orders:cancellation",
        "adapters.account.waiting_orders:rest_quote",
        "engine.guard:Guard.pauses",
        "rules.stake.event_windows:EventWindows.pause_reason",
    ),
    "where a strategy's answer cannot be used": (
        "adapters.bot.strategy_answers:UnusableAnswers.tell",
    ),
    "where the drawdown is too deep for every minimum": ("adapters.bot.calm_loops:whitelist",),
    "in cross margin": (
        "adapters.market.correlations:CorrelationEstimator.beta",
        "rules.leverage.hard_cap:CrossHardCap",
    ),
    "where the guard only observes": ("adapters.bot.stop_manager:StopManager.observe",),
    "by nobody: it tells what others must have": (
        "adapters.persistence.state_store:StateStore",
        "engine.journal:DecisionListener",
    ),
    # What catches the errors of all others, and what stands outside of it, must not have any.
    "safely": (
        "adapters.startup.closed_trades_view:ask",
        "adapters.startup.closed_trades_view:choose",
        "adapters.startup.closed_trades_view:safely",
        "adapters.bot.session:Session.reporting",
        "adapters.run_mode",
    ),
}
# A trade that is entered while stops cannot be set has the emergency stop.
WITHOUT_A_STOP = {
    "adapters.persistence.state_store:InMemoryStore.get_for_trade",
    "adapters.persistence.state_store:InMemoryStore.set_for_trade",
    "adapters.bot.stop_manager:StopManager.tighten",
    "adapters.bot.stop_manager:StopManager.decide",
    "adapters.bot.trade_stop:tighten_trade_stop",
    "adapters.account.trades:open_funding",
    "adapters.account.waiting_orders:filled_position",
    "adapters.account.waiting_orders:waiting_orders",
    "adapters.market.snapshots:SnapshotBuilder.position",
    "adapters.market.funding_rates:FundingRates.to_come",
    "adapters.market.funding_rates:Settlements.next_payment",
    "engine.cross_account:CrossAccount.place",
    "engine.cross_account:CrossAccount.price",
    "engine.guard:Guard.enforces_stop",
    "engine.guard:Guard.has_fixed_stops",
    "engine.guard:Guard.stop",
}


def is_called(part: str) -> bool:
    return not any(
        part == name or part.startswith((f"{name}:", f"{name}."))
        for names in NOT_CALLED.values()
        for name in names
    )


RULE_PARTS = [part for part in rule_parts() if is_called(part)]
ALL_PARTS = [
    *rule_parts(),
    *adapter_parts(),
    *engine_parts(),
]
PARTS = [part for part in ALL_PARTS if is_called(part)]
FAULTS = [*((part, NOON) for part in PARTS), *((part, MORNING) for part in RULE_PARTS)]


@dataclass(frozen=True, slots=True)
class Afternoon:
    """What happened to a strategy.

    Attributes
    ----------
    trades : dict
        By pair and opening time (milliseconds).
    stops : dict
        By the same, and by time: what the stop was when the candle opened.
    """

    trades: dict[tuple[str, int], dict[str, Any]]
    stops: dict[tuple[str, int], dict[str, dict[str, Any]]]
    log: str
    finished: bool

    @property
    def errors(self) -> list[str]:
        """What was logged, without time and module."""
        return re.findall(r" - ERROR - (.*)", self.log)

    @property
    def late(self) -> list[dict[str, Any]]:
        """The trades that were opened after noon."""
        noon_ms = 1_705_924_800_000
        return [trade for trade in self.trades.values() if trade["open_timestamp"] >= noon_ms]


@pytest.fixture(scope="module")
def afternoons(scenario_candles, tmp_path_factory):
    """Return what happened, by the part that was broken and since when."""
    pairs = tuple(replace(model, quantity_decimals=6) for model in DEFAULT_PAIRS[:3])
    names = {(part, NOON): f"Broken{number}" for number, part in enumerate(PARTS)}
    names |= {(part, MORNING): f"Early{number}" for number, part in enumerate(RULE_PARTS)}
    names["", NOON] = HEALTHY
    folder = tmp_path_factory.mktemp("every-fault") / "bot"
    run = backtest_one_by_one(
        folder,
        scenario_candles("flash_crash", days=23, pairs=pairs),
        *names.values(),
        args=("--timerange", TIMERANGE, "--fee", str(FEE)),
        strategies={
            **strategy_files("scripted", "faulty", "faults"),
            **{f"{name}.py": source(name, *fault) for fault, name in names.items()},
        },
        riskguard={},
    )
    assert run.returncode == 0, run.log[-3000:]
    _, *logs = run.log.split("Running backtesting for Strategy ")
    by_name = {log.split(maxsplit=1)[0]: log for log in logs}
    return {
        fault: read(folder, name, by_name[name], run.outcomes.get(name))
        for fault, name in names.items()
    }


@pytest.fixture(scope="module")
def healthy(afternoons):
    return afternoons["", NOON]


def source(name: str, part: str, since: str) -> str:
    return (
        "from faulty import Faulty\nfrom scripted import Conviction, Target\n\n\n"
        + PLAY.source(name).replace("GuardedScript", "Faulty")
        + f"    part = {part!r}\n"
        + f"    since = {since!r}\n"
    )


def read(folder: Path, name: str, log: str, outcome: Outcome | None) -> Afternoon:
    stops: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
    for line in (folder / f"{name}.stops.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        stops.setdefault((row["pair"], row["opened_ms"]), {})[row["time"]] = row
    trades = outcome.trades if outcome else ()
    by_opening = {(trade["pair"], trade["open_timestamp"]): trade for trade in trades}
    return Afternoon(by_opening, stops, log, outcome is not None)


def test_the_healthy_guard_has_a_busy_afternoon(healthy):
    """Otherwise the comparisons below would show nothing."""
    assert [trade["pair"] for trade in healthy.late] == [SOL, BTC, ETH]
    # 2.7x, of which Binance sets 2x: more than the 1x of a rule that fails.
    assert max(trade["leverage"] for trade in healthy.trades.values()) == 2
    tags = {order["ft_order_tag"] for t in healthy.trades.values() for order in t["orders"]}
    assert {"riskguard_drawdown_ladder_cut", "riskguard_weekly_loss", "exit_signal"} <= tags
    assert not healthy.errors


def test_nothing_is_named_that_does_not_exist():
    for names in NOT_CALLED.values():
        for name in names:
            assert any(part.startswith(name) for part in ALL_PARTS), name
    assert set(PARTS) >= WITHOUT_A_STOP


@pytest.mark.parametrize(("part", "since"), FAULTS)
def test_the_bot_goes_on(afternoons, part, since):
    assert f"FAULT REACHED {part}" in afternoons[part, since].log
    assert afternoons[part, since].finished


@pytest.mark.parametrize(("part", "since"), FAULTS)
def test_no_entry_is_let_through(afternoons, healthy, part, since):
    broken = afternoons[part, since]
    assert broken.trades.keys() <= healthy.trades.keys()
    for opening, trade in broken.trades.items():
        assert trade["leverage"] <= healthy.trades[opening]["leverage"]


@pytest.mark.parametrize(("part", "since"), FAULTS)
def test_no_stop_is_looser(afternoons, healthy, part, since):
    broken = afternoons[part, since]
    is_late = {(trade["pair"], trade["open_timestamp"]) for trade in broken.late}
    for opening, rows in broken.stops.items():
        last = None
        for time, row in rows.items():
            side, stop = row["side"], row["stop"]
            assert last is None or side * (stop - last) >= 0, (opening, time)
            last = stop
            # A healthy guard may have closed it within its first candle.
            wanted = healthy.stops.get(opening, {}).get(time)
            # Rounded to a tick.
            slack = 1e-5 * row["open_rate"]
            if part in WITHOUT_A_STOP and opening in is_late:
                leverage = broken.trades[opening]["leverage"]
                emergency = row["open_rate"] * (1 - side * 0.5 / leverage)
                assert side * (stop - emergency) >= -slack, (opening, time)
            else:
                assert wanted is None or side * (stop - wanted["stop"]) >= -slack, (opening, time)


@pytest.mark.parametrize(("part", "since"), FAULTS)
def test_the_log_says_so_once_for_each_pair_and_task(afternoons, part, since):
    errors = Counter(afternoons[part, since].errors)
    assert set(errors.values()) == {1}
    assert all(error.startswith("RiskGuard: ") for error in errors)


@pytest.mark.parametrize("since", [MORNING, NOON])
@pytest.mark.parametrize("part", RULE_PARTS)
def test_a_rule_that_fails_gives_the_safest_answer(afternoons, part, since):
    broken, answer = afternoons[part, since], part.rpartition(".")[2]
    trades = broken.late if since == NOON else list(broken.trades.values())
    if answer == "max_leverage":
        assert {trade["leverage"] for trade in trades} <= {1.0}
    if answer in {"max_stake", "stake_factor", "denial", "locks", "advance_account"}:
        assert not trades
    rule = re.search(r"RiskGuard: rule (\w+) failed on the \w+ of .+?; the most", broken.log)
    assert rule is not None
