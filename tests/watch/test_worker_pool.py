import threading
import time

from freqtrade_riskguard.rest_api.errors import BotBusyError, BotError, BotSilentError
from freqtrade_riskguard.watch.worker_pool import WorkerPool


def failing(error):
    def task():
        raise error

    return task


def test_each_task_has_its_result_or_its_error():
    pool = WorkerPool(["a", "b"])
    answers = pool.run({"a": lambda: 1, "b": failing(BotSilentError("gone"))}, 5)
    assert answers["a"] == 1
    assert isinstance(answers["b"], BotSilentError)
    pool.close()


def test_one_that_hangs_delays_nobody_and_is_not_asked_twice():
    pool, released, begun = WorkerPool(["a", "b"]), threading.Event(), []

    def hang():
        begun.append(1)
        released.wait(10)

    started = time.monotonic()
    for _ in range(2):
        answers = pool.run({"a": hang, "b": lambda: 2}, 0.1)
        assert isinstance(answers["a"], BotBusyError)
        assert answers["b"] == 2
    assert time.monotonic() - started < 5
    assert begun == [1]
    released.set()
    pool.close()


def test_what_nobody_foresaw_is_logged_and_ends_nothing(caplog):
    pool = WorkerPool(["a"])
    (answer,) = pool.run({"a": failing(KeyError("x"))}, 5).values()
    assert isinstance(answer, BotError)
    assert "KeyError" in str(answer)
    assert "Traceback" in caplog.text
    pool.close()
