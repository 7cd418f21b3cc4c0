"""The margin ladder: a position shrinks as its margin is used up."""

from dataclasses import dataclass
from math import isnan
from typing import ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Cover, RuleSection
from freqtrade_riskguard.formatting import currency, money
from freqtrade_riskguard.risk import MARGIN_LADDER, MarginStop, margin_stop
from freqtrade_riskguard.rules.account_messages import short_percent
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.snapshot import Account, Position

_LEVELS = len(MARGIN_LADDER.steps) + 1
_FIRST, _CLOSE = MARGIN_LADDER.steps[0], MARGIN_LADDER.steps[-1]
_HEALTHY = Step(0)
# Past its limit by this much a cover counts as recovered; until then it is not warned about again.
_RECOVERED = 1.1
_WARNED = 1
_CLOSED = 2


class MarginLadderConfig(RuleSection):
    """Cuts a position as its margin is used up: by 25 %, by 50 %, then closes it."""

    hard_cover: Cover = Field(
        default=1.3,
        description="closes the position when its equity / maintenance margin falls to this; 1 is "
        "liquidation",
    )
    soft_cover: Cover = Field(
        default=1.5, description="warns when equity / maintenance margin falls to this"
    )

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.soft_cover < self.hard_cover:
            msg = f"soft_cover must be >= hard_cover ({self.hard_cover:g}), got {self.soft_cover:g}"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True)
class MarginLadder:
    """Monitor, cut 25 %, cut 50 %, close by the margin left; warn, close by the maintenance cover.

    Each cut happens once per step, and a jump past several steps acts as the deepest. A close is
    asked for as long as its limit is passed. Unknown figures (NaN) cut nothing; an unknown cover is
    warned about.

    Attributes
    ----------
    hard_cover, soft_cover : float
        Equity / maintenance margin at and below which the position is closed, or warned about.

    Notes
    -----
    The level is the ladder's own, plus 5 where the cover has been warned about, or plus 10 where it
    has closed the position.
    """

    name: ClassVar[str] = "margin_ladder"
    is_monotone: ClassVar[bool] = True

    hard_cover: float
    soft_cover: float

    def advance(self, level: int, position: Position, account: Account) -> Step:
        """Return the step that the position's margin has newly reached; a recovery is silent."""
        cover = position.maintenance_cover
        if (
            level == 0
            and cover > self.soft_cover
            and watched_margin_left(position) > _FIRST.threshold
        ):
            return _HEALTHY
        alarm_before, reached = divmod(level, _LEVELS)
        stop = margin_stop(cover, hard=self.hard_cover, soft=self.soft_cover)
        alarm = self._alarm(alarm_before, stop, cover)
        margin_left = watched_margin_left(position)
        move = MARGIN_LADDER.advance(reached, margin_left)
        fired = _CLOSE if margin_left <= _CLOSE.threshold else move.fired
        said: list[str] = []
        keep_ratio = 1.0
        if fired is not None:
            said.append(f"{_margin_text(position, margin_left)}: {fired.name}")
            keep_ratio = fired.keep_ratio
        if stop is MarginStop.HARD:
            said.append(f"{_cover_text(cover, self.hard_cover)}: close")
            keep_ratio = 0.0
        elif alarm > alarm_before:
            said.append(f"{_cover_text(cover, self.soft_cover)}: near liquidation")
        keep_ratios = (keep_ratio,) if keep_ratio < 1 else ()
        return Step(move.level + _LEVELS * alarm, "; ".join(said), keep_ratios)

    def _alarm(self, before: int, stop: MarginStop, cover: float) -> int:
        if stop is MarginStop.NONE:
            return 0 if cover > self.soft_cover * _RECOVERED else before
        return max(before, _CLOSED if stop is MarginStop.HARD else _WARNED)


def watched_margin_left(position: Position) -> float:
    """Return the share of the margin's room that is left; 1 for a position that has not lost.

    The formula's room is the initial margin above today's maintenance: a large enough profit raises
    the maintenance past it, which is no reason to sell. Liquidation of such a position is watched
    by the cover.
    """
    return 1.0 if position.equity_quote >= position.margin_quote else position.margin_left


def _margin_text(position: Position, margin_left: float) -> str:
    equity, maintenance = money(position.equity_quote), money(position.maintenance_quote)
    return (
        f"margin left {short_percent(margin_left)} (equity {equity}, maintenance {maintenance} "
        f"{currency(position.market.pair)})"
    )


def _cover_text(cover: float, limit: float) -> str:
    if isnan(cover):
        return "equity over maintenance margin unknown"
    return f"equity is {cover:.3g} times the maintenance margin (limit {limit:g})"
