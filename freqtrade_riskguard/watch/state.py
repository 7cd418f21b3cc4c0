"""The guardian's state, which survives its restart."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from freqtrade_riskguard.risk import EquityTrack
from freqtrade_riskguard.sanitize import escaped
from freqtrade_riskguard.watch.limit_checks import Kind

Scope = Literal["own", "fleet"]
# free: trades as it likes. closing: being stopped, until no trade is open. held: stopped and flat.
Phase = Literal["free", "closing", "held"]
Text = Annotated[str, AfterValidator(escaped)]


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Hold(_State):
    """Why a bot is held.

    Attributes
    ----------
    scope : str
        Whether the bot's own limit was reached or that of all bots together.
    day : int
        The day, counted from 1 January 1970 UTC.
    text : str
        The breach in words.
    """

    kind: Kind
    scope: Scope
    day: int
    text: Text

    @property
    def halts(self) -> bool:
        """Whether only ``--reset`` lifts it, and no start of the bot."""
        return self.kind == "max_drawdown"


class Fired(_State):
    """The daily limit has been reached on a day, and is reached again at ``next_ratio``."""

    day: int
    next_ratio: float


class _Tracked(_State):
    track: EquityTrack
    daily: Fired | None = None


class BotState(_Tracked):
    """State of one bot.

    Attributes
    ----------
    base_quote : float
        What its equity is counted from: capital before all trades, moved by transfers since.
    differences_quote : tuple of float
        How far the capital that freqtrade names was from the base at the last looks.
    notional_quote : dict
        Value of the positions in each coin when last seen.
    open_trades : tuple of int
        Identifiers of the trades that were open when last seen.
    database_start, startup : int or None
        As in :class:`~freqtrade_riskguard.rest_api.bot_status.BotStatus`.
    closing : tuple of int
        Identifiers of the trades that were found open since it is being stopped.
    polls_closing : int
        For how many polls it is being stopped.
    """

    currency: Text
    base_quote: float
    differences_quote: tuple[float, ...] = ()
    notional_quote: dict[Text, float]
    open_trades: tuple[int, ...] = ()
    database_start: int | None
    startup: int | None
    holds: tuple[Hold, ...] = ()
    phase: Phase = "free"
    closing: tuple[int, ...] = ()
    polls_closing: int = 0


class FleetState(_Tracked):
    """State of all bots together.

    Attributes
    ----------
    members : tuple of str
        Those that are counted in its equity.
    holds : tuple of Hold
        The last of each kind, for who joins later.
    """

    members: tuple[Text, ...]
    holds: tuple[Hold, ...] = ()


class WatchState(_State):
    """All that is remembered."""

    version: Literal[1] = 1
    bots: dict[Text, BotState] = {}
    fleet: FleetState | None = None

    @model_validator(mode="after")
    def _knows_its_members(self) -> Self:
        if self.fleet is not None and not self.bots.keys() >= set(self.fleet.members):
            raise ValueError("fleet.members must all be among bots")
        return self
