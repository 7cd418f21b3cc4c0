"""Which settings are in force, and where each comes from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freqtrade_riskguard.adapters.preview.config_layers import ConfigLayer, origin_of
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import ISOLATED_ONLY, for_pair
from freqtrade_riskguard.config.profiles import PROFILE_MAX_LEVERAGE, PROFILES
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.sanitize import masked_value

# Objects with names that a person chooses: one setting each.
_WHOLE = frozenset({"regimes", "multiples_by_tag", "own_rules"})
# Said always, whoever set them.
_MAIN = frozenset(
    {"profile", "mode", "max_leverage", "risk_per_trade", "daily_loss_limit", "strict"}
)
# Whose figure it is, where the section does not say.
_USED_BY = {
    "max_leverage": ("hard_cap",),
    "risk_per_trade": ("fixed_risk",),
    "daily_loss_limit": ("daily_loss", "heat"),
}
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force.

    Attributes
    ----------
    key : str
        Below ``riskguard``, e.g. ``kelly.fraction``.
    value : object
        As JSON has it; a secret that was put there by mistake is masked.
        Of a mode the one in force, whatever the global mode leaves of it.
    origin : str
        A file, an environment variable, hyperopt's parameters, a profile, or ``default``.
    is_off : bool
        Whether every rule that it is for is off, so that it does nothing.
    """

    key: str
    value: Any
    origin: str
    is_off: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether somebody chose it, or it is one of those that everybody should know."""
        by_profile = self.origin == DEFAULT or self.origin.startswith("profile ")
        return not by_profile or self.key in _MAIN

    @property
    def text(self) -> str:
        """The value as it stands in a file, marked where it does nothing."""
        return json.dumps(self.value, default=str) + (" (off)" if self.is_off else "")


def settings_in_force(
    configured: RiskGuardConfig,
    tuned: RiskGuardConfig,
    layers: Sequence[ConfigLayer],
    parameter_origin: str,
) -> list[Setting]:
    """Return every setting.

    Parameters
    ----------
    configured : RiskGuardConfig
        As the files, the environment and the profile have it.
    tuned : RiskGuardConfig
        With hyperopt's parameters: what the guard goes by.
    layers : sequence of ConfigLayer
        The files and the environment.
    parameter_origin : str
        What to call hyperopt's parameters.
    """
    before = dict(_leaves(configured.model_dump(mode="json", exclude={"pairs"})))
    found = []
    for path, value in _leaves(tuned.model_dump(mode="json", exclude={"pairs"})):
        key = ".".join(path)
        if path == ("journal_file",):
            # Taken from the bot, so that looking at it writes nothing.
            origin, in_force = origin_of(layers, path), before[path]
        elif before.get(path) != value:
            origin, in_force = parameter_origin, value
        else:
            origin, in_force = origin_of(layers, path), value
        if tuned.is_cross and path[-1] == "mode" and path[0] in ISOLATED_ONLY:
            origin = "margin_mode 'cross'"
        elif path[-1] == "mode" and path[0] in RULES and tuned.mode_of(path[0]) != value:
            in_force, origin = tuned.mode_of(path[0]), "riskguard.mode"
        shown = masked_value(path[-1], in_force)
        origin = origin or _default(configured, path)
        found.append(Setting(key, shown, origin, _is_off(tuned, path)))
    for pair, overrides in configured.pairs.items():
        own = for_pair(tuned, pair)
        for path, value in _leaves(overrides):
            origin = origin_of(layers, ("pairs", pair, *path)) or DEFAULT
            shown = masked_value(path[-1], value)
            key = ".".join(("pairs", pair, *path))
            found.append(Setting(key, shown, origin, _is_off(own, path)))
    return found


def rules_by_mode(settings: RiskGuardConfig) -> dict[str, list[str]]:
    """Return the rules that enforce, observe and are off."""
    return {
        mode: [rule for rule in RULES if settings.mode_of(rule) == mode]
        for mode in ("enforce", "observe", "off")
    }


def rules_without_limit(settings: RiskGuardConfig) -> list[str]:
    """Return the rules that are on and protect from nothing, as no limit is given for any pair."""
    sides, overridden = settings.side_limit, {key for own in settings.pairs.values() for key in own}
    unset = {
        "max_spread": settings.max_spread.max_ratio is None,
        "side_limit": sides.max_longs is None and sides.max_shorts is None,
    }
    return [
        rule
        for rule, is_unset in unset.items()
        if is_unset and settings.mode_of(rule) != "off" and rule not in overridden
    ]


def _is_off(settings: RiskGuardConfig, path: tuple[str, ...]) -> bool:
    section, last = path[0], path[-1]
    # A mode says itself that it is "off".
    rules = () if last == "mode" else _USED_BY.get(section, (section,))
    return bool(rules) and all(rule in RULES and settings.mode_of(rule) == "off" for rule in rules)


def _default(settings: RiskGuardConfig, path: tuple[str, ...]) -> str:
    profile = settings.profile
    place: Any = {"max_leverage": PROFILE_MAX_LEVERAGE[profile], **PROFILES[profile]}
    for key in path:
        if not isinstance(place, Mapping) or key not in place:
            return DEFAULT
        place = place[key]
    return f"profile {profile}"


def _leaves(
    values: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in values.items():
        path = (*above, key)
        if isinstance(value, Mapping) and key not in _WHOLE:
            yield from _leaves(value, path)
        else:
            yield path, value
