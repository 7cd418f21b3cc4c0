"""What a case of a rule is: a market and a script in which it binds, and one in which it must not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.scripted import Play, Script, Seen, only

# How a rule shows in the trades: of the guarded strategy, and of the bare one.
Check = Callable[[Seen, Seen, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A rule that is on alone.

    Attributes
    ----------
    rule : str
    market : str
        Which candles, see ``MARKETS``.
    binds, idle : Script
        What a strategy does so that the rule binds, and so that it need not.
    settings, idle_settings : mapping
        Of the rule itself; those of the idle case are laid on top.
    top : mapping
        Settings outside the rule's section.
    question, why : str, tuple of str
        What the journal says.
    shows : callable
        Asserts on the trades.
    """

    rule: str
    market: str = "crash"
    binds: Script
    idle: Script
    settings: Mapping[str, Any] = field(default_factory=dict)
    idle_settings: Mapping[str, Any] = field(default_factory=dict)
    top: Mapping[str, Any] = field(default_factory=dict)
    question: str
    why: tuple[str, ...]
    shows: Check

    def plays(self) -> dict[str, Play]:
        """Return the case's plays by name: bound and idle, and each without the guard."""
        name = "".join(word.title() for word in self.rule.split("_"))
        bare = {"enabled": False}
        idle_settings = {**self.settings, **self.idle_settings}
        return {
            f"{name}Binds": Play(self.binds, {**only(self.rule, **self.settings), **self.top}),
            f"{name}Idle": Play(self.idle, {**only(self.rule, **idle_settings), **self.top}),
            f"{name}BindsBare": Play(self.binds, bare),
            f"{name}IdleBare": Play(self.idle, bare),
        }
