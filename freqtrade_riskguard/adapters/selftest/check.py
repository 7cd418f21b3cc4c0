"""One thing that freqtrade has to do for the guard."""

from dataclasses import dataclass

# The thread that a self-test runs in: a guard that is made there is the one under test.
THREAD = "riskguard-selftest"
# freqtrade's engines, as a person calls them.
BACKTEST, BOT = "backtest", "running bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that freqtrade has to do for the guard.

    Attributes
    ----------
    hook : str
        What it is about, by its name in freqtrade.
    where : str
        In which part of freqtrade.
    expected : str
        In words.
    found : str or None
        What there is instead; None where it is as expected.
    """

    hook: str
    where: str
    expected: str
    found: str | None

    def __str__(self) -> str:
        """Say in one line what was expected, and what was found instead."""
        found = "" if self.found is None else f"; found: {self.found}"
        return f"{self.hook} ({self.where}): {self.expected}{found}"
