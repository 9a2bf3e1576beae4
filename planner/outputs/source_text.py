"""Sources of the program's own values in Chinese, for Chinese pages."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

from planner.data.registry import PROVINCES

_WORDS = files("planner.outputs").joinpath("source_words.csv").read_text("utf-8")


def _words(of: str) -> dict[str, str]:
    """Return the Chinese of each text: clauses of a ``source``, or words about an ``input``."""
    rows = csv.DictReader(_WORDS.splitlines())
    return {row["en"]: row["zh"] for row in rows if row["of"] == of}


_CLAUSES = _words("source")
_CLAUSE = re.compile("|".join(map(re.escape, sorted(_CLAUSES, key=len, reverse=True))))
_SIGNS = (
    (re.compile(r",? Annex ([\w.]+)"), r"附录\1"),
    (re.compile(r",? (?:clause|section) ([\w.]+\w)"), r"第\1节"),
    (re.compile(r",? Tables? ([A-Z\d][\w.-]*)"), r"表\1"),
    (re.compile(r"(?<=-\d), (?=\d)"), "、"),
    (re.compile(r",? and (?=表|\d)"), "和"),
    (re.compile(r", ?"), "，"),
    (re.compile(r"; ?"), "；"),
    (re.compile(r": "), "："),
    (re.compile(r"(?<=[\u4e00-\u9fff，；：）]) (?=[\u4e00-\u9fff\d])"), ""),
)

_INPUTS = _words("input")
_INPUT = re.compile("(.+?)( [0-9]+)?")
_MODELLED = re.compile("Modelled population of (.+) 2020, people per cell")
_PROVINCES = {en: zh for zh, en in PROVINCES.values()}


def input_zh(text: str) -> str:
    """Return the use, title or licence of an input in Chinese; one that is not known as it is.

    Examples
    --------
    >>> input_zh("weights 2"), input_zh("people.tif")
    ('权重2', 'people.tif')
    """
    if found := _MODELLED.fullmatch(text):
        return f"{_PROVINCES.get(found[1], found[1])}2020年人口模型，每栅格人数"
    found = _INPUT.fullmatch(text)
    if not found or found[1] not in _INPUTS:
        return text
    return f"{_INPUTS[found[1]]}{(found[2] or '').strip()}"


def source_zh(text: str) -> str:
    """Return the source of a value of the program in Chinese, clause by clause.

    Titles and numbers of documents stay; so does a clause that is not known.

    Examples
    --------
    >>> source_zh("assumption: ten years of service")
    '假设：使用十年'
    >>> source_zh("quoted: 95 % in the published plans")
    '引用：公布的规划为95%'
    >>> source_zh("a planner's own words")
    "a planner's own words"
    """
    shown = _CLAUSE.sub(lambda found: _CLAUSES[found[0]], text)
    for pattern, sign in _SIGNS:
        shown = pattern.sub(sign, shown)
    return shown
