"""Ctrl-C for what tests start, also where the tests themselves run in a script's background."""

import signal


def restore_interrupt() -> None:
    """Stop ignoring SIGINT.

    A shell without job control starts what it puts into the background with SIGINT ignored, and
    every child inherits that: a bot that a test starts would never see the signal which ends it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
