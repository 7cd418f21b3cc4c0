"""What ``riskguard size`` is told of a position, and the maintenance tiers that it implies."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from freqtrade_riskguard.adapters.market.tier_files import SHIPPED, shipped_tiers
from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json, read_bytes
from freqtrade_riskguard.config.explain import explain
from freqtrade_riskguard.config.measurement import LiquidationSettings
from freqtrade_riskguard.config_types import Leverage, Ratio, Section
from freqtrade_riskguard.formatting import currency
from freqtrade_riskguard.snapshot import DEFAULT_TAKER_FEE
from freqtrade_riskguard.venues import VENUES, MarketTiers, market_tiers, venue_of

# For an exchange that the table of venues does not know: the careful rule.
OTHER_VENUE = "other"
_MOST_BYTES = 16 * MEGABYTE
_ROOT = "size"
_TEXTS = frozenset({"pair", "side", "venue", "profile", "tiers"})
_Positive = Annotated[float, Field(gt=0)]


class SizeInputError(ValueError):
    """The position cannot be sized; the text names the field, in one line."""


def _linear(pair: str) -> str:
    base, _, rest = pair.partition("/")
    quote, _, settle = rest.partition(":")
    if not (base and quote and quote == settle and pair.isprintable()):
        raise ValueError("must be a linear futures pair like BTC/USDT:USDT")
    return pair


def _known(name: str) -> str:
    names = sorted(venue.name for venue in VENUES)
    if name.lower() != OTHER_VENUE and not venue_of(name).is_known:
        raise ValueError(f"must be one of {', '.join(names)}, or {OTHER_VENUE}")
    return name.lower()


class SizeInput(Section):
    """A position that somebody thinks of opening."""

    pair: Annotated[str, AfterValidator(_linear)]
    side: Literal["long", "short"]
    entry: _Positive
    stop: _Positive
    equity: _Positive
    venue: Annotated[str, AfterValidator(_known)]
    leverage: Leverage | None = None
    # A seatbelt sizes nothing.
    profile: Literal["conservative", "moderate", "aggressive", "speculative"] = "moderate"
    risk: Ratio = 0.01
    fee: Annotated[float, Field(ge=0, lt=0.05)] = DEFAULT_TAKER_FEE
    volatility: Ratio | None = None
    tiers: str | None = None
    contract_size: _Positive | None = None
    market_leverage: Leverage | None = None

    @model_validator(mode="after")
    def _stops_a_loss(self) -> Self:
        if not self.direction * (self.entry - self.stop) > 0:
            where = "below" if self.side == "long" else "above"
            raise ValueError(
                f"stop must be {where} entry ({self.entry:g}) for a {self.side}, got {self.stop:g}"
            )
        return self

    @property
    def direction(self) -> int:
        """+1 for long, -1 for short."""
        return 1 if self.side == "long" else -1

    @property
    def currency(self) -> str:
        """What the pair is settled in."""
        return currency(self.pair)


def read_size_input(given: Mapping[str, object]) -> SizeInput:
    """Check what was given; numbers may be texts.

    Raises
    ------
    SizeInputError
        Naming every field that is wrong, and what it may be.
    """
    values = {
        name: value if name in _TEXTS else _number(value)
        for name, value in given.items()
        if name in SizeInput.model_fields and value is not None
    }
    try:
        return SizeInput.model_validate(values)
    except ValidationError as error:
        lines = explain(error, _ROOT, SizeInput).splitlines()
        raise SizeInputError("; ".join(line.removeprefix(f"{_ROOT}.") for line in lines)) from None


def _number(value: object) -> object:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def tiers_of(given: SizeInput) -> MarketTiers:
    """Return the maintenance tiers: of the file, else those that freqtrade ships, else the rule's.

    Raises
    ------
    SizeInputError
        For a file that cannot be read or holds no tiers of the pair.
    """
    if given.tiers is None and venue_of(given.venue).name == SHIPPED:
        shipped = shipped_tiers(SHIPPED, [given.pair]).get(given.pair)
        if shipped is not None:
            return MarketTiers(shipped)
    rows = None if given.tiers is None else _rows(given.tiers, given.pair)
    found = market_tiers(
        venue_of(given.venue),
        rows,
        {
            "contractSize": given.contract_size,
            "limits": {"leverage": {"max": given.market_leverage}},
        },
        fallback_rate=LiquidationSettings().fallback_maintenance_rate,
    )
    if found.is_damaged:
        raise SizeInputError(f"tiers: {given.tiers}: {found.why_careful}")
    return found


def _rows(file: str, pair: str) -> list[Mapping[str, Any]]:
    """Return a pair's rows of a file: a list of them, or lists by pair as freqtrade's own."""
    try:
        content = parse_json(read_bytes(Path(file), _MOST_BYTES))
    except UnreadableError as error:
        raise SizeInputError(f"tiers: {file} {error}") from None
    rows = content.get(pair) if isinstance(content, dict) else content
    if not (isinstance(rows, list) and rows):
        raise SizeInputError(f"tiers: {file} has no tiers of {pair}")
    return rows
