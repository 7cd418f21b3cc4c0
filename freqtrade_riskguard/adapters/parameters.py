"""Hyperopt's parameters of a strategy that is guarded by subclassing it."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)


def inherited_parameters(cls: type) -> dict[str, Any]:
    """Return the parameter file of the nearest base that has one; empty where none has.

    freqtrade looks for ``<file of the class>.json`` only, so that a guarded subclass in its own
    file would silently run with the defaults instead of the parameters found by hyperopt.
    """
    for base in cls.__mro__[1:]:
        module = sys.modules.get(base.__module__)
        source = getattr(module, "__file__", None)
        if source is None or base.__module__.startswith(("freqtrade.", "freqtrade_riskguard.")):
            continue
        path = Path(source).with_suffix(".json")
        if not path.is_file():
            continue
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            logger.warning("RiskGuard: %s cannot be read; its parameters are not used.", path)
            continue
        if found.get("strategy_name") == base.__name__:
            logger.info("RiskGuard: using the parameters of %s from %s.", base.__name__, path)
            return found
    return {}
