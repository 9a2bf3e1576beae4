"""A report as its tags and its text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from planner.outputs.report.page import report_html
from planner.plan import Plan


class Outline(HTMLParser):
    """Tags with their attributes, headings' ids, and the text outside styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " " * (tag in {"th", "td", "li"})
        self.tags.append((tag, dict(attrs)))
        self._silent += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data

    def ids(self, tag: str) -> list[str | None]:
        return [attributes.get("id") for name, attributes in self.tags if name == tag]


def changed(plan: Plan, **changes: Any) -> str:
    """The text of the report of a plan with another summary."""
    return Outline(report_html(replace(plan, summary={**plan.summary, **changes}))).text
