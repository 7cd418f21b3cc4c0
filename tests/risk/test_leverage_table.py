from __future__ import annotations

import math

import pytest

from freqtrade_riskguard.risk import leverage_distance_table
from tests.risk.strategies import USELESS
from tests.risk.tiers import FLAT


def table_of(side=1, **changes):
    keywords = {
        "side": side,
        "entry_price": 100.0,
        "stake_quote": 1000.0,
        "tiers": FLAT,
        "slippage_ratio": 0.01,
    }
    return leverage_distance_table(**(keywords | changes))


def test_rows_by_hand():
    none, ten = table_of(leverages=(1, 10))
    assert (none.leverage, none.liquidation_price, none.distance_ratio) == (1.0, 0.0, 1.0)
    # 10x long: 90/0.995, effective 1 % nearer
    assert ten.liquidation_price == pytest.approx(90.0 / 0.995)
    assert ten.effective_price == pytest.approx(1.01 * 90.0 / 0.995)
    assert ten.distance_ratio == pytest.approx(1.0 - 1.01 * 0.9 / 0.995)
    (short,) = table_of(-1, leverages=[10])
    assert short.effective_price == pytest.approx(0.99 * 110.0 / 1.005)
    assert short.distance_ratio == pytest.approx(0.99 * 1.1 / 1.005 - 1.0)


@pytest.mark.parametrize("side", [1, -1])
def test_distance_shrinks_down_the_table(side):
    distances = [row.distance_ratio for row in table_of(side)]
    assert len(distances) == 8
    assert distances == sorted(distances, reverse=True)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("useless", USELESS)
def test_useless_numbers_give_unknown_rows(side, useless):
    for rows in (
        table_of(side, entry_price=useless),
        table_of(side, stake_quote=useless),
        table_of(side, leverages=(useless,)),
    ):
        assert all(math.isnan(row.liquidation_price) for row in rows)
        assert all(row.distance_ratio == 0.0 for row in rows)


def test_programming_errors():
    with pytest.raises(ValueError, match="side"):
        table_of(0)
    with pytest.raises(ValueError, match="slippage_ratio"):
        table_of(slippage_ratio=1.0)
