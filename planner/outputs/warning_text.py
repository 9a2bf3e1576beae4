"""Warnings of the program in Chinese, for Chinese pages."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FILE = r"(?P<file>.+?): "
_ZH = (
    # Grid and radio
    (
        r"cells of (\S+) m are coarse for the users who are hardest to serve; (\S+) m is fine "
        r"enough",
        r"\1米的栅格对最难服务的用户偏粗，\2米即可",
    ),
    (
        r"radio\.maps\.reach_m: the maps end (\S+) m from a sector, where the signal is still up "
        r"to (\S+) dBm \(radio\.maps\.min_rsrp_dbm is (\S+)\); .*",
        r"无线地图只算到扇区外\1米，该处信号仍可达\2 dBm（门限为\3 dBm），更远的信号和干扰未计入；"
        r"加大 radio.maps.reach_m 可计入",
    ),
    (
        r"sites face (\S+) different sets of directions; .*",
        r"站址朝向共有\1种组合，服务用户比例一律按场景给定的朝向计算",
    ),
    (
        r"the stations chosen for target\.credibility serve (\S+) with it, those chosen without it "
        r"(\S+): .*",
        r"按 target.credibility 选取的站址在该可信度下服务\1，未按其选取的为\2；可增加"
        r" siting.improvement_rounds，或不设可信度",
    ),
    (
        _FILE + r"the antenna was measured at (\S+) MHz, the carrier is (\S+) MHz",
        r"\g<file>：天线方向图测于\2 MHz，载波为\3 MHz",
    ),
    (
        r"a service radius of (\S+) m is (\S+) cells of (\S+) m, which makes the area of its disc "
        r"wrong by (\S+).*",
        r"服务半径\1米只有\3米栅格的\2格，选址所计圆面积误差\4",
    ),
    # People and zones
    (
        r"(\S+) people live in zones smaller than a cell; they are in the totals but cannot be "
        r"covered on this grid: (.*)",
        r"\1人所在地区小于一个栅格，计入总人口但无法覆盖：\2",
    ),
    (
        _FILE + r"(\S+) cells inside the area have no data; treated as zero population",
        r"\g<file>：区域内有\2个栅格无数据，按无人居住处理",
    ),
    (
        _FILE + r"(\S+) cells outside the area hold negative or non-numeric values; treated as "
        r"zero population",
        r"\g<file>：区域外有\2个栅格为负值或非数值，按无人居住处理",
    ),
    (
        _FILE + r"(\S+) km² of the study area lie outside the raster; treated as zero population",
        r"\g<file>：研究区有\2 km²在栅格数据之外，按无人居住处理",
    ),
    (
        _FILE + r"(\S+) of (\S+) people live at points outside the study area; left out",
        r"\g<file>：\3人中有\2人所在点位于研究区之外，未计入",
    ),
    (
        r"no plan was found that serves the asked shares of people on parts of cells: siting's "
        r"count of whole cells reaches them, (\S+) of all people are served",
        r"未找到按栅格内实际覆盖部分计达到目标覆盖率的方案：按选址的整栅格口径已达到，实际服务人口占\1",
    ),
    (_FILE + r".*; treated as zero population", r"\g<file>：部分栅格无有效数据，按无人居住处理"),
    (
        _FILE + r"is called (.*) \((.*)\) and is taken as people per cell; .*",
        r"\g<file>：名称像是人口密度或对数（\3），已按每栅格人口读取；若确是如此，结果将出错",
    ),
    (
        _FILE
        + r"(\S+) cells inside the area hold (\S+), the largest number that the file can hold.*",
        r"\g<file>：边界内有\2个栅格的值为\3，即该文件所能表示的最大值，更大的人口可能被截断",
    ),
    (
        _FILE + r"(\S+) km² inside the boundary belong to no zone; left out",
        r"\g<file>：边界内有\2 km²不属于任何地区，未计入",
    ),
    # Terrain
    (
        _FILE + r"heights in (.*) are converted to metres",
        r"\g<file>：高程单位\2已换算为米",
    ),
    (
        _FILE + r"(\S+) km² without terrain data are filled from nearby heights",
        r"\g<file>：\2 km²缺少地形数据，已用邻近高程填补",
    ),
    (
        _FILE + r"(\S+) km² without terrain data are treated as sea \(0 m\)",
        r"\g<file>：\2 km²缺少地形数据，按海面（0米）处理",
    ),
    # Files
    (
        _FILE + r"schema_version = 1: write (\S+), which changes nothing here",
        r"\g<file>：schema_version = 1，可改写为\2，此处不影响结果",
    ),
    (
        _FILE
        + r"schema_version = 1: keys that it does not set have the values it was written for: "
        r"(.*)\. To keep them, .*",
        r"\g<file>：schema_version = 1，未写明的参数沿用该版本的取值：\2",
    ),
    (
        _FILE + r"(\S+) of (\S+) features have no geometry; dropped",
        r"\g<file>：\3个要素中有\2个没有几何，已略去",
    ),
    (
        _FILE + r"no transformation from its datum \((.*)\) to WGS 84 is known here; .*",
        r"\g<file>：未知其基准面（\2）到WGS 84的转换，位置可能偏差约100米",
    ),
    (
        _FILE + r".*; they are read as (.*)",
        r"\g<file>：文字编码与标注不符或未标注，按\2读取",
    ),
    (_FILE + r"layer (.*) is read, one of (\S+)", r"\g<file>：共\3个图层，读取\2"),
    (_FILE + r"sheet (.*) is read, one of (\S+)", r"\g<file>：共\3个工作表，读取\2"),
    (_FILE + r"(\S+) geometries repaired \((.*)\)", r"\g<file>：已修复\2个几何（\3）"),
    (
        _FILE + r"is not UTF-8 text; read as GB 18030 \(GBK\)",
        r"\g<file>：不是UTF-8文本，按GB 18030（GBK）读取",
    ),
    (
        _FILE + r"(\S+) columns repeat an earlier one; dropped",
        r"\g<file>：\2列与前面的列重复，已略去",
    ),
    (_FILE + r"columns not read: (.*); .*", r"\g<file>：未读取的列：\2"),
    (
        _FILE + r"was changed since the run; what it holds now is used",
        r"\g<file>：规划之后被修改，按现有内容使用",
    ),
    # Sites
    (
        r"(\S+) of the (\S+) new stations are on sites of (.*); the scenario\.toml of this folder "
        r"alone gives the plan without these moves",
        r"\2个新建基站中有\1个使用\3的站址；仅按本文件夹的 scenario.toml 规划则不含这一调整",
    ),
    (
        _FILE + r"(?:.*: )?(\S+) sites outside the study area.*; dropped",
        r"\g<file>：\2个站址在研究区之外，已略去",
    ),
    (
        _FILE + r"(?:.*: )?(\S+) sites at the same place as an earlier site.*; dropped",
        r"\g<file>：\2个站址与前面的站址位置相同，已略去",
    ),
    (
        _FILE + r"(\S+) candidates share a (\S+) m grid cell with an earlier one; dropped",
        r"\g<file>：\2个候选站址与前面的候选站址在同一\3米栅格内，已略去",
    ),
    (_FILE + r"excludes no land of the study area", r"\g<file>：未排除研究区内任何土地"),
    (
        _FILE + r"has no weight inside the study area; check its position and CRS",
        r"\g<file>：在研究区内没有权重，请检查其位置和坐标系",
    ),
    (
        _FILE + r"(\S+) must-have sites are more than the (\S+) stations that target\.zones fixes "
        r"for the zone",
        r"\g<file>：必建站址\2个，多于 target.zones 为该地区给定的\3个基站",
    ),
    (
        _FILE + r"holds (\S+) existing sites, but target\.stations_baseline is (\S+); the file is "
        r"used",
        r"\g<file>：有\2个存量站址，而 target.stations_baseline 为\3，以文件为准",
    ),
    (
        _FILE + r"holds (\S+) existing sites in (.*), but target\.zones says (\S+); the file is "
        r"used",
        r"\g<file>：在\3有\2个存量站址，而 target.zones 为\4，以文件为准",
    ),
    (
        _FILE + r"(\S+) of the (\S+) baseline stations are not placed, because the others already "
        r"cover all people within reach",
        r"\g<file>：\3个存量基站中有\2个未布设，其余已覆盖可达范围内的全部人口",
    ),
    (
        _FILE + r"public holidays of (\S+) are not known; only weekends are off",
        r"\g<file>：\2年法定节假日未知，只计周末停工",
    ),
    (
        r"(base_map\.\w+): (.*) has no line inside the area that the map would show",
        r"\1：\2在区域内没有可显示的线路",
    ),
    (r"the map is drawn without roads and railways: (.*)", r"地图未绘道路和铁路：\1"),
)
_KNOWN = [(re.compile(pattern, re.DOTALL), words) for pattern, words in _ZH]


def warning_zh(text: str, networks: Mapping[str, str] | None = None) -> str:
    """Return a warning of a run in Chinese; one that is not known stays as it is.

    Parameters
    ----------
    text
        The warning, in a run of several networks after the title of the network that it is about.
    networks
        Chinese title of each network, by its title.

    Examples
    --------
    >>> warning_zh("gaps.gpkg: layer land is read, one of 3")
    'gaps.gpkg：共3个图层，读取land'
    >>> warning_zh("something else")
    'something else'
    >>> warning_zh("A: gaps.gpkg: layer land is read, one of 3", {"A": "甲"})
    '甲：gaps.gpkg：共3个图层，读取land'
    """
    for title, title_zh in (networks or {}).items():
        rest = text.removeprefix(f"{title}: ")
        if rest != text and (shown := warning_zh(rest)) != rest:
            return f"{title_zh}：{shown}"
    for pattern, words in _KNOWN:
        if found := pattern.fullmatch(text):
            return found.expand(words)
    return text
