"""What a winner at the top of the queue of auto-deleveraging loses: half, once per stay."""

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.adl_rank import AdlRank
from freqtrade_riskguard.rules.registry import build_rules
from freqtrade_riskguard.snapshot.exchange import PositionReport
from tests.factories import account, position

WHY = "it wins, and stands in the top fifth of the queue of auto-deleveraging: cut 50 %"


def look(level, leads, price=110.0, side=1):
    # Entered at 100.
    there = PositionReport(leads_adl_queue=leads)
    return AdlRank().advance(level, position(rate=price, side=side, report=there), account())


@pytest.mark.parametrize(("side", "price"), [(1, 110.0), (-1, 90.0)])
def test_half_of_a_winner_once_for_each_stay_at_the_top(side, price):
    def at(level, leads):
        return look(level, leads, price, side)

    assert at(0, True) == Step(1, WHY, (0.5,))
    assert at(1, True) == Step(1)
    # Nobody says where it stands: that ends no stay, and begins none.
    assert at(1, None) == Step(1)
    assert at(0, None) == Step(0)
    assert at(1, False) == Step(0)
    assert at(0, True).keep_ratios == (0.5,)


@pytest.mark.parametrize(("side", "price"), [(1, 100.0), (1, 90.0), (-1, 110.0), (1, float("nan"))])
def test_nothing_of_a_loser(side, price):
    assert look(0, True, price, side) == Step(0)


@pytest.mark.parametrize(
    ("settings", "modes"),
    [
        ({}, []),
        ({"adl": "warn"}, []),
        ({"adl": "cut"}, ["enforce"]),
        ({"adl": "cut", "mode": "observe"}, ["observe"]),
    ],
)
def test_it_is_asked_only_where_it_is_to_cut(settings, modes):
    rules = build_rules(load_config({"profile": "moderate", **settings}))
    assert [mode for rule, mode in rules if rule.name == "adl_rank"] == modes
