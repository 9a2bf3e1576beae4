"""Published costs and stations, for comparison with a plan's cost per station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """An investment and its number of stations: what it includes, and its source."""

    name_en: str
    name_zh: str
    invested_cny: int
    stations: int
    counts: str
    counts_zh: str
    url: str

    @property
    def station_cny(self) -> float:
        """Yuan per station: the quotient of two published figures."""
        return self.invested_cny / self.stations

    def as_dict(self, own_cny: float) -> dict[str, Any]:
        """Return the row of ``summary.json``, with the plan's own cost for comparison."""
        return {
            "name": self.name_en,
            "name_zh": self.name_zh,
            "invested_cny": self.invested_cny,
            "stations": self.stations,
            "station_cny": self.station_cny,
            "plan_over_published": own_cny / self.station_cny,
            "counts": self.counts,
            "status": "derived",
            "url": self.url,
        }


_C114_PLAN = "https://chinaeconomicreview.com/chinas-mobile-carriers-double-down-on-5g/"
_ACTUAL = "https://www.mobileworldlive.com/asia/asia-news/china-mobile-highlights-5g-gains"
_SICHUAN = "http://www.rcrwireless.com/20200831/5g/chinese-telcos-deploy-over-32000-5g-base-stations-sichuan"

PUBLISHED = (
    Published(
        "China Mobile, plan for 2020", "中国移动2020年计划", 100_000_000_000, 250_000,
        "all 5G investment of the year, including core and transport network, per new station",
        "当年全部5G投资（含核心网与传输网），按新建基站平均",
        _C114_PLAN,
    ),
    Published(
        "China Mobile, tender of 2020", "中国移动2020年集采", 37_100_000_000, 232_143,
        "radio equipment only, without site, transmission and works",
        "仅无线设备，不含站址、传输与工程", "",
    ),
    Published(
        "China Mobile, actual 2020", "中国移动2020年实际", 102_500_000_000, 340_000,
        "all 5G investment of the year, divided by about 340,000 new stations",
        "当年全部5G投资，按约34万个新建基站平均", _ACTUAL,
    ),
    Published(
        "Guangdong, January to August 2020", "广东2020年1–8月", 28_000_000_000, 61_625,
        "all operators, 5G investment per new station",
        "各运营商5G投资，按新建基站平均", "https://shrmw.com/internet/202105/64567.html",
    ),
    Published(
        "Sichuan, to July 2020", "四川，截至2020年7月", 11_320_000_000, 32_681,
        "all operators, cumulative investment divided by cumulative stations",
        "各运营商累计投资除以累计基站数", _SICHUAN,
    ),
    Published(
        "Xinjiang, 2020", "新疆2020年", 1_440_000_000, 4_010,
        "planned investment divided by planned new stations",
        "计划投资除以计划新建基站数",
        "http://eng.chinaxinjiang.cn/2020/04/15/ecf6d80a473e4149b886f031f29b14b3.html",
    ),
    Published(
        "Liaoning, 2020", "辽宁2020年", 11_000_000_000, 20_000,
        "more than 11 billion yuan for more than 20,000 stations; whether new or all is not stated",
        "超过110亿元、超过2万个基站，未说明是否均为新建",
        "http://en.people.cn/n3/2020/0429/c90000-9685264.html",
    ),
    Published(
        "Fujian, 2020", "福建2020年", 4_370_000_000, 20_000,
        "investment of the year per station of the target, earlier stations included: too low",
        "当年投资除以目标基站数（含以前建成的基站），偏低",
        "https://robinawilliams.com/blog-54728.html",
    ),
    Published(
        "Qiannan (Guizhou), 2020 to 2022", "贵州黔南2020–2022年", 600_000_000, 4_443,
        "investment of three years divided by the cumulative target, 93 % of it on existing sites",
        "三年投资除以累计目标，其中93%利用存量站址",
        "https://juduo.cc/tech/419795.html",
    ),
)  # fmt: skip
"""Hebei's 925 thousand yuan per station is left out: almost surely all telecom investment."""
