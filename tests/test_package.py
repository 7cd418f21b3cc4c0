"""What ``import freqtrade_riskguard`` does, and what it leaves for later; each in a new process."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import freqtrade_riskguard

FOUND_BY_NAME = """
from freqtrade.resolvers import ProtectionResolver
config = {"timeframe": "5m", "stake_currency": "USDT"}
for name in ("CircuitBreaker", "DailyLoss", "WeeklyLoss", "EquityDrawdown", "FundingBreaker"):
    found = ProtectionResolver.load_protection(name, config, {"method": name})
    assert type(found).__module__.rpartition(".")[2] in str(found.__file__), name
    assert "freqtrade_riskguard" in found.__file__
paths = [str(path) for path in ProtectionResolver.build_search_paths(config)]
assert [path.endswith("protections") for path in paths] == [True, True], paths
# The hook is gone, and the module looks as if it had never been there.
import inspect, sys
assert not [each for each in sys.meta_path if "riskguard" in type(each).__module__]
theirs = sys.modules["freqtrade.resolvers.protection_resolver"]
assert type(theirs.__loader__) is type(inspect.__loader__)
assert "class ProtectionResolver" in inspect.getsource(theirs)
"""
ORDERS = {
    "freqtrade first": "import freqtrade.resolvers, freqtrade_riskguard",
    "riskguard first": "import freqtrade_riskguard, freqtrade.resolvers",
    "its strategy first": "from freqtrade_riskguard import RiskGuard; import freqtrade.resolvers",
    "riskguard first, and freqtrade fails at the first time": """
import sys, freqtrade_riskguard
sys.modules["freqtrade.plugins.protections"] = None
try:
    import freqtrade.resolvers.protection_resolver
except ImportError:
    del sys.modules["freqtrade.plugins.protections"]
else:
    raise SystemExit("it did not fail")
""",
}


def python(program):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_freqtrade_finds_the_protections_in_whatever_order_both_are_imported(order):
    python(f"{ORDERS[order]}\n{FOUND_BY_NAME}")


def test_the_import_hook_is_there_once():
    python("""
import sys
before = len(sys.meta_path)
import freqtrade_riskguard
from freqtrade_riskguard.adapters.startup.protection_resolver import install_protections
install_protections()
assert len(sys.meta_path) == before + 1
""")


def test_importing_it_loads_no_exchange():
    loaded = python(
        "import sys, freqtrade_riskguard; print(*{name.split('.')[0] for name in sys.modules})"
    ).split()
    assert "freqtrade_riskguard" in loaded
    assert not {"freqtrade", "ccxt", "pandas", "numpy", "pydantic", "aiohttp"} & set(loaded)


def test_public_names_come_when_they_are_asked_for():
    python("""
import sys, freqtrade_riskguard as package
assert {"RiskGuard", "RiskGuardConfig", "__version__"} <= set(dir(package))
assert "freqtrade" not in sys.modules
from freqtrade_riskguard import *
from freqtrade_riskguard.strategy import RiskGuard as defined
assert RiskGuard is defined and vars(package)["RiskGuard"] is defined
assert RiskGuardConfig.__name__ == "RiskGuardConfig"
""")


def test_a_name_that_it_does_not_have_is_the_usual_error():
    misspelt = "Riskguard"
    with pytest.raises(AttributeError, match="has no attribute 'Riskguard'"):
        getattr(freqtrade_riskguard, misspelt)
    with pytest.raises(ImportError, match="cannot import name 'Riskguard'"):
        exec("from freqtrade_riskguard import Riskguard")  # noqa: S102  as a strategy would


@pytest.mark.parametrize("place", ["", ".replay", ".replay.scenarios"])
def test_type_checkers_are_told_of_every_lazy_name(place):
    package = import_module(f"freqtrade_riskguard{place}")
    text = Path(str(package.__file__)).read_text(encoding="utf-8")
    told = text[text.index("if TYPE_CHECKING") : text.index("else:")]
    lazy = text[text.index("else:") :]
    names = [name for name in package.__all__ if f'"{name}":' in lazy]
    assert names
    assert all(name in told and name in dir(package) for name in names)
    assert {name for name in package.__all__ if hasattr(package, name)} == set(package.__all__)
