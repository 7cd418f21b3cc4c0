"""From the raw ``config["riskguard"]`` to a checked configuration, for the bot and for a pair."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from freqtrade_riskguard.config.explain import explain, shown
from freqtrade_riskguard.config.profiles import PROFILE_MAX_LEVERAGE, PROFILES
from freqtrade_riskguard.config.schema import (
    ACCOUNT_WIDE,
    ACCOUNT_WIDE_WITHIN,
    CrossConfig,
    RiskGuardConfig,
)
from freqtrade_riskguard.config_types import MODES, Profile

# They judge a position by its own margin, which it has none of in cross margin.
ISOLATED_ONLY = ("margin_ladder",)


class InvalidSettingsError(ValueError):
    """The configuration cannot be used; the text names key, expectation and value."""


def load_config(raw: object) -> RiskGuardConfig:
    """Check ``config["riskguard"]`` and fill in what its profile sets.

    Parameters
    ----------
    raw : object
        What stands in the configuration file; ``None`` where nothing does (profile seatbelt).

    Returns
    -------
    RiskGuardConfig
        Complete and frozen. Overrides of single pairs are checked too, see :func:`for_pair`.

    Raises
    ------
    InvalidSettingsError
        Naming every key that is wrong, what it may be and what was given.
    """
    if raw is None:
        raw = {}
    if not isinstance(raw, Mapping):
        msg = f"riskguard must be an object of settings, got {shown(raw)}"
        raise InvalidSettingsError(msg)
    config = _validate(dict(raw), "riskguard")
    for pair in config.pairs:
        for_pair(config, pair)
    return config


def for_pair(config: RiskGuardConfig, pair: str) -> RiskGuardConfig:
    """Return the configuration that holds for a pair: its overrides on top of the bot's."""
    override = config.pairs.get(pair)
    if not override:
        return config
    path = f"riskguard.pairs.{pair}"
    for key in override:
        if key in ACCOUNT_WIDE:
            msg = f"{path}.{key} cannot be set for a pair: it concerns the whole account"
            raise InvalidSettingsError(msg)
    for section, key in ACCOUNT_WIDE_WITHIN:
        if isinstance(override.get(section), Mapping) and key in override[section]:
            msg = f"{path}.{section}.{key} cannot be set for a pair: it concerns the whole account"
            raise InvalidSettingsError(msg)
    merged = _merged(config.model_dump(exclude={"pairs"}), override)
    own = _validate_model(merged, path)
    # The bot's mode overrides downwards: no pair enforces while the bot only observes.
    own = own.model_copy(update={"mode": max(own.mode, config.mode, key=MODES.index)})
    return for_margin_mode(own, is_cross=config.is_cross)


def for_margin_mode(config: RiskGuardConfig, *, is_cross: bool) -> RiskGuardConfig:
    """Return the configuration for a bot's margin mode: in cross, rules without meaning are off."""
    if not is_cross:
        return config
    off = {name: getattr(config, name).model_copy(update={"mode": "off"}) for name in ISOLATED_ONLY}
    pairs = {
        pair: {key: value for key, value in own.items() if key not in ISOLATED_ONLY}
        for pair, own in config.pairs.items()
    }
    return CrossConfig.model_construct(**{**dict(config), **off, "pairs": pairs})


def _validate(raw: dict[str, Any], path: str) -> RiskGuardConfig:
    profile: Profile = raw.get("profile", "seatbelt")
    if not isinstance(profile, str) or profile not in PROFILES:
        # An unknown profile has no defaults to merge; the schema words the error.
        return _validate_model(raw, path)
    defaults = {"max_leverage": PROFILE_MAX_LEVERAGE[profile], **PROFILES[profile]}
    return _validate_model(_merged(defaults, raw), path)


def _validate_model(values: dict[str, Any], path: str) -> RiskGuardConfig:
    try:
        return RiskGuardConfig.model_validate(values)
    except ValidationError as error:
        # Its own text holds what was given, secrets included.
        raise InvalidSettingsError(explain(error, path, RiskGuardConfig)) from None


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``over`` laid on top, section by section."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and key != "regimes":
            result[key] = _merged(below, value)
        else:
            result[key] = value
    return result
