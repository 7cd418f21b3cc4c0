"""Lets freqtrade find RiskGuard's protections by name.

freqtrade's resolver looks for protections in its own folder only. Its search path is extended
once by ours, behind freqtrade's, so that nothing of freqtrade's can be shadowed. Where freqtrade's
resolver is not loaded yet, this happens when it is: loading it here would load every exchange.
"""

from __future__ import annotations

import sys

# Not typing's: a command that is interrupted in its first milliseconds should already know how to
# end, and whatever is imported here comes before that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import ModuleType
    from typing import Any

    from freqtrade.constants import Config
    from freqtrade.resolvers.protection_resolver import ProtectionResolver

_RESOLVER = "freqtrade.resolvers.protection_resolver"
_MARK = "_riskguard_installed"


def install_protections() -> None:
    """Extend the search path of freqtrade's protection resolver, now or once it is loaded.

    Idempotent.
    """
    loaded = sys.modules.get(_RESOLVER)
    if loaded is not None:
        _extend(loaded)
    elif not any(isinstance(finder, _ResolverFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _ResolverFinder())


def _extend(module: ModuleType) -> None:
    from pathlib import Path

    folder = Path(__file__).parents[2] / "protections"
    resolver: type[ProtectionResolver] = module.ProtectionResolver
    if getattr(resolver, _MARK, False):
        return
    original: Any = resolver.build_search_paths.__func__  # type: ignore[attr-defined]

    def build_search_paths(
        cls: type[ProtectionResolver],
        config: Config,
        user_subdir: str | None = None,
        extra_dirs: list[str] | None = None,
    ) -> list[Path]:
        return [*original(cls, config, user_subdir, extra_dirs), folder]

    resolver.build_search_paths = classmethod(build_search_paths)  # type: ignore[method-assign,assignment]
    setattr(resolver, _MARK, True)


class _ResolverFinder:
    """Finds freqtrade's resolver as Python would, and has it extended as soon as it is loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return Python's own spec of the resolver; None for every other module."""
        if fullname != _RESOLVER:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            self._extend_after(spec.loader)
        return spec

    def _extend_after(self, loader: Any) -> None:
        load = loader.exec_module

        def load_and_extend(module: ModuleType) -> None:
            load(module)
            # One that reads from an archive may load other modules too.
            if module.__name__ == _RESOLVER:
                _extend(module)
                if self in sys.meta_path:
                    sys.meta_path.remove(self)

        loader.exec_module = load_and_extend
