"""Every example in docs/formulas.md is run, and every public function has its place there."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

from freqtrade_riskguard import risk

DOCUMENT = Path(__file__).parents[2] / "docs" / "formulas.md"


def test_every_example_holds():
    text = DOCUMENT.read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, DOCUMENT.name, str(DOCUMENT), lineno=0)
    assert len(examples.examples) > 70
    lines: list[str] = []
    outcome = doctest.DocTestRunner().run(examples, out=lines.append)
    assert outcome.failed == 0, "".join(lines)


FUNCTIONS = [name for name in risk.__all__ if inspect.isfunction(getattr(risk, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_in_the_document(name):
    assert name in DOCUMENT.read_text(encoding="utf-8")
