"""The state of a guard as plain data. A figure that is None cannot be told: it is never a guess."""

from datetime import datetime
from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.sanitize import escaped

SideName = Literal["long", "short", "both"]
Verdict = Literal["healthy", "attention", "unknown"]


def _known(value: object) -> object:
    """Return a figure, or None where it is not a finite number."""
    return None if isinstance(value, int | float) and not isfinite(value) else value


Figure = Annotated[float | None, BeforeValidator(_known)]
Text = Annotated[str, AfterValidator(escaped)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BotIdentity(_Part):
    """Which bot it is."""

    name: Text
    strategy: Text | None = Field(default=None, description="null where nobody says")
    exchange: Text
    currency: Text = Field(description="the stake currency: all *_quote figures are in it")
    margin_mode: Literal["isolated", "cross"] | None = None
    trading: Literal["dry-run", "live"]
    state: Text | None = Field(
        default=None, description="running, paused or stopped; null where a database is read"
    )


class Equity(_Part):
    """The account's equity, marked to market."""

    equity_quote: Figure
    basis: Text = Field(description="what the marks are: live or candle close")
    wallet_quote: Figure = Field(default=None, description="without the profit of open trades")
    free_quote: Figure = Field(default=None, description="what of the wallet is not bound")


class LossLimit(_Part):
    """The loss of a day or a week against its limit."""

    start_quote: Figure = Field(description="equity when it began, UTC")
    change_ratio: Figure = Field(description="equity / equity at its start - 1")
    loss_ratio: Figure = Field(description="the same as a loss, at least 0")
    limit_ratio: Figure = Field(description="the loss that locks entries; null for no limit")
    used_ratio: Figure = Field(description="loss / limit; 1 is the limit")
    left_quote: Figure = Field(description="loss that is left until the limit")
    mode: Mode | None = Field(description="of its rule; null where nobody says")


class LadderStep(_Part):
    """A step of the drawdown ladder."""

    at_ratio: float = Field(description="drawdown from which it holds")
    keep_ratio: float = Field(description="share of stakes that it keeps; 0 closes all and halts")
    is_reached: bool | None


class Drawdown(_Part):
    """The fall from the highest equity against the ladder."""

    peak_quote: Figure
    drawdown_ratio: Figure = Field(description="fall from the peak / peak, at least 0")
    halt_ratio: Figure = Field(description="drawdown that halts the bot; null for none")
    used_ratio: Figure = Field(description="drawdown / halt_ratio; 1 is the halt")
    stake_ratio: Figure = Field(description="share of its stakes that the ladder leaves now")
    steps: tuple[LadderStep, ...] = ()
    mode: Mode | None = Field(description="of its rule; null where nobody says")


class Margin(_Part):
    """The margin of the whole account."""

    initial_quote: Figure = Field(description="initial margin of all positions")
    maintenance_quote: Figure = Field(description="maintenance margin of all positions")
    maintenance_ratio: Figure = Field(description="maintenance margin / equity; 1 is liquidation")
    level: Literal["ok", "warning", "danger", "emergency"] | None
    effective_leverage: Figure = Field(description="notional of all positions / equity")
    max_leverage: Figure = Field(description="greatest leverage of a trade; null where unknown")
    mode: Mode | None = Field(description="of its rule; null where nobody says")


class Exposure(_Part):
    """What the positions hold, and what they lose together at their stops."""

    gross_ratio: Figure = Field(description="notional of all positions / equity")
    max_gross_ratio: Figure = Field(description="null for no limit")
    net_ratio: Figure = Field(description="|longs - shorts| / equity")
    max_net_ratio: Figure = Field(description="null for no limit")
    heat_quote: Figure = Field(description="loss of all positions at their stops, before gaps")
    heat_limit_quote: Figure = Field(description="what is left of the day's loss limit")


class PositionStatus(_Part):
    """An open position."""

    trade_id: int
    pair: Text
    side: Literal["long", "short"]
    leverage: Figure
    amount: Figure = Field(description="base units")
    open_rate: Figure
    mark: Figure = Field(description="price that it is valued at")
    notional_quote: Figure
    margin_quote: Figure = Field(description="its initial margin")
    equity_quote: Figure = Field(description="margin and open profit")
    stop_price: Figure
    stop_distance_ratio: Figure = Field(description="of the mark; negative past the stop")
    loss_at_stop_quote: Figure = Field(description="from the mark, before gaps")
    liquidation_price: Figure = Field(description="0 where nothing liquidates it")
    liquidation_distance_ratio: Figure = Field(description="of the mark; 1 for no liquidation")
    maintenance_cover: Figure = Field(description="equity / maintenance margin; 1 is liquidation")
    margin_left_ratio: Figure = Field(description="1 at entry, 0 at liquidation")
    warning: Text | None = Field(
        default=None, description="what the margin ladder says to it; null for nothing"
    )


class LockStatus(_Part):
    """A lock in force: nothing is entered."""

    pair: Text = Field(description="* for all")
    side: SideName
    rule: Text = Field(description="the rule or protection that gave it, or 'other lock'")
    reason: Text
    until: datetime
    is_halt: bool
    lift: Text = Field(description="what lifts it")


class ExchangeStatus(_Part):
    """What the exchange says against what the bot says."""

    state: Literal["agrees", "differs", "nothing noted", "not compared", "unknown"]
    text: Text


class DecisionStatus(_Part):
    """A decision of the guard."""

    time: datetime
    pair: Text
    side: SideName
    question: Text
    rule: Text
    is_enforced: bool
    reason: Text


class GuardStatus(_Part):
    """The state of a guard at one moment. Its version changes when a field is taken away."""

    version: Literal[1]
    time: datetime
    source: Literal["database", "rest_api"]
    verdict: Verdict
    warnings: tuple[Text, ...] = Field(description="what is locked or beyond a warning")
    unknown: tuple[Text, ...] = Field(description="what cannot be told")
    bot: BotIdentity
    equity: Equity
    day: LossLimit
    week: LossLimit
    drawdown: Drawdown
    margin: Margin
    exposure: Exposure
    positions: tuple[PositionStatus, ...]
    locks: tuple[LockStatus, ...] | None = Field(description="null where they cannot be told")
    exchange: ExchangeStatus
    decisions: tuple[DecisionStatus, ...] | None = Field(
        description="the newest first; null where there is no journal to read"
    )
    journal_file: Text | None = Field(
        default=None, description="where they are read from; null for none, or where nobody says"
    )
