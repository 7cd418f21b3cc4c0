"""Whatever goes wrong between a bot and its exchange, some things hold after each loop."""

import pytest

from tests.support.live_histories import history_script, market, play

pytestmark = pytest.mark.slow

MINUTES = 40
SEEDS = (1, 2, 3, 4, 5, 6)


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    return market(tmp_path_factory.mktemp("waves"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_history_breaks_no_invariant(waves, tmp_path, seed):
    history = play(history_script(seed, MINUTES), tmp_path / "bot", waves)
    assert [str(violation) for violation in history.violations] == []
    # Something did happen.
    assert history.loops > MINUTES / 2
    assert history.entries > 0
    assert history.hits.total() > 0
