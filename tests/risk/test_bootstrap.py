"""The block bootstrap: figures by hand, and what holds of every record."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import block_bootstrap, mean_block_trades

RETURNS = st.lists(st.floats(min_value=-0.04, max_value=0.1), min_size=1, max_size=30)
SEEDS = st.integers(min_value=0, max_value=2**32)


def drawn(returns, *, length=20, paths=50, mean_block=4.0, **more):
    return block_bootstrap(
        np.asarray(returns), length=length, paths=paths, mean_block=mean_block, **more
    )


def test_a_path_by_hand():
    # Three times 0.9 * 1.2 in whatever order two trades of a circle come: 1.08^3 = 1.259712. The
    # account is at its lowest after a first loss, or after one from a peak: 10 % down each time.
    found = drawn([-0.1, 0.2], length=6, mean_block=np.inf)
    assert np.exp(found.log_growth) == pytest.approx(1.259712)
    assert found.max_drawdown_ratio == pytest.approx(0.1)


def test_a_record_of_losses_by_hand():
    # 0.9^4 = 0.6561.
    found = drawn([-0.1], length=4)
    assert np.exp(found.log_growth) == pytest.approx(0.6561)
    assert found.max_drawdown_ratio == pytest.approx(0.3439)


def test_an_open_trade_counts_at_its_worst_by_hand():
    # After 10 % down the next trade stands 30 % lower before it gains: 1 - 0.9*0.7 = 0.37.
    low = {"length": 2, "mean_block": np.inf, "lows": np.array([-0.1, -0.3])}
    found = drawn([-0.1, 0.2], **low)
    assert set(found.max_drawdown_ratio[0].round(9)) == {0.37, 0.3}
    # What closes is as without: the account before a trade is the one that its worst is of.
    assert np.exp(found.log_growth) == pytest.approx(1.08)
    # What is gone stays gone.
    gone = drawn([-1.0, 0.5], **low)
    assert (gone.max_drawdown_ratio == 1.0).all()


@given(RETURNS, SEEDS)
def test_lows_that_are_the_losses_themselves_change_nothing(returns, seed):
    lows = np.minimum(returns, 0.0)
    with_lows, without = drawn(returns, lows=lows, seed=seed), drawn(returns, seed=seed)
    assert (with_lows.log_growth == without.log_growth).all()
    assert with_lows.max_drawdown_ratio == pytest.approx(without.max_drawdown_ratio, abs=1e-12)


def test_a_record_of_gains_never_falls():
    assert not drawn([0.01, 0.02]).max_drawdown_ratio.any()


@pytest.mark.parametrize("loss", [-1.0, -3.0])
def test_what_loses_everything_leaves_nothing(loss):
    found = drawn([loss, 0.5], length=2, mean_block=np.inf)
    assert np.isneginf(found.log_growth).all()
    assert (found.max_drawdown_ratio == 1.0).all()


def test_single_trades_are_drawn_evenly_and_blocks_have_their_mean_length():
    # A sum of logarithms tells how often the first of four trades was drawn: a quarter of 200,000,
    # whose standard deviation is sqrt(200000 * 3/16) = 194.
    growth = drawn([1.0, 0.0, 0.0, 0.0], length=200_000, paths=1, mean_block=1).log_growth
    assert growth[0, 0] / np.log(2) == pytest.approx(50_000, abs=5 * 194)
    # One marked trade of 100 is in a path of 100 single ones with 1 - 0.99^100 = 0.634, in a path
    # of one block always; four standard deviations of 10,000 paths are 0.02.
    marked = np.arange(100) == 7
    of = {"length": 100, "paths": 10_000, "marked": marked}
    single = drawn(np.zeros(100), mean_block=1, **of).has_marked.mean()
    assert single == pytest.approx(0.634, abs=0.02)
    assert drawn(np.zeros(100), mean_block=np.inf, **of).has_marked.all()
    # Of two trades after each other, the second begins a block with 1/5: it follows the first with
    # 4/5, and with 1/5 * 1/100 by chance. 0.802; a growth of 4 is the pair of 2 and 2 only.
    pair = np.where(np.arange(100) < 50, 1.0, 0.0)
    both = drawn(pair, length=2, paths=10_000, mean_block=5).log_growth > np.log(3.9)
    # First within the fifty: 1/2; then 49/50 * 4/5 or 1/2 * 1/5: 0.5 * (0.784 + 0.1) = 0.442.
    assert both.mean() == pytest.approx(0.442, abs=0.02)


@given(RETURNS, SEEDS)
def test_a_single_block_is_the_record_itself(returns, seed):
    found = drawn(returns, length=len(returns), mean_block=np.inf, seed=seed)
    assert found.log_growth == pytest.approx(np.log1p(returns).sum(), abs=1e-9)


@given(RETURNS, SEEDS)
def test_the_same_seed_draws_the_same_paths(returns, seed):
    first, again = (drawn(returns, seed=seed) for _ in range(2))
    assert (first.log_growth == again.log_growth).all()
    assert (first.max_drawdown_ratio == again.max_drawdown_ratio).all()


@given(RETURNS, SEEDS, st.floats(min_value=1.0, max_value=20.0))
def test_more_leverage_never_has_a_smaller_drawdown(returns, seed, leverage):
    # log(1 + x * r) is concave in x and 0 at 0: a fall at a leverage is a deeper one at a higher.
    # Losses of all of the account are not reached: 20 * 0.04 is 0.8.
    both = np.array([returns, np.asarray(returns) * leverage])
    low, high = drawn(both, seed=seed).max_drawdown_ratio
    assert (high >= low - 1e-12).all()


@given(RETURNS, SEEDS, st.data())
def test_more_marked_trades_are_never_met_less_often(returns, seed, data):
    some = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(returns), max_size=len(returns)))
    )
    more = some | (np.arange(len(returns)) == 0)
    both = drawn([returns, returns], seed=seed, marked=np.array([some, more])).has_marked
    assert (both[1] >= both[0]).all()
    assert both[0].any() <= some.any()


@given(RETURNS, SEEDS)
def test_what_is_told_is_possible(returns, seed):
    found = drawn(returns, seed=seed)
    assert found.log_growth.shape == found.max_drawdown_ratio.shape == (1, 50)
    assert ((found.max_drawdown_ratio >= 0) & (found.max_drawdown_ratio <= 1)).all()
    # No path ends above what its best trade would have made each time, or below the worst.
    ends = np.log1p(returns) * 20
    assert (found.log_growth <= ends.max() + 1e-9).all()
    assert (found.log_growth >= ends.min() - 1e-9).all()
    # A path that ends below its start has fallen at least as far.
    assert (found.max_drawdown_ratio >= -np.expm1(found.log_growth) - 1e-9).all()


def test_blocks_grow_with_the_cube_root():
    assert [round(mean_block_trades(trades), 9) for trades in (1, 125, 1_000)] == [5.0, 5.0, 10.0]


@pytest.mark.parametrize(
    ("returns", "changes"),
    [
        ([], {}),
        ([np.nan], {}),
        ([np.inf], {}),
        ([0.1], {"length": 0}),
        ([0.1], {"paths": 0}),
        ([0.1], {"mean_block": 0.5}),
        ([0.1], {"mean_block": np.nan}),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(returns, changes):
    with pytest.raises(ValueError, match="finite" if not changes else "1 or more"):
        drawn(returns, **changes)
