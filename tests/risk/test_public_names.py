"""What the package promises: curated names, full docstrings, nothing but mathematics."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from freqtrade_riskguard import risk

FOLDER = Path(inspect.getfile(risk)).parent
FILES = sorted(FOLDER.glob("*.py"))
ALLOWED = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "enum",
    "itertools",
    "math",
    "statistics",
    "sys",
    "typing",
    "numpy",
    "pandas",
    "scipy",
    "talib",
    "freqtrade_riskguard",
}


def imported(file: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module))
    return modules


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_imported_but_mathematics(file):
    modules = imported(file)
    assert {module.partition(".")[0] for module in modules} <= ALLOWED
    ours = {module for module in modules if module.startswith("freqtrade_riskguard")}
    assert all(module.startswith("freqtrade_riskguard.risk.") for module in ours)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_one_concept(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


def test_the_names_are_sorted_unique_and_there():
    assert len(set(risk.__all__)) == len(risk.__all__)
    assert all(hasattr(risk, name) for name in risk.__all__)


def test_every_public_function_and_class_is_exported():
    defined = {
        node.name
        for file in FILES
        if not file.stem.startswith("_")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    }
    assert defined - set(risk.__all__) == {"as_weights_and_covariance"}


PUBLIC = [getattr(risk, name) for name in risk.__all__]
FUNCTIONS = [each for each in PUBLIC if inspect.isfunction(each)]
CLASSES = [each for each in PUBLIC if inspect.isclass(each)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.__name__)
def test_every_function_says_what_it_takes_and_gives(function):
    text = inspect.getdoc(function) or ""
    assert "Parameters\n---" in text
    assert "Returns\n---" in text
    # a name may share its line with others: "high, low, close : array_like"
    for name in inspect.signature(function).parameters:
        assert any(
            name in line.partition(" : ")[0].replace("*", "").split(", ")
            for line in text.splitlines()
        ), name


@pytest.mark.parametrize("each", CLASSES, ids=lambda each: each.__name__)
def test_every_class_and_method_is_documented(each):
    assert inspect.getdoc(each)
    for name, member in vars(each).items():
        if not name.startswith("_") and (
            inspect.isfunction(member) or isinstance(member, property)
        ):
            assert inspect.getdoc(member), name


@pytest.mark.parametrize(
    "each", [each for each in CLASSES if hasattr(each, "__dataclass_fields__")], ids=str
)
def test_dataclasses_are_frozen_and_slotted(each):
    assert each.__dataclass_params__.frozen
    assert "__slots__" in vars(each)
