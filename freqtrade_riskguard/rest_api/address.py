"""Which machine an address leads to, and who could listen on the way."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

_NAMES = ("localhost", ".localhost")


class DirectSession(requests.Session):
    """A session that asks no proxy for what stays on this machine, whatever the environment says.

    A password in plain http would otherwise go to the proxy.
    """

    def merge_environment_settings(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return proxies and certificates for an address, the first argument."""
        settings: dict[str, Any] = super().merge_environment_settings(*args, **kwargs)
        if is_loopback(str(args[0])):
            settings["proxies"] = {}
        return settings


def is_loopback(url: str) -> bool:
    """Return whether an address is of this very machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == _NAMES[0] or host.endswith(_NAMES[1]):
        return True
    found = _ip(host)
    if found is None:
        return False
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    # What listens on all addresses is asked on this machine too.
    return (inner or found).is_loopback or found.is_unspecified


def plain_http_warning(url: str) -> str | None:
    """Return that a password goes to another machine in the clear; None where it does not."""
    parts = urlsplit(url)
    if parts.scheme != "http" or is_loopback(url):
        return None
    return (
        f"{parts.netloc}: plain http sends the user name and the password in the clear: use https, "
        "or a tunnel to 127.0.0.1 (ssh -L), or a network of your own"
    )


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        # As the system reads 127.1 and 2130706433 too.
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
