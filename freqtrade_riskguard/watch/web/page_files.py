"""The page itself: a few files of the package, read once."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

from aiohttp import web

_FOLDER = files(__package__) / "page"
_TYPES: Mapping[str, str] = {
    "index.html": "text/html",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
    **dict.fromkeys(
        ("page.js", "account.js", "charts.js", "words.js", "elements.js"), "text/javascript"
    ),
}


def page_files() -> Mapping[str, Callable[[web.Request], Awaitable[web.Response]]]:
    """Return what answers to each path of the page."""
    found = {f"/{name}": _served(name, kind) for name, kind in _TYPES.items()}
    return {"/": found.pop("/index.html"), **found}


def _served(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    text = (_FOLDER / name).read_text(encoding="utf-8")

    async def serve(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, charset="utf-8")

    return serve
