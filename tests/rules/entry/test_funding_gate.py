import pytest

from freqtrade_riskguard.rules.entry.funding_gate import FundingGate
from freqtrade_riskguard.snapshot import Funding
from tests.factories import entry, market

RULE = FundingGate(max_rate_8h=0.001, require_data=False)


def paying(*rates, side=1):
    return entry(side=side, market=market(funding=Funding(rates_8h=rates, interval_hours=8.0)))


@pytest.mark.parametrize(("side", "name"), [(1, "long"), (-1, "short")])
def test_the_side_that_pays_too_much_is_denied(side, name):
    # Longs pay a positive rate, shorts a negative one.
    assert RULE.denial(paying(side * 0.0015, side=side)) == (
        f"a {name} pays 0.150 % funding per 8 h (limit 0.100 %)"
    )
    assert RULE.denial(paying(-side * 0.0015, side=side)) is None
    assert RULE.denial(paying(side * 0.001, side=side)) is None


def test_the_last_rate_decides():
    assert RULE.denial(paying(0.01, 0.0001)) is None
    assert RULE.denial(paying(0.0001, 0.01)) is not None


def test_without_data_it_is_the_setting_that_decides():
    assert RULE.denial(paying()) is None
    assert (
        FundingGate(0.001, require_data=True).denial(paying())
        == "funding rate unknown (require_data is true)"
    )
    assert FundingGate(0.001, require_data=True).denial(paying(0.0001)) is None
