import zipfile

import pytest

from freqtrade_riskguard.adapters.backtests.files import read_result
from freqtrade_riskguard.adapters.backtests.guard_detection import inherits_guard, is_stored_guarded
from tests.support.results import STRATEGY, stats, store, trade

GUARDED = f"""
from freqtrade.strategy import IStrategy
from freqtrade_riskguard import RiskGuard

class Bare(IStrategy):
    pass

class Between(
    RiskGuard, Bare
):
    pass

class {STRATEGY}(Between):
    pass
"""


def stored(tmp_path, source, **config):
    path = store(tmp_path, {STRATEGY: stats(trade(100, 110, 1, 2))}, config=config)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{path.stem}_{STRATEGY}.py", source)
    return path


@pytest.mark.parametrize(
    ("name", "guarded"), [(STRATEGY, True), ("Between", True), ("Bare", False), ("Other", False)]
)
def test_bases_are_followed_within_the_file(name, guarded):
    assert inherits_guard(GUARDED, name) is guarded


def test_a_module_in_front_of_the_guard():
    assert inherits_guard("class A(freqtrade_riskguard.RiskGuard, B): ...", "A")


def test_classes_that_are_their_own_bases_end():
    assert not inherits_guard("class A(B): ...\nclass B(A): ...", "A")


def test_a_result_knows_it(tmp_path):
    assert read_result(stored(tmp_path, GUARDED)).is_guarded
    assert not read_result(
        stored(tmp_path / "bare", f"class {STRATEGY}(IStrategy): ...")
    ).is_guarded
    assert not read_result(
        store(tmp_path / "none", {STRATEGY: stats(trade(1, 2, 1, 2))})
    ).is_guarded


@pytest.mark.parametrize("block", [{"enabled": False}, {"mode": "observe"}, {"mode": "off"}])
def test_a_guard_that_changed_nothing_is_none(block, tmp_path):
    path = stored(tmp_path, GUARDED, riskguard=block)
    assert not read_result(path).is_guarded


def test_a_source_that_is_too_large_or_no_zip_is_not_read(tmp_path):
    path = stored(tmp_path, GUARDED + "#" * 2_000_000)
    assert not is_stored_guarded(path, STRATEGY, {})
    bare = tmp_path / "result.json"
    bare.write_text("{}")
    assert not is_stored_guarded(bare, STRATEGY, {})
