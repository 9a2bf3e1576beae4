"""One language per page: its texts, and numbers as readers of that language write them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Literal

from planner.number_text import NONE, percent, percent_aimed, percent_at_most, yuan

Language = Literal["en", "zh"]

LANGUAGES: tuple[Language, ...] = ("en", "zh")

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


_OPERATORS_ZH = {
    "China Mobile": "中国移动", "China Telecom": "中国电信", "China Unicom": "中国联通",
    "China Broadnet": "中国广电",
}  # fmt: skip


def said(lang: Language, en: str, zh: str) -> str:
    """Return the text in a language.

    Examples
    --------
    >>> said("zh", "stations", "基站")
    '基站'
    """
    return zh if lang == "zh" else en


def named(lang: Language, en: str, zh: str) -> str:
    """Return a name in a language, or in the other one where there is none in it.

    Examples
    --------
    >>> named("zh", "crews", "施工队伍"), named("zh", "crews", ""), named("en", "", "施工队伍")
    ('施工队伍', 'crews', '施工队伍')
    """
    return said(lang, en or zh, zh or en)


def operator(name: str, lang: Language) -> str:
    """Return the name of an operator; in Chinese those of the four that China has.

    Examples
    --------
    >>> operator("China Mobile", "zh"), operator("China Mobile", "en"), operator("Nova", "zh")
    ('中国移动', 'China Mobile', 'Nova')
    """
    return _OPERATORS_ZH.get(name, name) if lang == "zh" else name


def people(count: float | None, lang: Language) -> str:
    """Return a number of people with three or four digits: more is not known.

    Examples
    --------
    >>> people(126_012_510, "en"), people(126_012_510, "zh")
    ('126.0 million', '1.26亿人')
    >>> people(33_885.6, "en"), people(33_885.6, "zh"), people(885.6, "zh")
    ('33,900', '3.39万人', '886人')
    """
    if count is None or not math.isfinite(count):
        return NONE
    if lang == "zh":
        for size, word in ((1e8, "亿"), (1e4, "万")):
            if count >= size:
                return f"{_short(count / size)}{word}人"
        return f"{count:.0f}人"
    if count >= 1e6:
        return f"{count / 1e6:,.{2 if count < 1e7 else 1}f} million"
    digits = max(0, math.floor(math.log10(count)) - 2) if count >= 1 else 0
    return f"{round(count, -digits):,.0f}"


def _short(value: float) -> str:
    return f"{value:.{2 if value < 10 else 1 if value < 1000 else 0}f}"


def money(amount: float | None, lang: Language) -> str:
    """Return an amount of money: yuan in millions and billions, or in 万 and 亿.

    Examples
    --------
    >>> money(24e9, "en"), money(24e9, "zh"), money(400_000, "zh"), money(900, "zh")
    ('24.0 billion yuan', '240.0亿元', '40.0万元', '900元')
    """
    if amount is None or not math.isfinite(amount) or lang == "en":
        return yuan(amount)
    for size, word in ((1e8, "亿"), (1e4, "万")):
        if amount >= size:
            return f"{amount / size:.1f}{word}元"
    return f"{amount:.0f}元"


def money_unit(largest: float, lang: Language) -> tuple[str, float]:
    """Return the unit of a column of money with the size of its largest value, and its yuan.

    Examples
    --------
    >>> money_unit(24e9, "zh"), money_unit(24e9, "en"), money_unit(3e6, "zh")
    (('亿元', 100000000.0), ('million yuan', 1000000.0), ('万元', 10000.0))
    """
    if lang == "en":
        return "million yuan", 1e6
    return ("亿元", 1e8) if largest >= 1e9 else ("万元", 1e4)


def share(value: float | None, lang: Language, *, of: float | None = None) -> str:
    """Return a share in per cent, as :func:`planner.number_text.percent` does.

    Examples
    --------
    >>> share(0.934, "zh"), share(0.0001, "zh")
    ('93.4%', '<0.1%')
    """
    if lang == "en":
        return percent(value, of=of)
    text = percent(value, of=of, unit="%").replace("< ", "<").replace("> ", ">")
    return text.replace(" (model)", "（模型）")


def share_aimed(value: float, lang: Language) -> str:
    """Return a share that the scenario sets, with the digits given there."""
    return percent_aimed(value) if lang == "en" else percent_aimed(value, unit="%")


def at_most(value: float, lang: Language) -> str:
    """Return a share that is an upper limit, such as a distance to a bound: rounded up.

    Examples
    --------
    >>> at_most(0.01241, "zh")
    '1.3%'
    """
    return percent_at_most(value) if lang == "en" else percent_at_most(value, unit="%")


def ranged(low: float, high: float, lang: Language) -> str:
    """Return a range of shares in per cent.

    Examples
    --------
    >>> ranged(0.571, 0.708, "zh"), ranged(0.571, 0.576, "zh")
    ('57%～71%', '57.1%～57.6%')
    """
    decimals = 0 if high - low >= 0.02 else 1
    ends = [f"{100.0 * end:.{decimals}f}" for end in (low, high)]
    return said(lang, f"{ends[0]} to {ends[1]}\N{NO-BREAK SPACE}%", f"{ends[0]}%～{ends[1]}%")


def chance(probability: float, lang: Language = "en") -> str:
    """Return a probability in per cent: 0 and 100 only if it is exactly that.

    Rounded down, so that it says 50 % exactly if at least half of the simulations keep the date.
    """
    text = f"{math.floor(100.0 * probability + 1e-9)} %"
    if 0.0 < probability < 0.01:
        text = "< 1 %"
    if 0.99 < probability < 1.0:
        text = "> 99 %"
    return text if lang == "en" else text.replace(" ", "")


def day(date: str | dt.date, lang: Language = "en") -> str:
    """Return a date in words.

    Examples
    --------
    >>> day("2020-12-31"), day("2020-12-31", "zh")
    ('31 December 2020', '2020年12月31日')
    """
    known = dt.date.fromisoformat(str(date))
    en = f"{known.day} {_MONTHS[known.month - 1]} {known.year}"
    return said(lang, en, f"{known.year}年{known.month}月{known.day}日")


def month(name: str, lang: Language) -> str:
    """Return a month such as 2020-06, or that of a day, in words.

    Examples
    --------
    >>> month("2020-06", "en"), month("2020-06", "zh"), month("2020-09-27", "zh")
    ('June 2020', '2020年6月', '2020年9月')
    """
    known = dt.date.fromisoformat(f"{name[:7]}-01")
    return said(lang, f"{_MONTHS[known.month - 1]} {known.year}", f"{known.year}年{known.month}月")


def month_end(date: str | None, lang: Language = "en") -> str:
    """Return the end of a month in words.

    Examples
    --------
    >>> month_end("2020-12-31"), month_end("2020-12-31", "zh"), month_end(None)
    ('end of Dec 2020', '2020年12月底', 'beyond horizon')
    """
    if date is None:
        return said(lang, "beyond horizon", "超出模拟期")
    known = dt.date.fromisoformat(date)
    en = f"end of {_MONTHS[known.month - 1][:3]} {known.year}"
    return said(lang, en, f"{known.year}年{known.month}月底")
