"""HTML from the templates of this package: one environment for every page and part of a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from planner.number_text import (
    added,
    number,
    percent,
    percent_ranged,
    signed,
)
from planner.outputs import language, palette
from planner.outputs.cjk_font import font_face
from planner.outputs.language import LANGUAGES, Language, said
from planner.outputs.population_text import population_en, population_zh
from planner.outputs.source_text import input_zh, source_zh
from planner.outputs.warning_text import warning_zh

FONT = "/* the font of Chinese signs */"

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
    number=number,
    percent=percent,
    percent_ranged=percent_ranged,
    population_en=population_en,
    population_zh=population_zh,
    signed=signed,
)


@pass_context
def _text(context: Context, en: str, zh: str) -> str | Markup:
    """Return the text in the language of the page; in both on a page of both."""
    lang = context.get("lang")
    if lang in LANGUAGES:
        return said(lang, en, zh)
    return Markup('{} <span lang="zh">{}</span>').format(en, zh)


@pass_context
def _warning(context: Context, text: str) -> str | Markup:
    """Return a warning in the language of the page; one that has no Chinese words is set apart."""
    if context.get("lang") != "zh":
        return text
    shown = warning_zh(text, context.get("network_names"))
    return Markup('<span lang="en">{}</span>').format(text) if shown == text else shown


def _with_zh(words: Callable[[str], str]) -> Callable[..., str]:
    """Return a filter that shows an English text of the program in the language of the page."""

    @pass_context
    def said_here(context: Context, text: str) -> str:
        return words(text) if context.get("lang") == "zh" else text

    return said_here


def _in_language(name: str) -> Callable[..., str]:
    """Return a function of :mod:`planner.outputs.language` that takes that of the page."""
    function: Callable[..., str] = getattr(language, name)

    @pass_context
    def said_here(context: Context, *values: Any, **options: Any) -> str:
        return function(*values, context.get("lang") or "en", **options)

    return said_here


_IN_LANGUAGE = (
    "operator", "people", "money", "share", "share_aimed", "at_most", "ranged", "chance", "day",
    "month", "month_end",
)  # fmt: skip
_PAGES.globals["t"] = _text
_PAGES.filters["warning"] = _warning
_PAGES.filters["noted"] = _with_zh(source_zh)
_PAGES.filters["input"] = _with_zh(input_zh)
_PAGES.filters.update({name: _in_language(name) for name in _IN_LANGUAGE})
_PARTS = _PAGES.overlay(undefined=Undefined, lstrip_blocks=True)


def page(template: str, *, lang: Language | None = None, **context: Any) -> str:
    """Return a page as HTML text; what it shows is escaped.

    Parameters
    ----------
    template
        Name of a file in :data:`TEMPLATES`.
    lang
        Language of the page, where it has one only. Its Chinese signs are then drawn in a font
        that it carries, if it holds the mark :data:`FONT` where that is to be.
    context
        What the template shows. Colours (``palette``) and filters for numbers and dates are there
        already.

    Raises
    ------
    jinja2.UndefinedError
        When the template shows something that ``context`` does not hold.
    """
    values = {"lang": lang, "zh": lang == "zh", "FONT": FONT, **context}
    text = _PAGES.get_template(template).render(values)
    return text.replace(FONT, font_face(text), 1) if FONT in text else text


def part(template: str, **context: Any) -> str:
    """Return a part of a page as :func:`page` does; what ``context`` does not hold is empty."""
    return _PARTS.get_template(template).render(**context)


def asset(name: str) -> str:
    """Return the text of a style sheet or script of the templates."""
    return (TEMPLATES / name).read_text("utf-8")
