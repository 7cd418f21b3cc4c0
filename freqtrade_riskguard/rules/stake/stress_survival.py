"""Limits stakes to what survives the worst day of a market."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Cover, RuleSection
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import Exposure, StressResult, stress_test
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry

# Enough to find a stake to a millionth of what is asked.
_HALVINGS = 20


class StressSurvivalConfig(RuleSection):
    """Limits stakes so that the account survives a market move of up to 20 %."""

    min_cover: Cover = Field(
        default=1.1,
        description="minimum equity / maintenance margin after the worst of these moves; 1 is "
        "liquidation",
    )


@dataclass(frozen=True, slots=True)
class StressSurvival:
    """Every scenario leaves equity over maintenance margin, and room for 1.25 times the loss.

    Unknown equity or notionals leave no stake; an unknown beta to the market is 1.
    """

    name: ClassVar[str] = "stress_survival"

    min_cover: float

    def max_stake(self, entry: Entry) -> Cap | None:
        """Return the largest stake that survives, at most the one asked for; nothing for all of it.

        In each scenario equity less ``min_cover`` times the maintenance margin is concave in the
        stake, so the stakes that survive are one range: where nearly none does not, none is given.
        """
        asked_quote = entry.stake_quote
        survived_quote, failed_quote = 0.0, asked_quote
        if self._survives(entry, asked_quote / 2**_HALVINGS):
            if self._survives(entry, asked_quote):
                return None
            for _ in range(_HALVINGS):
                middle_quote = (survived_quote + failed_quote) / 2
                if self._survives(entry, middle_quote):
                    survived_quote = middle_quote
                else:
                    failed_quote = middle_quote
        return Cap(survived_quote, self._why(entry, _stressed(entry, asked_quote)))

    def _survives(self, entry: Entry, stake_quote: float) -> bool:
        result = _stressed(entry, stake_quote)
        lasts = result.stress_margin_quote <= entry.account.sizing_equity_quote
        return lasts and result.survival >= self.min_cover

    def _why(self, entry: Entry, result: StressResult) -> str:
        move = result.moves[result.profit_quote.index(min(result.profit_quote))]
        return (
            f"a market move of {percent(move, 0)} would take {money(result.worst_loss_quote)} of "
            f"{money(entry.account.sizing_equity_quote)} and leave equity at "
            f"{result.survival:.2f}x the maintenance margin (at least {self.min_cover:g}x)"
        )


def _stressed(entry: Entry, stake_quote: float) -> StressResult:
    """Return the scenarios of the account with this stake in the entry."""
    held = [(p.side, p.notional_quote, p.tiers) for p in entry.others]
    notional_quote = stake_quote * entry.leverage
    tiers = entry.market.tiers.of_position(notional_quote / entry.rate, entry.rate)
    own = (entry.side, notional_quote, tiers)
    rows = [*held, own]
    portfolio = entry.portfolio
    betas = [1.0] * len(rows) if portfolio is None else [float(beta) for beta in portfolio.betas]
    exposures = [Exposure(*row, beta) for row, beta in zip(rows, betas, strict=True)]
    return stress_test(entry.account.sizing_equity_quote, exposures)
