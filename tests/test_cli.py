import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay.scenarios import SCENARIOS


def test_help_shows_every_command(capsys):
    with pytest.raises(SystemExit) as done:
        main(["--help"])

    assert done.value.code == 0
    assert "replay" in (text := capsys.readouterr().out)
    assert "demo" in text


@pytest.mark.parametrize("argv", [[], ["fly"], ["replay"], ["demo", "--scenario", "boring"]])
def test_what_it_does_not_know_ends_with_2(argv, capsys):
    with pytest.raises(SystemExit) as done:
        main(argv)

    assert done.value.code == 2
    assert "usage: riskguard" in capsys.readouterr().err


def test_demo_offers_every_scenario(capsys):
    with pytest.raises(SystemExit):
        main(["demo", "--help"])

    text = capsys.readouterr().out
    assert all(name in text for name in SCENARIOS)


def test_missing_folders_are_one_line_and_2(tmp_path, capsys):
    assert main(["demo", "--strategies", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("riskguard demo: ")
    assert "riskguard_sample.py is missing" in error

    assert main(["replay", "--data", str(tmp_path / "nowhere")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("riskguard replay: ")
    assert len(error.splitlines()) == 1
