from freqtrade.optimize.backtesting import Backtesting
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.commands import selftest
from tests.support.doctored import doctored


def test_it_shows_every_check_and_passes(capsys):
    assert main(["selftest"]) == 0

    *checks, empty, last = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok      ") for line in checks)
    assert (
        "ok      confirm_trade_entry (running bot): an entry that is denied is not made" in checks
    )
    assert not empty
    assert last.endswith(f" passed all {len(checks)} checks.")


def test_what_is_not_obeyed_is_shown(capsys, monkeypatch):
    name, old = "_enter_trade", "if not pos_adjust and not strategy_safe_wrapper("
    ignored = doctored(Backtesting, name, old, old.replace("not strategy", "None is strategy"))
    monkeypatch.setattr(Backtesting, name, ignored)

    assert main(["selftest"]) == 1

    lines = capsys.readouterr().out.splitlines()
    failed = [line for line in lines if line.startswith("FAILED")]
    assert failed[0].removeprefix("FAILED  ") == (
        "confirm_trade_entry (backtest): an entry that is denied is not made; found: an entry was "
        "made"
    )
    # Entries that locks keep out, or that are cancelled, are denied once more at the same place.
    consequences = ("found: an entry was made", "found: the order was not cancelled")
    assert all(line.endswith(consequences) for line in failed)
    assert lines[-2].startswith(f"{len(failed)} of ")
    assert 'pip install --force-reinstall "freqtrade==' in lines[-1]


def test_a_hook_that_is_gone_is_shown(capsys, monkeypatch):
    monkeypatch.delattr(IStrategy, "ft_stoploss_adjust")

    assert main(["selftest"]) == 1
    assert "FAILED  ft_stoploss_adjust (" in capsys.readouterr().out


def test_a_module_that_has_moved_is_shown(capsys, monkeypatch):
    monkeypatch.setattr(selftest, "_GATE", "freqtrade.no_such_module")

    assert main(["selftest"]) == 1
    found = capsys.readouterr().out
    assert found.startswith("FAILED  riskguard cannot be imported with this freqtrade: No module")
