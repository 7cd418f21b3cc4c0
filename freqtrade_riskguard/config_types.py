"""The kinds of values a setting may have, with the bounds that make a typing error visible."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

Mode = Literal["enforce", "observe", "off"]
# What happens to a position on the exchange that no trade of the bot knows.
Orphans = Literal["alarm", "close", "ignore"]
# What happens where a winning position is among the first of auto-deleveraging.
Adl = Literal["off", "warn", "cut"]
Profile = Literal["seatbelt", "conservative", "moderate", "aggressive", "speculative"]

# Weakest last: a global mode can only weaken a rule's own.
MODES: tuple[Mode, ...] = ("enforce", "observe", "off")

# What can be typed as a percentage by mistake ends with `lt`: its error suggests the fraction.
# A fraction of something (0.02 is 2 %). 1 and above can only be a percentage or a mistake.
Ratio = Annotated[float, Field(gt=0, lt=1)]
# Per 8 hours; exchanges cap theirs at a few per cent.
FundingRate = Annotated[float, Field(gt=0, lt=0.05)]
# Notional / equity, and volatility a year: these may well be above 1.
Exposure = Annotated[float, Field(gt=0, lt=25)]
AnnualVolatility = Annotated[float, Field(gt=0, lt=5)]
# Of something that may also be all or nothing.
Share = Annotated[float, Field(ge=0, le=1)]

Leverage = Annotated[float, Field(ge=1, le=125)]
# Equity / maintenance margin: 1 is liquidation.
Cover = Annotated[float, Field(ge=1, le=10)]
Count = Annotated[int, Field(ge=1)]
CountOrNone = Annotated[int, Field(ge=0)]
Hours = Annotated[float, Field(gt=0, le=24 * 365)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60 * 365)]

NOT_A_MOMENT = "not_a_moment"


def _moment(given: object) -> datetime:
    """Return a time of UTC from what stands in the file, or from what was read before."""
    # A number is no text: 20260128 would be read as a date.
    if isinstance(given, (str, datetime)):
        try:
            moment = datetime.fromisoformat(given) if isinstance(given, str) else given
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError(NOT_A_MOMENT, "not a time")


# ISO 8601; UTC where no zone is given.
Moment = Annotated[datetime, BeforeValidator(_moment)]


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
        description="enforce: the rule decides; observe: its answer is journalled and changes "
        "nothing; off",
    )
