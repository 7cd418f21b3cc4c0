"""What an own rule may not answer."""

from datetime import datetime
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from freqtrade_riskguard.rules import base
from freqtrade_riskguard.rules.answer_checks import check_answer
from tests.factories import NOON

# As a strategy's author uses them: without a type checker.
Cap: Any = base.Cap
Step: Any = base.Step
Lock: Any = base.Lock


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3.0,
        "because",
        Cap(2, "because"),
        Cap(np.float64(2.0), "because"),
        # Not a number is known to every reader of a cap: nothing is let through.
        Cap(nan, "because"),
        Cap(inf, "because"),
        Step(0),
        Step(1, "because", (0.5, 1.0), Lock(NOON, "because")),
        (),
        (Lock(NOON, "because"), Lock(NOON, "because", "BTC/USDT:USDT", -1)),
    ],
)
def test_a_sound_answer_passes(answer):
    check_answer(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Cap("5", "because"), "limit must be a number, got '5'"),
        (Cap(None, "because"), "limit must be a number, got None"),
        (Cap(True, "because"), "limit must be a number, got True"),
        (Cap(5.0, None), "why must be text, got None"),
        (Step(-1), "level must be 0 or more, got -1"),
        (Step(1.0), "level must be 0 or more, got 1.0"),
        (Step(1, None), "why must be text, got None"),
        (Step(1, "because", 0.5), "must be a tuple of numbers from 0 to 1, got 0.5"),
        (Step(1, "because", (nan,)), "must be a tuple of numbers from 0 to 1, got (nan,)"),
        (Step(1, "because", (-0.1,)), "must be a tuple of numbers from 0 to 1, got (-0.1,)"),
        (Step(1, "because", (1.0, 1.1)), "from 0 to 1, got (1.0, 1.1)"),
        (Step(1, "because", (0.5,), "lock"), "must be a Lock, got 'lock'"),
        (("lock",), "must be a Lock, got 'lock'"),
        ((Lock(datetime(2026, 1, 1), "because"),), "a time with a time zone"),  # noqa: DTZ001
        ((Lock("tomorrow", "because"),), "a time with a time zone, got 'tomorrow'"),
        ((Lock(NOON, 1),), "why must be text, got 1"),
        ((Lock(NOON, "because", None),), "pair must be text, got None"),
        ((Lock(NOON, "because", "*", "long"),), "side must be -1, 0 or 1, got 'long'"),
    ],
)
def test_the_mistake_is_named(answer, words):
    with pytest.raises(TypeError) as caught:
        check_answer(answer)

    assert words in str(caught.value)
