"""Why there is no page; apart from what takes packages of its own."""


class SiteError(Exception):
    """The page cannot be served; the text says why."""
