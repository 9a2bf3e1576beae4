"""Every warning of a run that is written in the code has Chinese words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner
from planner.outputs.warning_text import warning_zh

_HOME = Path(planner.__file__).parent
_NOT_OF_PLANS = ("measurements", "saved")
"""Rooms whose warnings reach the terminal only."""


def _texts() -> Iterator[str]:
    """Yield each warning of the code that is one literal, with a 7 for every value in it."""
    for file in sorted(_HOME.rglob("*.py")):
        if file.relative_to(_HOME).parts[0] in _NOT_OF_PLANS:
            continue
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and _warns(call) and call.args:
                text = _text(call.args[0])
                if len(text) > 12:
                    yield text


def _warns(call: ast.Call) -> bool:
    named = [one.id for one in call.args if isinstance(one, ast.Name)]
    return ast.unparse(call.func) == "warnings.warn" and "PlannerWarning" in named


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(one) for one in node.values)
    return "7"


@pytest.mark.parametrize("text", [*dict.fromkeys(_texts())])
def test_a_warning_has_chinese_words(text: str) -> None:
    shown = warning_zh(text)
    assert shown != text
    assert any("\u4e00" <= sign <= "\u9fff" for sign in shown)


def test_numbers_and_files_of_a_warning_are_kept() -> None:
    text = "zones.gpkg: 1,234.5 km² inside the boundary belong to no zone; left out"
    assert warning_zh(text) == "zones.gpkg：边界内有1,234.5 km²不属于任何地区，未计入"
