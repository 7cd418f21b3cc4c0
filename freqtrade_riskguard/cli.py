"""The ``riskguard`` command: what holds for all of its commands, whatever they do.

It answers at once (each command imports what it needs when it runs), and ends in good order:
Ctrl-C and SIGTERM are one line and the exit code that a shell expects, a reader that has gone
away (``| head``) is no error.
"""

import _thread
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
_LOST_SECONDS = 0.01
# What a shell reports of a program that dies of a closed pipe. Windows has no such signal.
_CLOSED_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; by default those of the process, which is then expected to end.

    Returns
    -------
    int
        That of the command; 2 where it could not do what was asked, 130 after Ctrl-C, 143 after
        SIGTERM, 141 where nobody reads its output any more.
    """
    with _signals(last=argv is None) as received:
        try:
            try:
                return _command(sys.argv[1:] if argv is None else argv)
            finally:
                # Here, not at the end of Python, which would complain of a closed pipe.
                sys.stdout.flush()
        # Not only KeyboardInterrupt: an import that is interrupted may say that it has failed.
        except BaseException as error:
            if received:
                return _ended_by(received[0])
            if _is_closed_pipe(error):
                return _CLOSED_PIPE
            raise


def _command(argv: Sequence[str]) -> int:
    # Even argparse takes a while to load, in which Ctrl-C must find us listening.
    from freqtrade_riskguard.commands.arguments.parser import parse

    options = parse(argv)
    code: int = options.run(options)
    return code


@contextmanager
def _signals(*, last: bool) -> Iterator[list[int]]:
    """Make signals end the command in good order; yield those that came.

    A signal that is ignored (``nohup``, the background of a script) stays ignored.
    """
    received: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    def unraisable(lost: "sys.UnraisableHookArgs") -> None:
        if not (received and issubclass(lost.exc_type, KeyboardInterrupt)):
            hook(lost)
            return
        import threading

        # It came while Python was in a destructor or another callback, where it has no effect.
        again = threading.Timer(_LOST_SECONDS, _interrupt_main, (received[0],))
        again.daemon = True
        again.start()

    usual = (signal.default_int_handler, signal.SIG_DFL)
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    mine = [number for number, handler in before.items() if handler in usual]
    for number in mine:
        signal.signal(number, interrupt)
    hook, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        yield received
    finally:
        for number in mine:
            # While the process ends there is nobody left to handle one: it ends at once.
            signal.signal(number, signal.SIG_DFL if last else before[number])
        sys.unraisablehook = hook


def _interrupt_main(number: int) -> None:
    import threading

    main_thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main_thread is not None:
        # A real signal: it ends what the thread waits for, too.
        signal.pthread_kill(main_thread, number)
    else:
        # Windows has none.
        _thread.interrupt_main(signal.Signals(number))


def _ended_by(number: int) -> int:
    # Over the ^C that a terminal shows.
    begin = "\r" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{begin}riskguard: {_SIGNALS[signal.Signals(number)]}\n")
    return 128 + number


def _is_closed_pipe(error: BaseException) -> bool:
    """Return whether an error says that nobody reads the output; nothing more is written then."""
    if isinstance(error, SystemExit):
        # rich makes this of it, and has taken care of the rest.
        return isinstance(error.__context__, BrokenPipeError)
    if not isinstance(error, BrokenPipeError):
        return False
    # A connection to a bot or an exchange may break, too.
    closed = [stream for stream in (sys.stdout, sys.stderr) if _has_no_reader(stream)]
    for stream in closed:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return bool(closed)


def _has_no_reader(stream: "TextIO") -> bool:
    import select

    try:
        poll = select.poll()
        poll.register(stream, 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    # Windows has no poll, and a stream that is no file no reader.
    except (AttributeError, OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main())
