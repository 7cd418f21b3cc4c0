"""Every address that the installed ccxt knows of a venue, led to loopback.

They are taken from ccxt itself, and not from a list of ours: a bot with these addresses cannot
reach the real exchange, whatever it is told to do, and whatever its version of ccxt adds.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ccxt import pro

# A user name in an address means nothing but how ccxt knows the venue.
_LOOPBACK = re.compile(r"(?:https?|wss?)://(?:[a-z-]+@)?127\.0\.0\.1:\d+(?:/.*)?")
_ADDRESS = re.compile(r"(?:https?|wss?)://[^/]+(?P<path>/.*)?")
# Pages for people; no request goes there.
_PAGES = frozenset({"logo", "www", "doc", "fees", "referral", "api_management"})


def loopback_urls(exchange: str, url: str) -> dict[str, Any]:
    """Return ccxt's ``urls`` of an exchange, each at `url` under its own path.

    Parameters
    ----------
    exchange
        ccxt's name of it.
    url
        Where the replay listens, as in ``"http://127.0.0.1:8099"``.
    """
    return {name: _moved(known, url) for name, known in _known_urls(exchange).items()}


def leads_to_loopback(exchange: str, urls: object) -> bool:
    """Return whether ``urls`` of a configuration leave ccxt no address beyond loopback."""
    known = _known_urls(exchange)
    if not known or not isinstance(urls, Mapping):
        return False
    # What ccxt does: those given are laid over its own.
    given = dict(_leaves(_asked(urls)))
    return all(_is_loopback(given.get(place)) for place, _ in _leaves(known)) and all(
        _is_loopback(address) for address in given.values()
    )


def _known_urls(exchange: str) -> dict[str, Any]:
    # The one with streams has all addresses of the one without.
    client = getattr(pro, exchange, None)
    if not isinstance(client, type):
        return {}
    return _asked(client().urls)


def _asked(urls: Mapping[str, Any]) -> dict[str, Any]:
    return {name: known for name, known in urls.items() if name not in _PAGES and known}


def _moved(known: object, url: str) -> object:
    if isinstance(known, Mapping):
        return {name: _moved(inner, url) for name, inner in known.items()}
    match = _ADDRESS.fullmatch(str(known))
    return f"{url}{(match['path'] or '') if match else ''}"


def _leaves(urls: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    for name, inner in urls.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, (*place, name))
        else:
            yield (*place, name), inner


def _is_loopback(address: object) -> bool:
    return isinstance(address, str) and _LOOPBACK.fullmatch(address) is not None
