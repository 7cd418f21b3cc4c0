"""Lets freqtrade find RiskGuard's protections by name.

freqtrade's resolver looks for protections in its own folder only. Its search path is extended
once by ours, behind freqtrade's, so that nothing of freqtrade's can be shadowed.
"""

from pathlib import Path
from typing import Any

from freqtrade.constants import Config
from freqtrade.resolvers.protection_resolver import ProtectionResolver

PROTECTIONS = Path(__file__).parent.parent / "protections"
_MARK = "_riskguard_installed"


def install_protections() -> None:
    """Extend the search path of freqtrade's protection resolver. Idempotent."""
    if getattr(ProtectionResolver, _MARK, False):
        return
    original: Any = ProtectionResolver.build_search_paths.__func__  # type: ignore[attr-defined]

    def build_search_paths(
        cls: type[ProtectionResolver],
        config: Config,
        user_subdir: str | None = None,
        extra_dirs: list[str] | None = None,
    ) -> list[Path]:
        return [*original(cls, config, user_subdir, extra_dirs), PROTECTIONS]

    ProtectionResolver.build_search_paths = classmethod(build_search_paths)  # type: ignore[method-assign,assignment]
    setattr(ProtectionResolver, _MARK, True)
