"""Whether a page in Chinese says everything in Chinese, but what it sets apart."""

from __future__ import annotations

import html
import re

_APART = ("style", "script", "svg", "code", "title")
_NAMES = {"DEGURBA", "MAPL", "Mbit", "PRACH", "PUCCH", "RSRP", "SINR", "Python", "Word", "Excel",
          "html", "basestation", "planner"}  # fmt: skip
_OF_SOURCES = {"Marzetta", "DDDDDDDSUU", "DDDSUDDSUU"}


def english_words(page: str) -> set[str]:
    """Return words of four letters and more that stand between the Chinese of a page.

    Code, charts and elements that are marked as English are no part of it.
    """
    for tag in _APART:
        page = re.sub(rf"(?s)<{tag}\b.*?</{tag}>", "", page)
    for tag in ("tbody", "ul", "td", "span", "small", "p"):
        page = re.sub(rf'(?s)<{tag}[^>]* lang="en".*?</{tag}>', "", page)
    text = html.unescape(re.sub("<[^>]+>", " ", page))
    text = re.sub(r"https?://[!-~]+|\w+\.com[\w/.]*", "", text)
    return set(re.findall("[A-Za-z]{4,}", text)) - _NAMES - _OF_SOURCES
