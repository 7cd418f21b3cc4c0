import json
import os
import threading

import pytest

from freqtrade_riskguard.bounded_json import (
    MissingFileError,
    UnreadableError,
    parse_json,
    read_bytes,
)


def test_what_is_valid_is_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('\ufeff{"a": [1, 2.5, "ü", null]}', encoding="utf-8")
    assert parse_json(read_bytes(path, 100)) == {"a": [1, 2.5, "ü", None]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not valid JSON in line 1, column 1"),
        (b'{"a": 1,}', "is not valid JSON in line 1"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[" * 101 + b"]" * 101, "nested too deeply"),
        (b"1" * 5_000, "too many digits"),
        (b"[NaN]", "(JSON has no NaN or Infinity)"),
        (b"[-Infinity]", "(JSON has no NaN or Infinity)"),
    ],
)
def test_what_is_not_is_refused_and_not_repeated(content, words):
    with pytest.raises(UnreadableError, match=words) as caught:
        parse_json(content)
    assert len(str(caught.value)) < 120


def test_as_deep_as_anything_real():
    assert parse_json(b"[" * 100 + b"]" * 100)


def test_numbers_that_are_none_where_freqtrade_writes_them():
    assert str(parse_json(b"[NaN, Infinity]", allow_nan=True)) == "[nan, inf]"


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        # Three gigabytes that take no room on the disk.
        file.truncate(3_000_000_000)
    with pytest.raises(UnreadableError, match="larger than 1 MB"):
        read_bytes(path, 1_000_000)


def test_a_file_that_grows_is_cut_off(tmp_path):
    path = tmp_path / "exact"
    path.write_bytes(b"1" * 10)
    assert read_bytes(path, 10) == b"1" * 10
    with pytest.raises(UnreadableError):
        read_bytes(path, 9)


@pytest.mark.parametrize("name", ["none", "folder", "pipe", "a\0b", "/dev/zero"])
def test_what_is_no_file_is_not_waited_for(tmp_path, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    found = []

    def read():
        try:
            read_bytes(tmp_path / name, 1_000)
        except UnreadableError as error:
            found.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(10)
    assert len(found) == 1
    assert str(found[0]).startswith("cannot be read (")
    assert isinstance(found[0], MissingFileError) is (name == "none")


def test_a_message_holds_nothing_of_the_file():
    for place in range(1, 44):
        content = json.dumps({"password": "hunter2", "more": ["hunter2"]})[:place]
        with pytest.raises(UnreadableError) as caught:
            parse_json(content.encode())
        assert "hunter" not in str(caught.value)
