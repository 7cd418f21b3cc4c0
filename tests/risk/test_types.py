from __future__ import annotations

import math

import pytest

from freqtrade_riskguard.risk._types import check_ratio, check_side


@pytest.mark.parametrize("side", [1, -1])
def test_sides(side):
    check_side(side)


@pytest.mark.parametrize("side", [0, 2, -2])
def test_no_sides(side):
    with pytest.raises(ValueError, match=f"got {side}"):
        check_side(side)


def test_ratios():
    check_ratio("share", 0.0)
    check_ratio("share", 0.999)
    check_ratio("share", 1.0, below=2.0)
    for wrong in (1.0, -0.001, math.nan, math.inf):
        with pytest.raises(ValueError, match=r"`share` must be a fraction in \[0, 1\)"):
            check_ratio("share", wrong)
