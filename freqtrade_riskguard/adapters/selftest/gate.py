"""Lets a bot start only with a freqtrade that calls the guard and does what it answers."""

import logging
import re
from collections.abc import Collection, Sequence
from importlib import import_module
from threading import Lock, current_thread

from freqtrade import __version__
from freqtrade.enums import OPTIMIZE_MODES, TRADE_MODES

from freqtrade_riskguard.adapters.selftest import passed, signatures
from freqtrade_riskguard.adapters.selftest.check import BACKTEST, BOT, THREAD, Check
from freqtrade_riskguard.adapters.startup.checks import refuse

logger = logging.getLogger(__name__)

# Year and month, as freqtrade counts its versions.
NEWEST_TESTED = (2026, 9)
_NEWEST = ".".join(map(str, NEWEST_TESTED))
_SHOWN = 5

_ENGINES = frozenset({BACKTEST, BOT})

_lock = Lock()
_cleared: set[str] = set()


def engines_of(runmode: str | None) -> frozenset[str]:
    """Return the engines of freqtrade that a run mode trades with; all of them for any other."""
    if runmode in OPTIMIZE_MODES:
        return frozenset({BACKTEST})
    if runmode in TRADE_MODES:
        return frozenset({BOT})
    return _ENGINES


def run(engines: Collection[str] = _ENGINES) -> list[Check]:
    """Run the self-test of some engines; an error in it is a check that has failed."""
    checks = signatures.compared()
    if _failed(checks):
        # What follows would fail for the same reasons, and say it less well.
        return checks
    try:
        # Late: it loads freqtrade's engines.
        played = import_module("freqtrade_riskguard.adapters.selftest.running").played
        return [*checks, *played(engines)]
    except Exception as error:
        logger.debug("RiskGuard: the self-test has failed", exc_info=True)
        found = f"{type(error).__name__}: {error}"
        return [
            *checks,
            Check(hook="self-test", where="freqtrade", expected="it can be run", found=found),
        ]


def require_freqtrade(runmode: str | None = None) -> None:
    """Stop freqtrade where it does not do what the guard relies on; look once per process.

    Parameters
    ----------
    runmode : str or None
        freqtrade's: what it does not trade with is not tested.

    Raises
    ------
    ConfigurationError
        freqtrade's own, naming what has changed.
    """
    if current_thread().name.startswith(THREAD):
        return
    with _lock:
        engines = engines_of(runmode) - _cleared
        if not engines:
            return
        if not _cleared and is_untested(__version__):
            logger.warning(
                "RiskGuard: freqtrade %s is not among the versions that it is tested with (newest: "
                "%s). The self-test still has to pass; start in dry-run all the same.",
                __version__,
                _NEWEST,
            )
        new = engines - passed.remembered()
        if new:
            failed = _failed(run(new))
            if failed:
                refuse(refusal(failed))
            passed.remember(new)
        _cleared.update(engines)


def freqtrade() -> str:
    """Return freqtrade's version in words."""
    tested = f" (not yet tested, newest: {_NEWEST})" if is_untested(__version__) else ""
    return f"freqtrade {__version__}{tested}"


def is_untested(version: str) -> bool:
    """Whether a version of freqtrade is newer than the newest tested one, or not a known one."""
    found = re.match(r"(\d{4})\.(\d+)", version)
    return found is None or tuple(map(int, found.groups())) > NEWEST_TESTED


def refusal(failed: Sequence[Check]) -> str:
    """Return why freqtrade is not started: what has changed, and what to do."""
    lines = [f"  {check}" for check in failed[:_SHOWN]]
    if len(failed) > _SHOWN:
        lines.append(f"  and {len(failed) - _SHOWN} more: run `riskguard selftest`")
    intro = (
        f"freqtrade {__version__} does not do what riskguard relies on, so your trades would not "
        "be protected:"
    )
    return "\n".join((intro, *lines, remedy()))


def remedy() -> str:
    """Return what to do where a check has failed."""
    if is_untested(__version__):
        return (
            f'Install a version that riskguard is tested with (pip install "freqtrade=={_NEWEST}"),'
            " or a newer riskguard."
        )
    return (
        f"riskguard is tested with freqtrade {__version__}: the installed files differ from the "
        f'release. Install it again: pip install --force-reinstall "freqtrade=={__version__}"'
    )


def _failed(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.found is not None]
