"""The file that a page is written to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freqtrade_riskguard.adapters.preview.errors import PreviewError


def require_writable(file: Path) -> None:
    """Find out before long work whether a page can be written.

    Raises
    ------
    PreviewError
        Where it cannot be.
    """
    with writable(file):
        file.open("a").close()


@contextmanager
def writable(file: Path) -> Iterator[None]:
    """Say what to do where the page cannot be written, as :class:`PreviewError`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        reason = error.strerror or error
        raise PreviewError(f"{file} cannot be written ({reason}): give another --page") from error
