"""A case of a rule: a market and a script in which it binds, and one in which it must not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.scripted import Play, Script, Seen, only

# How a rule shows in the trades: of the guarded strategy, and of the same one without a guard, on
# the candles of a folder.
Check = Callable[[Seen, Seen, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A rule that is on alone.

    Attributes
    ----------
    variant : str
        What tells several cases of a rule apart.
    market : str
        Which candles.
    binds, idle : Script
        What a strategy does so that the rule must bind, and so that it must not.
    settings, idle_settings : mapping
        Of the rule; those of the idle case are laid on top.
    question, why : str, tuple of str
        What the journal says.
    shows : callable
        Asserts on the trades.
    """

    rule: str
    variant: str = ""
    market: str = "crash"
    binds: Script
    idle: Script
    settings: Mapping[str, Any] = field(default_factory=dict)
    idle_settings: Mapping[str, Any] = field(default_factory=dict)
    question: str
    why: tuple[str, ...]
    shows: Check

    @property
    def name(self) -> str:
        """The case's name, also that of its strategies."""
        words = f"{self.rule} {self.variant}".replace("_", " ").split()
        return "".join(word.title() for word in words)

    def plays(self) -> dict[str, Play]:
        """Return the guarded strategies, bound and idle."""
        idle = {**self.settings, **self.idle_settings}
        return {
            f"{self.name}Binds": Play(self.binds, only(self.rule, **self.settings)),
            f"{self.name}Idle": Play(self.idle, only(self.rule, **idle)),
        }
