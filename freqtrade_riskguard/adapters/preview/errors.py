"""Errors that end a command, and what freqtrade logs meanwhile."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from freqtrade.constants import Config
from freqtrade.exceptions import FreqtradeException
from jsonschema import ValidationError  # type: ignore[import-untyped]

from freqtrade_riskguard.sanitize import escaped, without

_LONGEST = 2_000
# What is looked at, of whatever length somebody has written.
_LONGEST_RAW = 100_000
_OURS = "freqtrade_riskguard"
_RESOLVERS = "freqtrade.resolvers"
# It warns of some of the exceptions of a strategy's own callbacks.
_CALLBACKS = "freqtrade.strategy.strategy_wrapper"
# Expectations of freqtrade's schema, by jsonschema's name; their values are the schema's own.
_TELLING = {
    "type": "of type",
    "enum": "one of",
    "pattern": "text like",
    "const": "",
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "minLength": "text of at least this length:",
    "maxLength": "text of at most this length:",
}


def one_line(text: str, secrets: frozenset[str] = frozenset()) -> str:
    """Return a text of anybody's as one line that may be shown.

    Parameters
    ----------
    secrets : frozenset of str
        Those that are known, besides what looks like one.
    """
    # Before anything is cut or joined: a secret that is not whole would not be recognized.
    line = " ".join(without(text[:_LONGEST_RAW], secrets).split())
    return escaped(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}...")


class PreviewError(Exception):
    """A request that cannot be served; the text says why and what to do, in one line."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one line, whatever its line breaks, without what looks secret."""
        super().__init__(one_line(reason))


def files_of(config: Config) -> str:
    """Return the configuration's files, for the beginning of an error."""
    return ", ".join(map(str, config.get("config_files", ()))) or "configuration"


def reason_of(error: FreqtradeException) -> str:
    """Return why freqtrade refuses; of a wrong value the place and what belongs there.

    The value itself is not shown, as jsonschema would: it may be a password.
    """
    found = error.__context__
    if not isinstance(found, ValidationError):
        return str(error).removeprefix("Configuration error: ").rstrip(".")
    place = ".".join(map(str, found.absolute_path))
    if found.validator == "required":
        # It names the key that is missing, and no value.
        return f"{place}: {found.message}, add it" if place else f"{found.message}, add it"
    return f"{place or 'it'} must be {_expected(found)}"


def _expected(error: ValidationError) -> str:
    schema, limit = error.schema, error.validator_value
    words = _TELLING.get(str(error.validator))
    if words is not None:
        return (
            f"{words} {' or '.join(map(str, limit)) if isinstance(limit, list) else limit}".strip()
        )
    told = schema.get("description") if isinstance(schema, dict) else None
    return f"as freqtrade describes it ({error.validator}{': ' + told if told else ''})"


class LogCollector(logging.Handler):
    """Keeps what a person must see of the log, instead of printing all of it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        # As they were logged: which secrets are in them may become known later.
        self._errors: list[str] = []
        self._notes: list[str] = []
        self._loading: list[str] = []
        self._secrets: frozenset[str] = frozenset()

    @property
    def errors(self) -> list[str]:
        """All errors, whoever logged them: each once, with its cause."""
        return self._lines(self._errors)

    @property
    def notes(self) -> list[str]:
        """Warnings of the guard's own."""
        return self._lines(self._notes)

    @property
    def loading(self) -> list[str]:
        """Why a strategy's file could not be loaded."""
        return self._lines(self._loading)

    def conceal(self, secrets: Iterable[str]) -> None:
        """Show these texts no more, wherever they were or will be logged."""
        self._secrets |= frozenset(secrets)

    def shown(self, text: str) -> str:
        """Return a text as it may be shown."""
        return one_line(text, self._secrets)

    def emit(self, record: logging.LogRecord) -> None:
        """Sort a record in."""
        text = record.getMessage().removeprefix("RiskGuard: ")
        cause = record.exc_info[1] if record.exc_info else None
        if cause is not None and str(cause) not in text:
            text = f"{text} ({type(cause).__name__}: {cause})"
        text = text[:_LONGEST_RAW]
        if record.levelno >= logging.ERROR or record.name == _CALLBACKS:
            kept = self._errors
        elif record.name.startswith(_OURS):
            kept = self._notes
        elif record.name.startswith(_RESOLVERS):
            kept = self._loading
        else:
            return
        if text not in kept:
            kept.append(text)

    def _lines(self, logged: list[str]) -> list[str]:
        return list(dict.fromkeys(map(self.shown, logged)))


@contextmanager
def collected_log() -> Iterator[LogCollector]:
    """Collect the log of everything within, at the level of warnings."""
    root, collector = logging.getLogger(), LogCollector()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.WARNING)
    try:
        yield collector
    finally:
        root.removeHandler(collector)
        root.setLevel(level)
