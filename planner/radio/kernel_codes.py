"""Codes of kernels by the names that planners use for them."""

from __future__ import annotations

from types import ModuleType
from typing import Any, get_args

from planner.errors import InputError, Problem


def kernel_codes(names: Any, kernel: ModuleType) -> dict[str, int]:
    """Return the codes of the names of a ``Literal``: the kernel's constants of the same names."""
    return {name: int(getattr(kernel, name.upper())) for name in get_args(names)}


def code_of(codes: dict[str, int], quantity: str, name: str) -> int:
    """Return the code of a name.

    Raises
    ------
    InputError
        The name has no code; ``quantity`` says what it should have named.
    """
    if name not in codes:
        expected = f"one of {', '.join(codes)}"
        raise InputError(
            Problem(f"unknown {quantity}", key=quantity, value=name, expected=expected)
        )
    return codes[name]
