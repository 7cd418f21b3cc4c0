"""What an account may come to whose trades go on as those of a record: growth and drawdown.

The paths are a stationary block bootstrap of the record (:func:`.block_bootstrap`): trades that
fall together are drawn together. Drawdowns are marked: a trade counts with the worst that it saw.
"""

from dataclasses import dataclass

import numpy as np

from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.risk import (
    BootstrapPaths,
    block_bootstrap,
    mean_block_trades,
    wilson_interval,
)

# Of the paths, at most, whose drawdown is beyond the budget.
MOST_BEYOND = 0.05
# An edge is believed where fewer of the records that could have been drawn in its place lost.
_MOST_LOSING = 0.005
# Of a record, below which it tells nothing: as many as Kelly asks for.
FEWEST_TRADES = 30
PATHS, _FINE_PATHS, _MOST_LENGTH = 1_000, 4_000, 2_000
# So small a part of the account that growth is the sum of the returns.
_SMALL = 1e-3


@dataclass(frozen=True, slots=True)
class Record:
    """Trades as shares of the account, in the order in which they closed.

    Attributes
    ----------
    returns : ndarray
        Profit over the account before it.
    lows : ndarray
        The worst that each stood at while it was open, over the same; 0 or below.
    per_year : float
        How many of them a year has.
    """

    returns: FloatArray
    lows: FloatArray
    per_year: float

    @property
    def length(self) -> int:
        """Trades of a path: a year of them, as far as that can be drawn."""
        return int(min(max(round(self.per_year), 1), _MOST_LENGTH))


@dataclass(frozen=True, slots=True)
class Outlook:
    """A year of trades like those of a record.

    Attributes
    ----------
    median_log_growth : float
        Half of the paths end below; -inf for nothing left.
    beyond_ratio : float
        Share of the paths whose marked drawdown is beyond the budget.
    most_beyond_ratio : float
        The same, as large as so few paths leave possible.
    """

    median_log_growth: float
    beyond_ratio: float
    most_beyond_ratio: float

    @property
    def is_within(self) -> bool:
        """Whether the budget is kept as often as is asked for."""
        return self.most_beyond_ratio <= MOST_BEYOND

    @property
    def score(self) -> float:
        """What a search maximises: growth within the budget, and the way back to it outside."""
        if self.is_within:
            return self.median_log_growth
        return min(self.median_log_growth, 0.0) - 1.0 - self.beyond_ratio


NO_TRADES = Outlook(0.0, 0.0, 0.0)


def outlook(
    record: Record, max_drawdown_ratio: float, *, paths: int = _FINE_PATHS, seed: int = 0
) -> Outlook:
    """Draw years from a record."""
    if not record.returns.size:
        return NO_TRADES
    return _outlooks(record, np.ones(1), max_drawdown_ratio, paths=paths, seed=seed)[0]


def drawn(
    record: Record,
    multiples: FloatArray,
    *,
    paths: int = _FINE_PATHS,
    length: int | None = None,
    seed: int = 0,
) -> BootstrapPaths:
    """Draw years from a record; a row for each multiple of all its sizes.

    Parameters
    ----------
    length : int, optional
        Trades of a path, in place of a year.
    """
    return block_bootstrap(
        np.outer(multiples, record.returns),
        length=length or record.length,
        paths=paths,
        mean_block=mean_block_trades(record.returns.size),
        lows=np.outer(multiples, record.lows),
        seed=seed,
    )


def has_edge(record: Record, *, seed: int = 0) -> bool:
    """Whether a record gained so that chance alone is no explanation.

    Fewer than 5 in 1,000 records drawn from it, of its own length, may have lost. Fewer than 30
    trades prove nothing.
    """
    returns = record.returns
    if returns.size < FEWEST_TRADES or not returns.sum() > 0.0:
        return False
    alike = block_bootstrap(
        _SMALL * returns,
        length=returns.size,
        paths=_FINE_PATHS,
        mean_block=mean_block_trades(returns.size),
        seed=seed,
    )
    return bool(np.mean(alike.log_growth <= 0.0) < _MOST_LOSING)


def best_multiple(
    record: Record, max_drawdown_ratio: float, most: float, *, seed: int = 0
) -> tuple[float, Outlook] | None:
    """Return by how much all sizes of a record may be multiplied for the most growth in the budget.

    Parameters
    ----------
    most : float
        The greatest multiple that is looked at.

    Returns
    -------
    (float, Outlook) or None
        None where no multiple beats not trading: no edge is proven, or none keeps the budget.
    """
    if not has_edge(record, seed=seed):
        return None
    low, high = most / 256.0, most
    found: tuple[float, Outlook] | None = None
    # Twice: over the whole range, and between the neighbours of the best.
    for paths in (PATHS, _FINE_PATHS):
        multiples = np.geomspace(low, high, 17)
        years = _outlooks(record, multiples, max_drawdown_ratio, paths=paths, seed=seed)
        place = int(np.argmax([year.score for year in years]))
        low, high = multiples[max(place - 1, 0)], multiples[min(place + 1, len(multiples) - 1)]
        found = float(multiples[place]), years[place]
    if found is None or not (found[1].is_within and found[1].median_log_growth > 0.0):
        return None
    return found


def _outlooks(
    record: Record, multiples: FloatArray, max_drawdown_ratio: float, *, paths: int, seed: int
) -> list[Outlook]:
    years = drawn(record, multiples, paths=paths, seed=seed)
    beyond = np.count_nonzero(years.max_drawdown_ratio > max_drawdown_ratio, axis=1)
    return [
        Outlook(float(growth), int(count) / paths, wilson_interval(int(count), paths)[1])
        for growth, count in zip(np.median(years.log_growth, axis=1), beyond, strict=True)
    ]
