"""What a self-test's strategy answers, and how freqtrade called it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# What an answer is made of: the strategy, what it would have answered without a script, and what
# freqtrade handed over, by name.
Answer = Callable[[Any, Any, Mapping[str, Any]], Any]
# By loop (the first is 1, and 0 is before it) and hook.
Answers = Mapping[int, Mapping[str, Answer]]

LEVERAGE, STAKE_QUOTE = 3.0, 300.0
AREA = {"type": "area", "start": "2026-01-01", "end": "2026-01-02", "label": "self-test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a hook by freqtrade.

    Attributes
    ----------
    loop : int
        In which loop; 0 before the first.
    hook : str
        Which one.
    pair : str or None
        About which pair; None for all.
    given : mapping
        What freqtrade handed over, by the names that the guard knows.
    """

    loop: int
    hook: str
    pair: str | None
    given: Mapping[str, Any]


@dataclass(slots=True)
class Script:
    """The answers of scenarios that are played side by side, one on each pair.

    What is not named in them is answered in every loop alike.

    Attributes
    ----------
    answers : mapping
        By pair.
    shorts : collection of str
        The pairs to go short on; the others go long.
    loop : int
        The loop that has begun last.
    calls : list of Call
        So far.
    misfits : dict
        The hooks that freqtrade did not give what the guard takes, with the reason.
    readings : dict
        By pair, what the guard's own code has read, or why it could not.
    """

    answers: Mapping[str, Answers] = field(default_factory=dict)
    shorts: Collection[str] = ()
    loop: int = 0
    calls: list[Call] = field(default_factory=list)
    misfits: dict[str, str] = field(default_factory=dict)
    readings: dict[str, Any] = field(default_factory=dict)

    def note(self, hook: str, given: Mapping[str, Any]) -> None:
        """Note a call."""
        if hook == "bot_loop_start":
            self.loop += 1
        self.calls.append(Call(loop=self.loop, hook=hook, pair=_pair(given), given=given))

    def answer(self, strategy: Any, hook: str, own: Any, given: Mapping[str, Any]) -> Any:
        """Return what the scripts answer to a call."""
        pair, answered = _pair(given), False
        for concerned in self.answers if pair is None else (pair,):
            scripted = self.answers.get(concerned, {}).get(self.loop, {}).get(hook)
            if scripted is not None:
                own, answered = scripted(strategy, own, {"pair": concerned, **given}), True
        if answered or hook not in _ALWAYS:
            return own
        return _ALWAYS[hook](strategy, own, given)

    def called(self, hook: str, pair: str | None) -> Iterator[Call]:
        """Yield the calls of a hook about a pair, in order."""
        return (call for call in self.calls if (call.hook, call.pair) == (hook, pair))


def constant(value: Any) -> Answer:
    """Return an answer that is always the same."""
    return lambda *_: value


def in_loops(loops: Iterable[int], hook: str, answer: Answer) -> Answers:
    """Return the same answer for several loops."""
    return {loop: {hook: answer} for loop in loops}


def _pair(given: Mapping[str, Any]) -> str | None:
    if "trade" in given:
        return str(given["trade"].pair)
    return given.get("pair")


_ALWAYS: Mapping[str, Answer] = {
    "leverage": constant(LEVERAGE),
    "custom_stake_amount": constant(STAKE_QUOTE),
    # The strategy's own vetoes every exit.
    "confirm_trade_exit": constant(value=True),
    # The strategy's own would leave every limit order unfilled.
    "custom_exit_price": lambda _strategy, _own, given: given["proposed_rate"],
    "plot_annotations": constant([AREA]),
}
