"""Numbers as a reader sees them, the same on the terminal, the map and the report."""

from __future__ import annotations

import math
from collections.abc import Sequence

NONE = "—"
PERCENT = "\N{NO-BREAK SPACE}%"

_ALL = 1.0 - 1e-6
"""From here on a share of an unknown total counts as all: people are sums of many floats."""


def percent(share: float | None, *, of: float | None = None, unit: str = PERCENT) -> str:
    """Return a share in per cent: 100 only if it is all, 0 only if it is nothing.

    ``of``: number of people of which it is a share; it is all of them if less than half a person
    is missing. All of the people are served in a model only, and the text says so.
    """
    if share is None or not math.isfinite(share):
        return NONE
    if 0.0 < share < 0.0005:
        return f"< 0.1{unit}"
    if share >= 0.9995 and not is_all(share, of=of):
        return f"> 99.9{unit}"
    return f"{100.0 * share:.1f}{unit}" if of is None or share < 0.9995 else f"100{unit} (model)"


def percent_at_most(share: float, *, unit: str = PERCENT) -> str:
    """Return a share as an upper limit in per cent: rounded up to a tenth."""
    return f"{math.ceil(1000.0 * share - 1e-9) / 10.0:.1f}{unit}"


def percent_ranged(
    share: float | None,
    ends: Sequence[float] | None,
    *,
    of: float | None = None,
    unit: str = PERCENT,
) -> str:
    """Return a share in per cent with its range, if it has one.

    Examples
    --------
    >>> percent_ranged(0.642, [0.571, 0.708], unit=" %")
    '64.2 % (57 to 71)'
    """
    text = percent(share, of=of, unit=unit)
    if ends is None:
        return text
    low, high = (100.0 * end for end in ends)
    decimals = 0 if high - low >= 2.0 else 1
    return f"{text} ({low:.{decimals}f} to {high:.{decimals}f})"


def percent_aimed(share: float, *, unit: str = PERCENT) -> str:
    """Return a share that the scenario sets, with the digits given there."""
    return f"{100.0 * share:.6g}{unit}"


def added(value: float | None, decimals: int = 0) -> str:
    """Return a difference with its sign; a dash if it is None."""
    if value is None:
        return NONE
    rounded = round(value, decimals) + 0.0
    return f"{rounded:+,.{decimals}f}".replace("-", "−") if rounded else "0"


def is_all(share: float, *, of: float | None = None) -> bool:
    """Return whether a share is all of ``of`` people, to within half a person."""
    return share >= _ALL if of is None else (1.0 - share) * of < 0.5


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with thousands separators; a dash if there is none."""
    if value is None or not math.isfinite(value):
        return NONE
    # Adding zero turns a minus zero into zero.
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def yuan(amount: float | None) -> str:
    """Return an amount of money in yuan, million yuan or billion yuan."""
    if amount is None or not math.isfinite(amount):
        return NONE
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if amount >= size:
            return f"{amount / size:,.1f} {word} yuan"
    return f"{amount:,.0f} yuan"


def quantity(value: float | str | None) -> str:
    """Return a value of the link budget with its significant digits."""
    if value is None or isinstance(value, str):
        return value or NONE
    if value == round(value) or abs(value) >= 1000.0:
        return number(value)
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1.0 else number(value, 1)


def signed(value: float) -> str:
    """Return a whole number with its sign."""
    return f"{value:+,.0f}".replace("-", "−")
