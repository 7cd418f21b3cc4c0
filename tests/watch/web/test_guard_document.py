"""What riskguard status has written is read as it is, and anything else is nothing."""

import os

import pytest

from freqtrade_riskguard.watch.watched_status import watched_status
from freqtrade_riskguard.watch.web.guard_document import GuardDocument
from tests.watch.parts import NOON, status


@pytest.fixture
def path(tmp_path):
    return tmp_path / "status.json"


def written(path, name="one"):
    told = watched_status(status(), NOON, name=name)
    path.write_text(told.model_dump_json(), encoding="utf-8")
    return told


def test_it_is_read_and_read_again_when_it_has_changed(path):
    document = GuardDocument(path)
    assert document.latest() is None
    assert written(path) == document.latest()
    later = written(path, "another")
    os.utime(path, ns=(1, 1))
    assert document.latest() == later
    assert document.latest() is document.latest()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', "\udcff", " " * 2_000_000])
def test_anything_else_is_nothing_and_is_said_once(path, text, caplog):
    document = GuardDocument(path)
    written(path)
    assert document.latest() is not None
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    assert document.latest() is None
    assert document.latest() is None
    assert len(caplog.records) == 1
    assert "cannot be read" in caplog.text
    told = written(path)
    assert document.latest() == told


def test_a_file_that_goes_is_nothing(path, caplog):
    document = GuardDocument(path)
    written(path)
    document.latest()
    path.unlink()
    assert document.latest() is None
    assert "No such file" in caplog.text
