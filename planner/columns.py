"""Glossary of output columns: from here tables, map and report take names, units and meanings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One output column."""

    name: str
    unit: str
    label_en: str
    label_zh: str
    meaning_en: str


def _columns(*rows: tuple[str, str, str, str, str]) -> dict[str, Column]:
    return {row[0]: Column(*row) for row in rows}


STATIONS = _columns(
    ("station_id", "", "Station", "基站编号", "identifier, stable for a scenario"),
    ("order", "", "Order", "建设顺序", "place in the order of construction, from 1"),
    ("role", "", "Role", "类型", "baseline (in service before the plan), must_have or new"),
    (
        "origin",
        "",
        "Origin",
        "来源",
        "file (the planner's own site), model (placed by the model) or upgraded (an existing site)",
    ),
    ("name", "", "Name", "名称", "name in the planner's file, else empty"),
    ("lon", "degree", "Longitude", "经度", "WGS 84"),
    ("lat", "degree", "Latitude", "纬度", "WGS 84"),
    ("adcode", "", "Zone code", "行政区划代码", "code of the zone the station stands in"),
    ("zone_zh", "", "Zone (Chinese)", "所属地区", "name of the zone"),
    ("zone_en", "", "Zone", "所属地区(英文)", "name of the zone"),
    ("area_class", "", "Area class", "区域类型", "area class of the station's own cell"),
    (
        "radius_m",
        "m",
        "Radius",
        "服务半径",
        "service radius of that class, of the station's own equipment",
    ),
    ("equipment", "", "Equipment", "设备", "name of its equipment in the scenario, else empty"),
    (
        "cost_cny",
        "CNY",
        "Cost",
        "投资",
        "capital by the scenario, 0 for the baseline, empty if no cost is given",
    ),
    (
        "people_gained",
        "people",
        "People gained",
        "新增覆盖人口",
        "covered by this station and by none before",
    ),
    (
        "people_covered",
        "people",
        "People covered",
        "累计覆盖人口",
        "covered by all stations up to this one",
    ),
    ("covered_share", "share", "Covered share", "累计覆盖率", "people_covered over all people"),
    ("useful", "", "Useful", "有效", "whether it covers anybody whom no earlier station covers"),
)

ZONES = _columns(
    ("adcode", "", "Code", "行政区划代码", "six-digit code of the zone"),
    ("name_zh", "", "Name (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Name", "地区(英文)", "name of the zone"),
    ("population", "people", "People", "人口", "people of the zone"),
    ("covered", "people", "Covered", "覆盖人口", "people served by at least one station"),
    ("covered_share", "share", "Share", "覆盖率", "covered over population"),
    (
        "covered_baseline",
        "people",
        "Covered before",
        "原覆盖人口",
        "served by baseline stations alone",
    ),
    (
        "covered_baseline_share",
        "share",
        "Share before",
        "原覆盖率",
        "covered_baseline over population",
    ),
    ("area_km2", "km²", "Area", "面积", "land area on the grid"),
    ("covered_area_km2", "km²", "Area covered", "覆盖面积", "land served by at least one station"),
    (
        "stations_existing",
        "stations",
        "Baseline stations",
        "原有基站",
        "in service before the plan",
    ),
    (
        "stations_new",
        "stations",
        "New stations",
        "新建基站",
        "placed by the plan, must-have sites included",
    ),
    ("stations_per_km2", "1/km²", "Stations per km²", "基站密度", "all stations over area_km2"),
)

ROLLOUT = _columns(
    ("month", "", "Month", "月份", "its end is meant: 2020-01 is 31 January 2020"),
    (
        "adcode",
        "",
        "Code",
        "行政区划代码",
        "code of the zone; that of the area in the rows of all zones",
    ),
    ("name_zh", "", "Name (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Name", "地区(英文)", "name of the zone"),
    (
        "stations_p10",
        "stations",
        "Stations, low",
        "新建基站(10%)",
        "built since the start; fewer in 10 % of the runs",
    ),
    (
        "stations_p50",
        "stations",
        "Stations, median",
        "新建基站(中位)",
        "built since the start, median of the runs",
    ),
    (
        "stations_p90",
        "stations",
        "Stations, high",
        "新建基站(90%)",
        "built since the start; more in 10 % of the runs",
    ),
    (
        "stations_month_p50",
        "stations",
        "In the month",
        "当月新建",
        "built in the month, on the median path",
    ),
    (
        "stations_stated",
        "stations",
        "Without chance",
        "新建基站(无随机)",
        "with the disruptions as stated and no chance",
    ),
    (
        "people_covered_p10",
        "people",
        "Covered, low",
        "覆盖人口(10%)",
        "people who live in the zone and are covered, baseline included",
    ),
    (
        "people_covered_p50",
        "people",
        "Covered, median",
        "覆盖人口(中位)",
        "the same on the median path",
    ),
    (
        "people_covered_p90",
        "people",
        "Covered, high",
        "覆盖人口(90%)",
        "the same where only 10 % of the runs have more stations",
    ),
    (
        "cost_cny_p10",
        "CNY",
        "Cost, low",
        "投资(10%)",
        "whole yuan since the start, for the stations of stations_p10",
    ),
    (
        "cost_cny_p50",
        "CNY",
        "Cost, median",
        "投资(中位)",
        "whole yuan since the start, on the median path",
    ),
    (
        "cost_cny_p90",
        "CNY",
        "Cost, high",
        "投资(90%)",
        "whole yuan since the start, for the stations of stations_p90",
    ),
    (
        "cost_month_cny_p50",
        "CNY",
        "Cost in the month",
        "当月投资",
        "whole yuan in the month, on the median path",
    ),
)

NETWORKS = _columns(
    (
        "case",
        "",
        "Case",
        "情形",
        "scenario (as it says), independent (every network on its own) or shared (all that can be)",
    ),
    (
        "network",
        "",
        "Networks",
        "网络",
        "names of the networks that the plan serves; all: every one together",
    ),
    ("title", "", "Title", "名称", "what a reader calls them"),
    ("operators", "", "Operators", "运营商", "whose subscribers the plan serves"),
    ("band", "", "Band", "频段", "band of the radio network"),
    (
        "counting_rule",
        "",
        "What the target counts",
        "计数口径",
        "as the networks' targets say it; the columns here count as they say themselves",
    ),
    (
        "stations_existing",
        "stations",
        "Baseline stations",
        "原有基站",
        "in service before the plan, each radio station once, whosever subscribers it serves",
    ),
    (
        "stations_new",
        "stations",
        "New stations",
        "新建基站",
        "placed by the plan, each radio station once, whosever subscribers it serves",
    ),
    (
        "stations",
        "stations",
        "Stations",
        "基站合计",
        "baseline and new, each radio station once, whosever subscribers it serves",
    ),
    (
        "stations_per_operator",
        "stations",
        "Per operator",
        "按运营商计",
        "the same, each radio station once for every operator whose subscribers it serves",
    ),
    (
        "sites",
        "sites",
        "Sites",
        "站址",
        "each once among networks that share sites, once per network otherwise; counted with the network that has it first",
    ),
    ("sites_new", "sites", "New sites", "新建站址", "sites that new stations open"),
    (
        "new_on_shared_sites",
        "stations",
        "On shared sites",
        "共址新建基站",
        "new stations on a site of a network before it in the list",
    ),
    (
        "population_covered",
        "people",
        "People covered",
        "覆盖人口",
        "by the network; in the row of all: by at least one",
    ),
    ("population_covered_share", "share", "Share", "覆盖率", "population_covered over all people"),
    (
        "population_covered_by_all",
        "people",
        "By every network",
        "各网均覆盖人口",
        "people whom every network covers; in the row of all only",
    ),
    (
        "cost_cny",
        "CNY",
        "Cost",
        "投资",
        "capital of the new stations; on a shared site the radio share of a station alone",
    ),
    (
        "months",
        "months",
        "Months",
        "工期(月)",
        "until all new stations of the case stand; in the row of all only",
    ),
)

COSTS = _columns(
    (
        "adcode",
        "",
        "Code",
        "行政区划代码",
        "code of the zone the stations stand in; that of the area in the rows of all zones",
    ),
    ("name_zh", "", "Name (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Name", "地区(英文)", "name of the zone"),
    ("kind", "", "Kind", "类别", "capital (once) or running (each year)"),
    ("item", "", "Item", "费用项目", "what is paid for; total is the sum of the items of its kind"),
    ("stations", "stations", "New stations", "新建基站", "new stations of the zone"),
    ("cost_cny", "CNY", "Cost", "费用", "whole yuan; items, zones and stations add up"),
)

PRIORITY_PLACES = _columns(
    ("place_id", "", "Place", "重点场所编号", "identifier, stable for a scenario"),
    ("name", "", "Name", "名称", "name in its file, else empty"),
    ("name_zh", "", "Name (Chinese)", "中文名称", "Chinese name in its file, else empty"),
    ("place_class", "", "Class", "类别代码", "key of its class"),
    ("class_en", "", "Class name", "类别(英文)", "name of its class"),
    ("class_zh", "", "Class name (Chinese)", "类别", "name of its class"),
    (
        "shape",
        "",
        "Shape",
        "形状",
        "Point, LineString or Polygon in its file; the position here is a point of it",
    ),
    ("use", "", "Use", "用途", "report (told only), weight (weighs in siting) or must_serve"),
    ("adcode", "", "Zone code", "行政区划代码", "code of the zone it lies in"),
    ("zone_zh", "", "Zone (Chinese)", "所属地区", "name of the zone"),
    ("zone_en", "", "Zone", "所属地区(英文)", "name of the zone"),
    ("lon", "degree", "Longitude", "经度", "WGS 84"),
    ("lat", "degree", "Latitude", "纬度", "WGS 84"),
    (
        "served",
        "",
        "Served",
        "服务状态",
        "baseline (before the plan already), plan (by its new stations) or no",
    ),
    (
        "served_by",
        "",
        "Served by",
        "服务基站",
        "first station in the order of construction with which it is served",
    ),
    (
        "served_month",
        "",
        "Served from",
        "建成服务",
        "month of the build-out at whose end it is served, at the median; empty where the baseline serves it, where nothing does, and beyond the horizon",
    ),
    ("date", "", "Due", "要求日期", "day by which it is to be served, else empty"),
)

GAPS = _columns(
    ("rank", "", "Rank", "排名", "1 has the most people"),
    ("adcode", "", "Zone code", "行政区划代码", "code of the zone the gap lies in"),
    ("zone_zh", "", "Zone (Chinese)", "所属地区", "name of the zone"),
    ("zone_en", "", "Zone", "所属地区(英文)", "name of the zone"),
    ("county_code", "", "County code", "县级代码", "code of the county, where counties are known"),
    ("county_zh", "", "County", "县区", "Chinese name of the county, where counties are known"),
    ("people", "people", "People", "人口", "people of the gap, none of them covered"),
    ("area_km2", "km²", "Area", "面积", "area of the gap's cells"),
    ("people_per_km2", "1/km²", "Density", "人口密度", "people over area_km2"),
    ("lon", "degree", "Longitude", "经度", "a point inside the gap, WGS 84"),
    ("lat", "degree", "Latitude", "纬度", "a point inside the gap, WGS 84"),
)
