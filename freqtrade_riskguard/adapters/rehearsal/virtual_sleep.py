"""What freqtrade sleeps while its clock is moved: nobody waits for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

from freqtrade import freqtradebot
from freqtrade.enums import State
from freqtrade.exchange import common
from freqtrade.worker import Worker


class MovedWorker(Worker):
    """freqtrade's worker, which waits for nobody: the driver moves the time."""

    @staticmethod
    def _sleep(sleep_duration: float) -> None:
        """Return at once."""
        del sleep_duration

    def loop(self, before: State | None) -> State:
        """Do what the bot does in one loop; return its state, to be handed in with the next."""
        return self._worker(before)


@contextmanager
def virtual_sleep(sleep: Callable[[float], None]) -> Iterator[None]:
    """Let freqtrade call this with seconds, instead of sleeping before it asks again."""

    async def sleep_async(seconds: float) -> None:
        sleep(seconds)

    replaced: tuple[tuple[Any, str, object], ...] = (
        (common, "time", SimpleNamespace(sleep=sleep)),
        (common, "asyncio", SimpleNamespace(sleep=sleep_async)),
        (freqtradebot, "sleep", sleep),
    )
    with ExitStack() as restored:
        for module, name, sleeping in replaced:
            restored.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, sleeping)
        yield
