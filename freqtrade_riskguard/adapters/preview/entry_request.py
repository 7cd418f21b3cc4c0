"""An entry to ask for, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskguard.adapters.preview.recorder import RuleReply
from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.snapshot import Entry, Position

OWN_STOP = "stoploss"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """An entry to ask for.

    Attributes
    ----------
    leverage, stake_quote : float or None
        Asked for instead of what strategy and bot would ask for.
    """

    pair: str
    side: int
    rate: float
    time: datetime
    enter_tag: str | None = None
    leverage: float | None = None
    stake_quote: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPreview:
    """The result of the request.

    Attributes
    ----------
    entry : Entry
        As it would be made. Where there is no trade, with the stake that was asked for.
    position : Position
        As it would be right after, with freqtrade's own liquidation price too.
    asked_leverage, asked_stake_quote : float
        What strategy and bot asked for; NaN where an error kept them from it.
    margin_mode : str
        ``isolated`` or ``cross``.
    max_leverage : float
        The exchange's for this pair and stake.
    min_stake_quote : float
        The exchange's.
    stake_quote : float
        What the bot would stake; 0 for no trade.
    refusal : str or None
        Why there is no trade.
    stop_price : float
        The stop in force from the first tick; NaN for none.
    stop_rule : str
        Whose it is; ``stoploss`` for the strategy's own.
    said : mapping
        What every rule said, by question.
    decisions : tuple of Decision
        What changed something, or would have where a rule observes, as the journal has it.
    """

    entry: Entry
    position: Position
    asked_leverage: float
    asked_stake_quote: float
    margin_mode: str
    max_leverage: float
    min_stake_quote: float
    stake_quote: float
    refusal: str | None
    stop_price: float
    stop_rule: str
    said: Mapping[Question, tuple[RuleReply, ...]]
    decisions: tuple[Decision, ...]

    def bound(self, question: Question) -> Decision | None:
        """Return the last decision that changed an answer; None where nothing did."""
        made = [item for item in self.decisions if item.enforced and item.question == question]
        return made[-1] if made else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """The strategy's signal on a pair's last candle.

    Attributes
    ----------
    enters : bool or None
        Whether it wants to enter on this side; None where it could not be asked.
    """

    enters: bool | None = None
    enter_tag: str | None = None
