"""Posts to the webhook from a thread of its own: one that hangs must not delay the next poll."""

import threading
from collections.abc import Callable


class BackgroundPosts:
    """Runs one attempt at a time.

    Parameters
    ----------
    post : callable
        Posts all that waits, in one attempt.
    """

    def __init__(self, post: Callable[[], None]) -> None:
        self._post = post
        self._attempt: threading.Thread | None = None

    def begin(self) -> None:
        """Begin an attempt, unless one is under way: what it lacks waits for the next."""
        if self._attempt is None or not self._attempt.is_alive():
            # A daemon: a webhook that never ends its answer must not keep the guardian from ending.
            self._attempt = threading.Thread(
                target=self._post, name="riskguard-webhook", daemon=True
            )
            self._attempt.start()

    def finish(self, seconds: float) -> None:
        """Let the attempt under way end, and post what came since, each within so many seconds.

        Nothing more is waited for where the attempt hangs.
        """
        if self._attempt is None:
            return
        self._attempt.join(seconds)
        if not self._attempt.is_alive():
            self.begin()
            self._attempt.join(seconds)
