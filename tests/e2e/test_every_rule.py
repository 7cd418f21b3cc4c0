"""Every rule in real backtests: where it must bind it does, and elsewhere it is not felt.

The cases are in ``tests/support/cases``. All of a market run in one process, each with one rule on,
and each script once more without the guard.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.engine.lock_origins import PROTECTIONS
from freqtrade_riskguard.replay.scenarios.coins import BTC, ETH
from tests.support.cases import entry, exits, leverage, pauses, stake, stop
from tests.support.cases.case import Case
from tests.support.scripted import Play, Script, Seen, jan, perform

pytestmark = pytest.mark.slow

# Lots small enough for stakes to be what the rules say, to the cent.
PAIRS = (replace(BTC, quantity_decimals=6), replace(ETH, quantity_decimals=6))
# Scenario, its days, and what is traded of it.
MARKETS = {
    "crash": ("flash_crash", 23, "20240121-20240123"),
    "fortnight": ("flash_crash", 23, "20240104-20240121"),
    "squeeze": ("funding_squeeze", 26, "20240121-20240126"),
}
# In the order of the documents.
ROOMS = (leverage, stake, entry, stop, exits, pauses)
CASES: dict[str, Case] = {case.name: case for room in ROOMS for case in room.CASES}
UNGUARDED = {"enabled": False}


@dataclass(frozen=True, slots=True)
class Performance:
    """All plays of a market."""

    data: Path
    seen: dict[str, Seen]
    bare_names: dict[Script, str]

    def bare(self, script: Script) -> Seen:
        return self.seen[self.bare_names[script]]


@pytest.fixture(scope="module")
def until_noon(scenario_candles, tmp_path_factory):
    """Candles of the crash that stop at noon of the day before."""
    name, days, _ = MARKETS["crash"]
    source = scenario_candles(name, days=days, pairs=PAIRS)
    folder = shutil.copytree(source, tmp_path_factory.mktemp("until-noon") / "data")
    for path in (folder / "futures").glob("*-5m-futures.feather"):
        frame = pd.read_feather(path)
        frame = frame[frame["date"] < pd.Timestamp(jan("21 12:00"))]
        frame.reset_index(drop=True).to_feather(path)
    return folder


@pytest.fixture(scope="module")
def market(scenario_candles, until_noon, tmp_path_factory):
    """Return the performance of a market, performed once."""
    known = {}

    def perform_once(market):
        if market not in known:
            name, days, timerange = MARKETS[market]
            data = scenario_candles(name, days=days, pairs=PAIRS)
            cases = [case for case in CASES.values() if case.market == market]
            guarded = {name: play for case in cases for name, play in case.plays().items()}
            scripts = dict.fromkeys(play.script for play in guarded.values())
            bare_names = {script: f"Bare{number}" for number, script in enumerate(scripts)}
            bare = {name: Play(script, UNGUARDED) for script, name in bare_names.items()}
            plays = {
                name: looking_at(until_noon, play) for name, play in {**guarded, **bare}.items()
            }
            folder = tmp_path_factory.mktemp(market) / "bot"
            seen = perform(folder, data, plays, timerange=timerange)
            known[market] = Performance(data, seen, bare_names)
        return known[market]

    return perform_once


def looking_at(folder: Path, play: Play) -> Play:
    """Put a folder in place of a script's word for it."""
    if play.script.guards_candles is None:
        return play
    return replace(play, script=replace(play.script, guards_candles=str(folder)))


def test_no_rule_is_left_out():
    assert {case.rule for case in CASES.values()} == set(RULES) - entry.OF_RUNNING_BOTS


@pytest.mark.parametrize("name", CASES)
def test_it_binds_and_the_journal_says_why(market, name):
    case = CASES[name]
    seen = market(case.market).seen[f"{name}Binds"]
    said = [record for record in seen.of(case.rule) if record["question"] == case.question]
    assert any(all(words in record["why"] for words in case.why) for record in said), seen.journal
    assert all(record["enforced"] for record in said)
    # Protections lock as well, when a trade closes.
    rules = {record["rule"] for record in seen.journal} - PROTECTIONS
    assert rules <= {case.rule, "lock"}
    assert " - ERROR - " not in seen.log


@pytest.mark.parametrize("name", CASES)
def test_it_binds_and_the_trades_show_it(market, name):
    case = CASES[name]
    performance = market(case.market)
    seen, bare = performance.seen[f"{name}Binds"], performance.bare(case.binds)
    assert seen.trades != bare.trades
    case.shows(seen, bare, performance.data)


@pytest.mark.parametrize("name", CASES)
def test_where_it_need_not_bind_every_trade_is_the_strategys_own(market, name):
    case = CASES[name]
    performance = market(case.market)
    seen, bare = performance.seen[f"{name}Idle"], performance.bare(case.idle)
    assert bare.trades
    assert seen.trades == bare.trades
    assert not seen.journal
    assert not seen.outcome.locks


def test_a_cut_is_one_order(market):
    for seen in market("crash").seen.values():
        for trade in seen.trades:
            tags = [order["ft_order_tag"] for order in trade["orders"]]
            cuts = [tag for tag in tags if str(tag).startswith("riskguard_")]
            amounts = [order["amount"] for order in trade["orders"]]
            assert min(amounts) > trade["amount"] / 100, (cuts, amounts)
