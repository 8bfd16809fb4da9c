"""Every name a package exports says what types cannot.

The headings a docstring owes follow from the code, so that nobody writes "Raises: nothing":

- Shape and Missing, when a function returns a table;
- Units, when it returns a table and its own code names money or activity columns;
- Raises, naming each refusal, when its own code raises one;
- Source, when it reads a rulebook itself.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import speccomm

LIBRARY = Path(speccomm.__file__).parent
PACKAGES = sorted(path.parent.name for path in LIBRARY.glob("*/__init__.py"))
TABLES = re.compile(r"\b(ir\.Table|pa\.Table|Table)\b")
MEASURES = re.compile(r"_gbp\b|\bactivity_count\b|_activity\b")


def exported() -> Iterator[tuple[str, Any]]:
    for package in PACKAGES:
        module = import_module(f"speccomm.{package}")
        for name in getattr(module, "__all__", ()):
            yield f"{package}.{name}", getattr(module, name)


EXPORTED = dict(exported())
FUNCTIONS = {name: value for name, value in EXPORTED.items() if inspect.isfunction(value)}


def owed_headings(function: Any) -> set[str]:
    """The headings that this function's signature and body call for."""
    source = textwrap.dedent(inspect.getsource(function))
    returns = str(inspect.get_annotations(function).get("return", ""))
    owed = set()
    if TABLES.search(returns):
        owed |= {"Shape", "Missing"}
        if MEASURES.search(source):
            owed.add("Units")
    if raised(source):
        owed.add("Raises")
    if re.search(r"\bread_(rulebook|rule_table)\(", source):
        owed.add("Source")
    return owed


def raised(source: str) -> set[str]:
    """Names of the exceptions that a function's own body raises."""
    return {
        node.exc.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id[0].isupper()
        and node.exc.func.id not in {"AssertionError", "TypeError"}
    }


def test_the_packages_export_names() -> None:
    assert len(FUNCTIONS) > len(PACKAGES)


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_every_exported_name_is_there_and_described(name: str) -> None:
    value = EXPORTED[name]
    assert not isinstance(value, ModuleType)
    if inspect.isclass(value) or inspect.isfunction(value):
        text = inspect.getdoc(value) or ""
        assert not text.startswith(f"{value.__name__}("), f"{name} has no docstring of its own"
        assert len(text.split()) >= 4, f"{name} has no docstring"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_says_shape_units_missing_raises_and_source(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    missing = [
        heading
        for heading in sorted(owed_headings(FUNCTIONS[name]))
        if not re.search(rf"\b{heading}:? ", text)
    ]
    assert not missing, f"{name} does not say {', '.join(missing)}"
    source = textwrap.dedent(inspect.getsource(FUNCTIONS[name]))
    unnamed = [exception for exception in raised(source) if exception not in text]
    assert not unnamed, f"{name} raises {unnamed} without saying so"
