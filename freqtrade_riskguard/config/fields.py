"""The kinds of values a setting may have, with the bounds that make a typing error visible."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["enforce", "observe", "off"]
Profile = Literal["seatbelt", "conservative", "moderate", "aggressive", "speculative"]

# Weakest last: a global mode can only weaken a rule's own.
MODES: tuple[Mode, ...] = ("enforce", "observe", "off")

# A fraction of something (0.02 is 2 %). 1 and above can only be a percentage or a mistake.
Ratio = Annotated[float, Field(gt=0, lt=1)]
Leverage = Annotated[float, Field(ge=1, le=125)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """Base of every part of the configuration: frozen, unknown keys refused, no coercion.

    Strict types matter here: ``"max_leverage": "5"`` or ``true`` is a mistake in a file that
    decides about money, so it is reported instead of guessed at. NaN and infinity are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class RuleSection(Section):
    """A part of the configuration that belongs to one rule."""

    mode: Mode = Field(
        default="enforce",
        description="enforce: decides; observe: computed and journalled, changes nothing; off",
    )
