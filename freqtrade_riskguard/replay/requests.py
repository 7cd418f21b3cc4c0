"""What every venue's endpoints have in common: arguments come in, some requests are refused."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

Query = Mapping[str, str]


class RefusalError(Exception):
    """A request that the exchange refuses.

    Parameters
    ----------
    code
        The venue's own code of the error: a number below 0 on Binance.
    message
        What is wrong with it.
    status
        HTTP status of the answer.
    """

    def __init__(self, code: int | str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def form_arguments(query: str, body: str) -> dict[str, str]:
    """Return the arguments of a request that sends them as a form does, in query and body."""
    return dict(parse_qsl(f"{query}&{body}", keep_blank_values=True))


def path_arguments(template: str, path: str) -> dict[str, str] | None:
    """Return what a path has in the place of a template's parts in braces; None for another path.

    Examples
    --------
    >>> path_arguments("/futures/{settle}/tickers", "/futures/usdt/tickers")
    {'settle': 'usdt'}
    """
    names, parts = template.split("/"), path.split("/")
    if len(names) != len(parts):
        return None
    found = {}
    for name, part in zip(names, parts, strict=True):
        if name.startswith("{"):
            found[name[1:-1]] = part
        elif name != part:
            return None
    return found
