import json

import pytest

from freqtrade_riskguard.adapters.preview.config_layers import origin_of, read_layers
from freqtrade_riskguard.adapters.preview.errors import PreviewError


def write(file, **content):
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)


def test_a_later_file_and_the_environment_count_more(tmp_path, monkeypatch):
    first = write(tmp_path / "a.json", riskguard={"profile": "moderate", "max_leverage": 3})
    second = write(tmp_path / "b.json", riskguard={"max_leverage": 2, "kelly": {"fraction": 0.2}})
    monkeypatch.setenv("FREQTRADE__RISKGUARD__KELLY__FRACTION", "0.1")

    layers = read_layers([first, second])

    assert origin_of(layers, ("profile",)) == first
    assert origin_of(layers, ("max_leverage",)) == second
    assert origin_of(layers, ("kelly", "fraction")) == "FREQTRADE__RISKGUARD__KELLY__FRACTION"
    assert origin_of(layers, ("kelly", "min_trades")) is None
    assert origin_of(layers, ("kelly", "fraction", "deeper")) is None


def test_a_file_counts_more_than_those_it_adds(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "added.json", riskguard={"max_leverage": 2, "profile": "moderate"})
    file = write(
        tmp_path / "a.json", add_config_files=["sub/added.json"], riskguard={"max_leverage": 3}
    )

    layers = read_layers([file])

    assert origin_of(layers, ("max_leverage",)) == file
    assert origin_of(layers, ("profile",)) == str(tmp_path / "sub" / "added.json")


def test_comments_and_trailing_commas_are_read_as_freqtrade_reads_them(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{\n// how much\n"riskguard": {"max_leverage": 2,},\n}', encoding="utf-8")

    assert origin_of(read_layers([str(file)]), ("max_leverage",)) == str(file)


def test_what_cannot_be_read_is_named_with_its_line(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{\n"riskguard": {\n"max_leverage" 2}}', encoding="utf-8")
    with pytest.raises(PreviewError, match=r"a\.json is not valid JSON \(line 3\)"):
        read_layers([str(file)])
    with pytest.raises(PreviewError, match=r"nope\.json does not exist; give the bot's"):
        read_layers([str(tmp_path / "nope.json")])
    with pytest.raises(PreviewError, match="cannot be read"):
        read_layers([str(tmp_path)])
    file.write_bytes(b"\xff\xfe{}")
    with pytest.raises(PreviewError, match="cannot be read"):
        read_layers([str(file)])
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(PreviewError, match="must be an object of settings"):
        read_layers([str(file)])
    for wrong in ([5], "b.json", {"b.json": 1}, None):
        write(file, add_config_files=wrong)
        with pytest.raises(PreviewError, match=r"a\.json: add_config_files must be a list of file"):
            read_layers([str(file)])
    write(file, add_config_files=["a.json"])
    with pytest.raises(PreviewError, match="include each other"):
        read_layers([str(file)])
