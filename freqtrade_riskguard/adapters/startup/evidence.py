"""Evidence for Kelly, read at a start: refused where it is damaged or of another strategy."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from freqtrade.enums import RunMode
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.startup.checks import refuse
from freqtrade_riskguard.backtest_result.result import EXIT_SETTINGS
from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json, read_bytes
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.evidence.identity import Identity, identity_of
from freqtrade_riskguard.evidence.record import (
    MOST_BYTES,
    EvidenceError,
    EvidenceRecord,
    from_json,
)

logger = logging.getLogger(__name__)

KEY = "riskguard.kelly.evidence_file"
_MOST_SOURCE_BYTES = 10 * MEGABYTE
_PREFIX = "riskguard__"
# freqtrade's spaces that search its own exits.
_EXIT_SPACES = frozenset({"roi", "stoploss", "trailing", "all", "default"})
_OURS = ("freqtrade.", "freqtrade_riskguard.")


def read_evidence(settings: RiskGuardConfig, strategy: IStrategy) -> EvidenceRecord | None:
    """Return the evidence that the settings name; None where Kelly is off or none is named.

    None, too, with a line in the log, while hyperopt searches the strategy's own parameters: no
    backtest was made with those of this epoch.

    Raises
    ------
    ConfigurationError
        freqtrade's own, naming the key: the file is missing, damaged, or of another strategy, other
        parameters or another timeframe.
    """
    name = settings.kelly.evidence_file
    if name is None or settings.mode_of("kelly") == "off":
        return None
    path = Path(strategy.config["user_data_dir"]) / name
    try:
        record = from_json(read_bytes(path, MOST_BYTES))
        identity = identity_of_bot(strategy)
    except (EvidenceError, UnreadableError) as error:
        refuse(f"{KEY}: {path} {error}")
    differences = record.identity.differences(identity)
    if _searches_own_parameters(strategy):
        logger.info("RiskGuard: %s counts nothing: hyperopt searches other parameters.", KEY)
        return None
    if differences:
        refuse(f"{KEY}: {path} (here) is not of this bot (there): {'; '.join(differences)}")
    for base in _bases_elsewhere(strategy):
        logger.warning(
            "RiskGuard: %s: %s is in another file, whose changes nobody would notice: write the "
            "evidence again after each.",
            *(KEY, base),
        )
    return record


def identity_of_bot(strategy: IStrategy) -> Identity:
    """Return the identity of a strategy that freqtrade has loaded.

    Raises
    ------
    UnreadableError
        Where its file cannot be read.
    """
    source = Path(str(getattr(strategy, "__file__", "")))
    parameters = source.with_suffix(".json")
    try:
        return identity_of(
            strategy.get_strategy_name(),
            strategy.timeframe,
            read_bytes(source, _MOST_SOURCE_BYTES),
            parse_json(read_bytes(parameters, _MOST_SOURCE_BYTES), allow_nan=True)
            if parameters.is_file()
            else None,
            {name: strategy.config.get(name) for name in EXIT_SETTINGS},
        )
    except UnreadableError as error:
        raise UnreadableError(f"cannot be compared with the strategy, whose file {error}") from None


def _searches_own_parameters(strategy: IStrategy) -> bool:
    config = strategy.config
    if config.get("runmode") != RunMode.HYPEROPT:
        return False
    return not _EXIT_SPACES.isdisjoint(config.get("spaces") or ()) or any(
        parameter.in_space and parameter.optimize and not name.startswith(_PREFIX)
        for name, parameter in strategy.enumerate_parameters()
    )


def _bases_elsewhere(strategy: IStrategy) -> Iterator[str]:
    """Yield the strategy's bases that stand in other files than its own."""
    for base in type(strategy).__mro__[1:]:
        module = base.__module__
        known = module in sys.stdlib_module_names or module.startswith(_OURS)
        if not known and module != type(strategy).__module__:
            yield base.__name__
