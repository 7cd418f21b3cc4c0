"""The default of each setting, by profile."""

import json
from functools import cache
from typing import Any

from freqtrade_riskguard.config.loading import load_config
from freqtrade_riskguard.config.profiles import PROFILES
from freqtrade_riskguard.config_types import Profile

# The profile with every rule on, whose figures are those of the documents.
USUAL: Profile = "moderate"
# What is meant where no profile is given.
_GIVEN: dict[tuple[str, ...], Any] = {("profile",): "seatbelt"}

Defaults = dict[Profile, Any]


@cache
def _of_profile(profile: Profile) -> dict[str, Any]:
    return load_config({"profile": profile}).model_dump(mode="json")


def defaults_of(path: tuple[str, ...]) -> Defaults:
    """Return the default of a setting in each profile, as it would stand in a file.

    Parameters
    ----------
    path : tuple of str
        Its key, below that of its section where it has one.
    """
    found: Defaults = {}
    for profile in (USUAL, *PROFILES):
        value: Any = _of_profile(profile)
        for key in path:
            value = value[key]
        found[profile] = _GIVEN.get(path, value)
    return found


def default_text(defaults: Defaults, mark: str = "") -> str:
    """Return one line: the usual value, and the profiles that have another.

    Parameters
    ----------
    mark : str
        Put around values and names, such as a backtick.
    """
    others: dict[str, list[str]] = {}
    usual = json.dumps(defaults[USUAL])
    for profile, value in defaults.items():
        if json.dumps(value) != usual:
            others.setdefault(json.dumps(value), []).append(f"{mark}{profile}{mark}")
    texts = [f"{', '.join(names)}: {mark}{value}{mark}" for value, names in others.items()]
    return "; ".join([f"{mark}{usual}{mark}", *texts])
