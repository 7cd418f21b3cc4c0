from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from freqtrade_riskguard.adapters.preview.entry_request import EntryPreview
from freqtrade_riskguard.adapters.preview.recorder import RuleReply
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.entry_report.entry_figures import entry_figures
from tests.factories import NOON, PAIR, account, entry, portfolio, position

MODERATE = load_config({"profile": "moderate"})
DECISIONS = (
    Decision(
        time=NOON,
        pair=PAIR,
        side=1,
        question="leverage",
        rule="hard_cap",
        asked=10.0,
        answered=5.0,
        enforced=True,
        why="cap 5x",
    ),
    Decision(
        time=NOON,
        pair=PAIR,
        side=1,
        question="leverage",
        rule="kelly",
        asked=5.0,
        answered=1.0,
        enforced=False,
        why="edge unproven",
    ),
    Decision(
        time=NOON,
        pair=PAIR,
        side=1,
        question="leverage",
        rule="conviction",
        asked=5.0,
        answered=2.0,
        enforced=True,
        why="half sure",
    ),
    Decision(
        time=NOON,
        pair=PAIR,
        side=1,
        question="stake",
        rule="fixed_risk",
        asked=2_500.0,
        answered=1_000.0,
        enforced=True,
        why="1 % risk",
    ),
)


def answered(
    *, exchange_liquidation=0.0, stop=95.0, atr_stop=95.0, margin_mode="isolated", **changes
):
    """1,000 at 2x on 10,000, entry at 100, maintenance 1 %, no fees."""
    made = entry(leverage=2.0, stake_quote=1_000.0, **changes)
    stop_price = 200.0 - stop if made.side < 0 else stop
    return EntryPreview(
        entry=replace(made, stop_price=stop_price),
        position=replace(made.position(), exchange_liquidation_price=exchange_liquidation),
        asked_leverage=10.0,
        asked_stake_quote=2_500.0,
        margin_mode=margin_mode,
        max_leverage=50.0,
        min_stake_quote=5.0,
        stake_quote=1_000.0,
        refusal=None,
        stop_price=stop_price,
        stop_rule="atr_stop",
        said={"stop": (RuleReply("stop", "atr_stop", "enforce", "stop_price", atr_stop),)},
        decisions=DECISIONS,
    )


def figures(settings=MODERATE, **changes):
    return entry_figures(answered(**changes), settings)


def test_what_bound_is_the_last_that_was_enforced():
    found = figures()
    assert (found.leverage_rule, found.leverage_why) == ("conviction", "half sure")
    assert (found.stake_rule, found.stake_why) == ("fixed_risk", "1 % risk")


def test_liquidation_is_the_nearer_of_both():
    # A = 1000 * 2 / 100 = 20; P = (A * 100 - 1000) / (A * (1 - 0.01)) = 1000 / 19.8
    assert figures().liquidation_price == pytest.approx(50.505, abs=1e-3)
    found = figures(exchange_liquidation=55.0)
    assert found.liquidation_price == 55.0
    assert found.liquidation_distance_ratio == pytest.approx(0.45)


def test_where_there_is_no_liquidation_it_is_unknown():
    found = figures(exchange_liquidation=0.0, side=1, rate=100.0, market=entry().market)
    assert not isnan(found.liquidation_price)
    bare = answered()
    spot = replace(bare, position=replace(bare.position, margin_quote=4_000.0))
    assert isnan(entry_figures(spot, MODERATE).liquidation_price)


def test_stop_and_planned_loss():
    found = figures()
    assert found.stop_distance_ratio == pytest.approx(0.05)
    assert found.atr_stop_distance_ratio == pytest.approx(0.05)
    # 2000 * (5 % + slippage of 0.5 %)
    assert found.planned_loss_quote == pytest.approx(110.0)
    own = load_config({"profile": "moderate", "pairs": {PAIR: {"fixed_risk": {"slippage": 0.015}}}})
    assert figures(own).planned_loss_quote == pytest.approx(130.0)


def test_a_short_is_the_mirror():
    found = figures(side=-1)
    assert found.side == "short"
    assert found.stop_price == 105.0
    assert found.stop_distance_ratio == pytest.approx(0.05)
    assert found.liquidation_distance_ratio > 0.4
    assert found.worst_move_ratio == 0.2
    assert found.worst_loss_quote == pytest.approx(400.0)


def test_without_a_stop_the_loss_is_unknown():
    found = figures(stop=nan, atr_stop=None)
    assert isnan(found.planned_loss_quote)
    assert isnan(found.atr_stop_price)


def test_the_worst_scenario():
    found = figures()
    # 20 % of 2000. The least cover is at the largest notional: (10000 + 400) / (1 % of 2400).
    assert found.worst_move_ratio == -0.2
    assert found.worst_loss_quote == pytest.approx(400.0)
    assert found.worst_loss_ratio == pytest.approx(0.04)
    assert found.survival == pytest.approx(10_400 / 24)


def test_betas_and_what_is_held_count():
    moved = figures(portfolio=portfolio(1, betas=np.array([1.5])))
    assert moved.worst_loss_quote == pytest.approx(600.0)
    # A short of 10,000 beside it: the worst is a rise, 0.2 * 10000 - 0.2 * 2000.
    held = account(positions=(position(side=-1, trade_id=7),))
    found = figures(account=held, margin_mode="cross")
    assert found.worst_move_ratio == 0.2
    assert found.worst_loss_quote == pytest.approx(1_600.0)
    # With a margin of its own, 1000, it is gone at +10 %, where the long gains 200.
    found = figures(account=held)
    assert found.worst_move_ratio == pytest.approx(0.1)
    assert found.worst_loss_quote == pytest.approx(800.0)


@pytest.mark.parametrize("side", [1, -1])
def test_an_isolated_entry_loses_its_margin_and_no_more(side):
    # 20,000 at 10x on 2,000: a move of 20 % would take 4,000.
    def at_10x(margin_mode, equity_quote=10_000.0):
        bare = answered(side=side, account=account(equity_quote=equity_quote), stop=nan)
        made = replace(bare.entry, leverage=10.0, stake_quote=2_000.0)
        moved = replace(bare, entry=made, position=made.position(), margin_mode=margin_mode)
        return entry_figures(moved, MODERATE)

    found = at_10x("isolated")
    assert (found.worst_loss_quote, found.liquidated_at_worst) == (2_000.0, True)
    assert found.worst_loss_ratio == pytest.approx(0.2)
    # Of 10,000 in cross margin 6,000 are left, and the position with them.
    found = at_10x("cross")
    assert (found.worst_loss_quote, found.liquidated_at_worst) == (4_000.0, False)
    assert at_10x("cross", 3_000.0).liquidated_at_worst


def test_an_account_without_equity_has_no_share_to_lose():
    assert isnan(figures(account=account(equity_quote=0.0)).worst_loss_ratio)
