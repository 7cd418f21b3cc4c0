"""A pair's rules, sorted by the question they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.rules.base import (
    AccountLadderRule,
    BreakerRule,
    EntryRule,
    EquityFloorRule,
    ExitPriceRule,
    ExitRule,
    LeverageRule,
    PauseRule,
    PositionLadderRule,
    Rule,
    StakeFactorRule,
    StakeRule,
    StopRule,
)
from freqtrade_riskguard.rules.shortcuts import watches_funding


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules by question, each with the mode it runs in; those that enforce come first."""

    leverage: tuple[tuple[LeverageRule, Mode], ...]
    stake: tuple[tuple[StakeRule, Mode], ...]
    stake_factor: tuple[tuple[StakeFactorRule, Mode], ...]
    entry: tuple[tuple[EntryRule, Mode], ...]
    pause: tuple[tuple[PauseRule, Mode], ...]
    stop: tuple[tuple[StopRule, Mode], ...]
    exit: tuple[tuple[ExitRule, Mode], ...]
    exit_price: tuple[tuple[ExitPriceRule, Mode], ...]
    equity_floor: tuple[tuple[EquityFloorRule, Mode], ...]
    ladder: tuple[tuple[PositionLadderRule, Mode], ...]
    account_ladder: tuple[tuple[AccountLadderRule, Mode], ...]
    breaker: tuple[tuple[BreakerRule, Mode], ...]
    # Without the rules that have nothing new to say while a position's funding is what it was.
    ladder_between_funding: tuple[tuple[PositionLadderRule, Mode], ...] = ()
    exit_between_funding: tuple[tuple[ExitRule, Mode], ...] = ()

    @classmethod
    def sort(cls, rules: Sequence[tuple[Rule, Mode]]) -> Self:
        """Sort rules by the answers they have. A rule may answer several questions."""
        rules = sorted(rules, key=lambda item: item[1] != "enforce")
        steady = [item for item in rules if not watches_funding(item[0])]
        return cls(
            leverage=tuple((r, mode) for r, mode in rules if isinstance(r, LeverageRule)),
            stake=tuple((r, mode) for r, mode in rules if isinstance(r, StakeRule)),
            stake_factor=tuple((r, mode) for r, mode in rules if isinstance(r, StakeFactorRule)),
            entry=tuple((r, mode) for r, mode in rules if isinstance(r, EntryRule)),
            pause=tuple((r, mode) for r, mode in rules if isinstance(r, PauseRule)),
            stop=tuple((r, mode) for r, mode in rules if isinstance(r, StopRule)),
            exit=tuple((r, mode) for r, mode in rules if isinstance(r, ExitRule)),
            exit_price=tuple((r, mode) for r, mode in rules if isinstance(r, ExitPriceRule)),
            equity_floor=tuple((r, mode) for r, mode in rules if isinstance(r, EquityFloorRule)),
            ladder=tuple((r, mode) for r, mode in rules if isinstance(r, PositionLadderRule)),
            account_ladder=tuple((r, m) for r, m in rules if isinstance(r, AccountLadderRule)),
            breaker=tuple((r, mode) for r, mode in rules if isinstance(r, BreakerRule)),
            ladder_between_funding=tuple(
                (r, mode) for r, mode in steady if isinstance(r, PositionLadderRule)
            ),
            exit_between_funding=tuple((r, mode) for r, mode in steady if isinstance(r, ExitRule)),
        )
