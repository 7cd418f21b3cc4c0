"""What can go wrong on the exchange on command: one kind of rule each, read from JSON."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveInt,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from freqtrade_riskguard.replay.clock import to_ms


def _not_zero(code: int) -> int:
    if code == 0:
        raise PydanticCustomError("not_zero", "input should not be 0")
    return code


# No exchange calls an error 0.
_Code = Annotated[int, AfterValidator(_not_zero)]
_ErrorStatus = Annotated[int, Field(ge=400, le=599)]
_Share = Annotated[float, Field(gt=0.0, lt=1.0)]
# A price stays above 0.
_Change = Annotated[float, Field(gt=-1.0, allow_inf_nan=False)]


class FaultError(ValueError):
    """Faults that cannot be read; the message is one line that names the key."""


class _Rule(BaseModel):
    """What all rules have.

    Attributes
    ----------
    name
        For whoever reads the list, or takes the rule back.
    since, until
        In the exchange's time; from now on, and for ever, where left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def holds_at(self, now_ms: int) -> bool:
        """Whether a moment lies between `since` and `until`."""
        begun = self.since is None or to_ms(self.since) <= now_ms
        return begun and (self.until is None or now_ms < to_ms(self.until))


class _CountedRule(_Rule):
    """A rule that strikes one time after the other.

    Attributes
    ----------
    skip
        How often it lets pass first what it concerns.
    times
        How often it strikes; None for always.
    """

    skip: NonNegativeInt = 0
    times: PositiveInt | None = None


class RequestRule(_CountedRule):
    """A rule about requests.

    Attributes
    ----------
    path
        Of the requests, ``*`` for any characters, as in ``/fapi/*/positionRisk``.
    method
        Theirs; None for all.
    where
        Arguments that they must have, as in ``{"symbol": "BTCUSDT"}``.
    """

    path: str = "*"
    method: Literal["GET", "POST", "PUT", "DELETE"] | None = None
    where: dict[str, str] = Field(default_factory=dict)

    def concerns(self, method: str, path: str, arguments: dict[str, str]) -> bool:
        """Whether a request is one of those."""
        return (
            self.method in {None, method}
            and fnmatchcase(path, self.path)
            and all(arguments.get(name) == value for name, value in self.where.items())
        )


class Refuse(RequestRule):
    """Requests are answered with an error, and nothing is done."""

    what: Literal["refuse"]
    code: _Code = -1000
    status: _ErrorStatus = 400
    message: str = "A fault that was asked for."


class RefuseStops(_CountedRule):
    """No stop order is taken; all else is."""

    what: Literal["refuse_stops"]
    symbol: str | None = None
    code: _Code = -1008
    status: _ErrorStatus = 503
    message: str = "Server is currently overloaded with other requests. Please try again later."


class RateLimit(RequestRule):
    """Requests are answered with HTTP 429."""

    what: Literal["rate_limit"]
    retry_after_seconds: NonNegativeInt = 1


class TimeOut(RequestRule):
    """Requests are held back and never answered; nothing is done."""

    what: Literal["time_out"]
    seconds: NonNegativeFloat = 30.0


class Late(RequestRule):
    """Requests are done at once and answered later, by the machine's clock."""

    what: Literal["late"]
    seconds: NonNegativeFloat


class LoseAnswer(RequestRule):
    """Requests are done, and answered as if nobody knew.

    Attributes
    ----------
    code
        Of the answer; None for no answer at all: the connection ends.
    """

    what: Literal["lose_answer"]
    code: _Code | None = -1007
    status: _ErrorStatus = 503
    message: str = (
        "Timeout waiting for response from backend server. Send status unknown; execution status "
        "unknown."
    )


class GoAway(RequestRule):
    """Connections end without an answer, and nothing is done."""

    what: Literal["go_away"]


class PartialFill(_CountedRule):
    """New orders are filled by a share only: what is left of a limit order waits for ever.

    Attributes
    ----------
    symbol
        Of the orders; None for all.
    share
        Of the amount, between 0 and 1; rounded down to whole lots.
    """

    what: Literal["partial_fill"]
    symbol: str | None = None
    share: _Share


class ForgetOrder(_CountedRule):
    """Orders are there and work, and whoever asks for one is told that it is not known."""

    what: Literal["forget_order"]
    symbol: str | None = None


class CancelOrder(_CountedRule):
    """The exchange cancels open orders by itself.

    Attributes
    ----------
    symbol
        Of the orders; None for all.
    stops
        Whether they are stop orders.
    """

    what: Literal["cancel_order"]
    symbol: str | None = None
    stops: bool = True


class PriceJump(_Rule):
    """The price is another than the recorded one, by a ratio, while the rule holds."""

    what: Literal["price_jump"]
    symbol: str
    change: _Change


class MarkDiffers(_Rule):
    """The mark price is another than the last price, by a ratio, while the rule holds."""

    what: Literal["mark_differs"]
    symbol: str
    change: _Change


class LiquidateFirst(_Rule):
    """Where a stop and the liquidation are reached in one move, the liquidation comes first."""

    what: Literal["liquidate_first"]


Rule: TypeAlias = Annotated[
    Refuse
    | RateLimit
    | TimeOut
    | Late
    | LoseAnswer
    | GoAway
    | RefuseStops
    | PartialFill
    | ForgetOrder
    | CancelOrder
    | PriceJump
    | MarkDiffers
    | LiquidateFirst,
    Field(discriminator="what"),
]
_RULES: TypeAdapter[list[Rule]] = TypeAdapter(list[Rule])


def read_rules(content: object, place: str) -> list[Rule]:
    """Read a list of rules, or a single one, as JSON has it.

    Parameters
    ----------
    content
        What was read, or other objects than Python's own for JSON: times may be `datetime`.
    place
        Where it was read, for the error.

    Raises
    ------
    FaultError
        Naming the first key that is wrong.
    """
    rules = content if isinstance(content, list) else [content]
    try:
        return _RULES.validate_python(rules)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise FaultError(f"{place}: {_key(first['loc'])}: {_reason(first)}") from None


def read_faults(file: Path) -> list[Rule]:
    """Read a JSON file with a list of rules, or with one.

    Raises
    ------
    FaultError
        Naming the file, and the first key that is wrong.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultError(f"{file} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise FaultError(f"{file} is no JSON: {error}") from None
    return read_rules(content, str(file))


def _key(location: tuple[int | str, ...]) -> str:
    # Behind the number stands the kind of rule, which is no key.
    number, _kind, *keys = (*location, "")
    names = [f"fault {int(number) + 1}", *(str(key) for key in keys if key != "")]
    return ", ".join(names)


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "no such key"
    return f"{error['msg'][0].lower()}{error['msg'][1:]}"
