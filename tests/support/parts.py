"""The parts that the guard is made of, by name: ``module:function`` or ``module:Class.method``."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import freqtrade_riskguard
from freqtrade_riskguard import adapters, engine, rules
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.rules import ANSWERS

# Rooms that no bot runs in.
_WITHOUT_A_BOT = tuple(f"{adapters.__name__}.{room}" for room in ("preview", "reruns", "selftest"))


def rule_parts() -> list[str]:
    """Return every answer of every rule of the configuration."""
    return [
        part
        for module in _modules(rules)
        for part, owner in _parts(module)
        if getattr(owner, "name", None) in RULES and part.rpartition(".")[2] in ANSWERS
    ]


def adapter_parts() -> list[str]:
    """Return every public function and method of the adapters."""
    return [part for module in _modules(adapters) for part, _ in _parts(module)]


def engine_parts() -> list[str]:
    """Return every public function and method of the engine."""
    return [part for module in _modules(engine) for part, _ in _parts(module)]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.startswith(_WITHOUT_A_BOT):
            yield importlib.import_module(found.name)


def _parts(module: ModuleType) -> Iterator[tuple[str, object]]:
    place = module.__name__.removeprefix(f"{freqtrade_riskguard.__name__}.")
    for name, found in vars(module).items():
        if name.startswith("_") or getattr(found, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(found):
            for attribute, value in vars(found).items():
                kinds = (property, staticmethod, classmethod)
                is_function = inspect.isfunction(value) or isinstance(value, kinds)
                if is_function and not attribute.startswith("_"):
                    yield f"{place}:{name}.{attribute}", found
        elif callable(found):
            yield f"{place}:{name}", None
