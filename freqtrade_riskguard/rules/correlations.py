"""How an entry's pair and the positions move together: as measured, and when all falls."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from freqtrade_riskguard.formatting import base_currency
from freqtrade_riskguard.risk import stressed_correlation
from freqtrade_riskguard.snapshot import Entry, Portfolio
from freqtrade_riskguard.snapshot.portfolio import FloatArray


def correlations_of(
    entry: Entry, portfolio: Portfolio, known: Mapping[str, float]
) -> Iterator[tuple[str, FloatArray]]:
    """Yield the words for a kind of market and its correlations: normal, then stressed.

    Parameters
    ----------
    known : mapping of str to float
        Stress correlations of two coins, as ``"BTC/ETH"``; all others have the floor.
    """
    yield "", portfolio.correlation
    coins = [base_currency(other.market.pair) for other in entry.others]
    coins.append(base_currency(entry.market.pair))
    floors = {}
    if known:
        for (row, one), (column, other) in combinations(enumerate(coins), 2):
            floor = known.get(f"{one}/{other}", known.get(f"{other}/{one}"))
            if floor is not None:
                floors[row, column] = floor
    yield (
        " with stressed correlations",
        stressed_correlation(portfolio.correlation, pair_floors=floors),
    )
