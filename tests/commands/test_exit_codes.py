from freqtrade_riskguard.commands.exit_codes import BAD_INPUT, fail


def test_an_error_is_one_line(capsys):
    assert fail("check", "first\n second") == BAD_INPUT == 2
    assert capsys.readouterr().err == "riskguard check: first second\n"
