"""The link budgets of all area classes as one table: rows for the report, text, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.ground.area_class import AREA_CLASSES
from planner.radio.budget_lines import BudgetLine
from planner.radio.service_radius import (
    PUBLISHED_SITE_SPACING_M,
    PUBLISHED_SITE_SPACING_SOURCE,
    ServiceRadius,
)

_DIRECTIONS = {"downlink": "DL", "uplink": "UL", "both": ""}


def budget_table(radii: Sequence[ServiceRadius]) -> list[dict[str, Any]]:
    """Return one row for each line of the budgets, with one column for each area class.

    Keys of a row: ``key``, ``label_en``, ``label_zh``, ``unit``, ``direction``, the key of each
    area class (None where its budget has no such line), and ``note``, which joins the classes'
    notes where they differ.
    """
    rows = []
    for key, direction in _order(radii):
        found = {r.area_class: _find(r.budget.lines, key, direction) for r in radii}
        lines = [line for line in found.values() if line is not None]
        row: dict[str, Any] = {
            "key": key,
            "label_en": lines[0].label_en,
            "label_zh": lines[0].label_zh,
            "unit": lines[0].unit,
            "direction": direction,
        }
        row |= {name: line.value if line else None for name, line in found.items()}
        row["note"] = _note(found)
        rows.append(row)
    return rows


def budget_dict(radii: Sequence[ServiceRadius]) -> dict[str, Any]:
    """Return the budgets as plain values for JSON, with published spacings for comparison."""
    return {
        "area_classes": [radius.as_dict() for radius in radii],
        "published_site_spacing_m": dict(PUBLISHED_SITE_SPACING_M),
        "published_site_spacing_source": PUBLISHED_SITE_SPACING_SOURCE,
    }


def budget_text(radii: Sequence[ServiceRadius]) -> str:
    """Return the table as text in columns, English labels."""
    names = {known.key: known.name_en for known in AREA_CLASSES}
    head = ["", "", *(names[radius.area_class] for radius in radii), ""]
    cells = [head] + [
        [
            row["label_en"],
            _DIRECTIONS[row["direction"]],
            *(_shown(row[radius.area_class]) for radius in radii),
            row["unit"],
        ]
        for row in budget_table(radii)
    ]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    last = len(head) - 1
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in (0, 1, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def _order(radii: Sequence[ServiceRadius]) -> list[tuple[str, str]]:
    """Return the lines of all budgets without repetition, in the order of the longest budget."""
    longest = sorted(radii, key=lambda radius: -len(radius.budget.lines))
    return list(
        dict.fromkeys((line.key, line.direction) for r in longest for line in r.budget.lines)
    )


def _find(lines: Sequence[BudgetLine], key: str, direction: str) -> BudgetLine | None:
    return next((x for x in lines if x.key == key and x.direction == direction), None)


def _note(found: dict[str, BudgetLine | None]) -> str:
    notes = {name: line.note for name, line in found.items() if line is not None}
    if len(set(notes.values())) == 1:
        return next(iter(notes.values()))
    return "; ".join(f"{name}: {note}" for name, note in notes.items())


def _shown(value: float | str | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if value == round(value) or abs(value) >= 1000.0:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < 1.0 else f"{value:.1f}"
