"""Hyperopt's parameters: those of the guard itself, and those of a strategy that is subclassed."""

import copy
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from freqtrade.strategy import IStrategy
from freqtrade.strategy.parameters import CategoricalParameter, NumericParameter

from freqtrade_riskguard.adapters.startup.checks import refuse
from freqtrade_riskguard.config import RiskGuardConfig, load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError

logger = logging.getLogger(__name__)

_PREFIX = "riskguard__"


def tuned(configured: RiskGuardConfig, strategy: IStrategy) -> RiskGuardConfig:
    """Return the configuration with the strategy's ``riskguard__<setting>`` parameters in it.

    ``riskguard__atr_stop__multiple`` is the setting ``atr_stop.multiple``. Such parameters are
    freqtrade's own; their values are read at the start of every run. What hyperopt is searching
    counts always. What it has found (the strategy's parameter file) counts unless the configuration
    names the setting itself, and a parameter's mere default never does: it would undo the profile.

    Raises
    ------
    InvalidSettingsError
        Where the values do not fit together.
    """
    values = {}
    for name, parameter in _parameters(strategy):
        if parameter.in_space and parameter.optimize:
            values[name] = parameter.value
        elif _is_found(strategy, name, parameter):
            if _is_configured(strategy, name):
                logger.warning(
                    "RiskGuard: parameter %s = %s is not used: the configuration sets %s.",
                    name,
                    parameter.value,
                    ".".join(_path(name)),
                )
            else:
                values[name] = parameter.value
    return _with(strategy, values) if values else configured


def check_parameters(strategy: IStrategy) -> None:
    """Stop freqtrade where a parameter could take a value that its setting may not have."""
    for name, parameter in _parameters(strategy):
        if isinstance(parameter, CategoricalParameter):
            ends = list(parameter.opt_range)
        elif isinstance(parameter, NumericParameter):
            ends = [parameter.low, parameter.high]
        else:
            ends = [parameter.value]
        for value in ends:
            try:
                _with(strategy, {name: value})
            except InvalidSettingsError as error:
                refuse(f"parameter {name} of the strategy: {error}")


def _parameters(strategy: IStrategy) -> Iterator[tuple[str, Any]]:
    for name, parameter in strategy.enumerate_parameters():
        if name.startswith(_PREFIX):
            yield name, parameter


def _is_found(strategy: IStrategy, name: str, parameter: Any) -> bool:
    """Whether hyperopt's result holds a parameter."""
    space = parameter.space
    from_file = getattr(strategy, "_ft_params_from_file", {}).get(space, {})
    return bool(parameter.load) and name in {
        **from_file,
        **getattr(strategy, f"{space}_params", {}),
    }


def _is_configured(strategy: IStrategy, name: str) -> bool:
    place: Any = strategy.config.get("riskguard") or {}
    for key in _path(name):
        if not isinstance(place, dict) or key not in place:
            return False
        place = place[key]
    return True


def _path(name: str) -> list[str]:
    return name.removeprefix(_PREFIX).split("__")


def _with(strategy: IStrategy, values: dict[str, Any]) -> RiskGuardConfig:
    raw: dict[str, Any] = copy.deepcopy(strategy.config.get("riskguard") or {})
    for name, value in values.items():
        place = raw
        *path, last = _path(name)
        for key in path:
            place = place.setdefault(key, {})
        place[last] = value
    return load_config(raw)


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
