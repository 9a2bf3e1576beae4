"""HTML from the templates of this package: one environment for every page and part of a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined

from planner.number_text import (
    added,
    number,
    percent,
    percent_aimed,
    percent_at_least,
    percent_ranged,
    signed,
    yuan,
)
from planner.outputs import palette
from planner.outputs.population_text import population_en, population_zh
from planner.outputs.report.rollout_text import chance, day, month_end

TEMPLATES = Path(__file__).with_name("templates")
"""Folder of the templates, and of the styles and scripts that pages carry."""

_PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
_PAGES.globals["palette"] = palette
_PAGES.filters.update(
    added=added,
    chance=chance,
    day=day,
    month_end=month_end,
    number=number,
    percent=percent,
    percent_aimed=percent_aimed,
    percent_at_least=percent_at_least,
    percent_ranged=percent_ranged,
    population_en=population_en,
    population_zh=population_zh,
    signed=signed,
    yuan=yuan,
)
_PARTS = _PAGES.overlay(undefined=Undefined, lstrip_blocks=True)


def page(template: str, **context: Any) -> str:
    """Return a page as HTML text; what it shows is escaped.

    Parameters
    ----------
    template
        Name of a file in :data:`TEMPLATES`.
    context
        What the template shows. Colours (``palette``) and filters for numbers and dates are there
        already.

    Raises
    ------
    jinja2.UndefinedError
        When the template shows something that ``context`` does not hold.
    """
    return _PAGES.get_template(template).render(**context)


def part(template: str, **context: Any) -> str:
    """Return a part of a page as :func:`page` does; what ``context`` does not hold is empty."""
    return _PARTS.get_template(template).render(**context)


def asset(name: str) -> str:
    """Return the text of a style sheet or script of the templates."""
    return (TEMPLATES / name).read_text("utf-8")
