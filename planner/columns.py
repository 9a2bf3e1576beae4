"""Glossary of output columns: names, units and meanings for tables, map and report."""

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
    ("order", "", "Order", "建设时序", "position in construction order, from 1"),
    ("role", "", "Role", "类型", "baseline (in service before the plan), must_have or new"),
    (
        "origin",
        "",
        "Origin",
        "来源",
        "file (the planner's own site), model (placed by the model) or upgraded (existing site, upgraded)",
    ),
    (
        "phase",
        "",
        "Phase",
        "建设阶段",
        "phase of siting.phases that builds it; empty if the scenario has none",
    ),
    ("name", "", "Name", "名称", "name in the planner's file; empty if none"),
    ("lon", "degree", "Longitude", "经度", "WGS 84"),
    ("lat", "degree", "Latitude", "纬度", "WGS 84"),
    ("adcode", "", "Zone code", "行政区划代码", "code of the zone that contains the station"),
    ("zone_zh", "", "Zone (Chinese)", "所属地区", "name of the zone"),
    ("zone_en", "", "Zone", "所属地区（英文）", "name of the zone"),
    ("area_class", "", "Area class", "区域类型", "area class of the station's cell"),
    (
        "radius_m",
        "m",
        "Radius",
        "服务半径",
        "service radius of the station's equipment in its area class",
    ),
    ("equipment", "", "Equipment", "设备", "name of its equipment in the scenario; empty if none"),
    (
        "cost_cny",
        "CNY",
        "Cost",
        "投资",
        "capital cost as set in the scenario; 0 for the baseline, empty if no cost is given",
    ),
    (
        "people_gained",
        "people",
        "Residents added",
        "新增覆盖人口",
        "residents covered by this station and by no earlier one, on parts of cells",
    ),
    (
        "people_covered",
        "people",
        "Residents covered",
        "累计覆盖人口",
        "residents covered by all stations up to this one",
    ),
    ("covered_share", "share", "Coverage", "累计覆盖率", "people_covered / all residents"),
    (
        "useful",
        "",
        "Adds coverage",
        "新增覆盖",
        "whether it covers residents whom no earlier station covers",
    ),
)

ZONES = _columns(
    ("adcode", "", "Code", "行政区划代码", "six-digit code of the zone"),
    ("name_zh", "", "Name (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Name", "地区（英文）", "name of the zone"),
    ("population", "people", "Residents", "人口", "residents of the zone"),
    ("covered", "people", "Covered", "覆盖人口", "residents served by at least one station"),
    ("covered_share", "share", "Coverage", "覆盖率", "covered / population"),
    (
        "covered_baseline",
        "people",
        "Covered before",
        "建设前覆盖人口",
        "residents served by baseline stations alone",
    ),
    (
        "covered_baseline_share",
        "share",
        "Coverage before",
        "建设前覆盖率",
        "covered_baseline / population",
    ),
    ("area_km2", "km²", "Area", "面积", "land area on the grid"),
    (
        "inhabited_area_km2",
        "km²",
        "Area inhabited",
        "有人居住面积",
        "land in whose square kilometre somebody lives",
    ),
    (
        "covered_area_km2",
        "km²",
        "Area covered",
        "覆盖面积",
        "inhabited land served by at least one station",
    ),
    (
        "stations_existing",
        "stations",
        "Baseline stations",
        "存量基站",
        "in service before the plan",
    ),
    (
        "stations_new",
        "stations",
        "New stations",
        "新建基站",
        "placed by the plan, must-have sites included",
    ),
    ("stations_per_km2", "1/km²", "Stations per km²", "基站密度", "all stations / area_km2"),
)

ROLLOUT = _columns(
    (
        "month",
        "",
        "Month",
        "月份",
        "values are for the end of the month: 2020-01 means 31 January 2020",
    ),
    (
        "adcode",
        "",
        "Code",
        "行政区划代码",
        "code of the zone; code of the whole area in the total rows",
    ),
    ("name_zh", "", "Name (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Name", "地区（英文）", "name of the zone"),
    (
        "stations_p10",
        "stations",
        "Stations, low",
        "新建基站（10% 分位）",
        "built since the start; 10 % of simulations have fewer",
    ),
    (
        "stations_p50",
        "stations",
        "Stations, median",
        "新建基站（中位数）",
        "built since the start; median of the simulations",
    ),
    (
        "stations_p90",
        "stations",
        "Stations, high",
        "新建基站（90% 分位）",
        "built since the start; 10 % of simulations have more",
    ),
    (
        "stations_month_p50",
        "stations",
        "Built in the month",
        "当月新建",
        "built in the month, in the median build-out",
    ),
    (
        "stations_stated",
        "stations",
        "Without chance",
        "新建基站（不含随机波动）",
        "with the disruptions as stated and no random variation",
    ),
    (
        "people_covered_p10",
        "people",
        "Covered, low",
        "覆盖人口（10% 分位）",
        "covered residents of the zone, baseline included, for the stations of stations_p10",
    ),
    (
        "people_covered_p50",
        "people",
        "Covered, median",
        "覆盖人口（中位数）",
        "the same in the median build-out",
    ),
    (
        "people_covered_p90",
        "people",
        "Covered, high",
        "覆盖人口（90% 分位）",
        "the same for the stations of stations_p90",
    ),
    (
        "cost_cny_p10",
        "CNY",
        "Cost, low",
        "投资（10% 分位）",
        "whole yuan since the start, for the stations of stations_p10",
    ),
    (
        "cost_cny_p50",
        "CNY",
        "Cost, median",
        "投资（中位数）",
        "whole yuan since the start, in the median build-out",
    ),
    (
        "cost_cny_p90",
        "CNY",
        "Cost, high",
        "投资（90% 分位）",
        "whole yuan since the start, for the stations of stations_p90",
    ),
    (
        "cost_month_cny_p50",
        "CNY",
        "Cost in the month",
        "当月投资",
        "whole yuan in the month, in the median build-out",
    ),
)

NETWORKS = _columns(
    (
        "case",
        "",
        "Case",
        "情形",
        "scenario (sharing as in the scenario), independent (separate networks) or shared (full sharing)",
    ),
    (
        "network",
        "",
        "Networks",
        "网络",
        "names of the networks that the plan serves; all: every network together",
    ),
    ("title", "", "Title", "名称", "title of the networks"),
    ("operators", "", "Operators", "运营商", "operators whose subscribers the plan serves"),
    ("band", "", "Band", "频段", "band of the radio network"),
    (
        "counting_rule",
        "",
        "What the target counts",
        "计数口径",
        "counting rule of the networks' targets; the columns of this table count by their own rules",
    ),
    (
        "stations_existing",
        "stations",
        "Baseline stations",
        "存量基站",
        "in service before the plan; each radio station counted once, regardless of operator",
    ),
    (
        "stations_new",
        "stations",
        "New stations",
        "新建基站",
        "placed by the plan; each radio station counted once, regardless of operator",
    ),
    (
        "stations",
        "stations",
        "Stations",
        "基站合计",
        "baseline and new; each radio station counted once, regardless of operator",
    ),
    (
        "stations_per_operator",
        "stations",
        "Per operator",
        "按运营商计",
        "baseline and new; each radio station counted once for every operator whose subscribers it serves",
    ),
    (
        "sites",
        "sites",
        "Sites",
        "站址",
        "a site shared by networks is counted once, with the first network that uses it; without sharing, once per network",
    ),
    ("sites_new", "sites", "New sites", "新建站址", "sites opened by new stations"),
    (
        "new_on_shared_sites",
        "stations",
        "On shared sites",
        "共址新建基站",
        "new stations on a site of an earlier network in the list",
    ),
    (
        "population_covered",
        "people",
        "Residents covered",
        "覆盖人口",
        "covered by the network; in the total row: by at least one network",
    ),
    (
        "population_covered_share",
        "share",
        "Coverage",
        "覆盖率",
        "population_covered / all residents",
    ),
    (
        "population_covered_by_all",
        "people",
        "Covered by every network",
        "各网均覆盖人口",
        "residents covered by every network; in the total row only",
    ),
    (
        "cost_cny",
        "CNY",
        "Cost",
        "投资",
        "capital cost of the new stations; a station on a shared site costs only its radio equipment",
    ),
    (
        "months",
        "months",
        "Months",
        "工期（月）",
        "months until all new stations of the case are in service; in the total row only",
    ),
)

COSTS = _columns(
    (
        "adcode",
        "",
        "Code",
        "行政区划代码",
        "code of the zone that contains the stations; code of the whole area in the total rows",
    ),
    ("name_zh", "", "Name (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Name", "地区（英文）", "name of the zone"),
    ("kind", "", "Kind", "类别", "capital (once) or running (each year)"),
    ("item", "", "Item", "费用项目", "cost item; total is the sum of the items of its kind"),
    ("stations", "stations", "New stations", "新建基站", "new stations of the zone"),
    ("cost_cny", "CNY", "Cost", "费用", "whole yuan; items and zones add up to the totals"),
)

PRIORITY_PLACES = _columns(
    ("place_id", "", "Place", "重点场所编号", "identifier, stable for a scenario"),
    ("name", "", "Name", "名称", "name in its file; empty if none"),
    ("name_zh", "", "Name (Chinese)", "中文名称", "Chinese name in its file; empty if none"),
    ("place_class", "", "Class", "类别代码", "key of its class"),
    ("class_en", "", "Class name", "类别（英文）", "name of its class"),
    ("class_zh", "", "Class name (Chinese)", "类别", "name of its class"),
    (
        "shape",
        "",
        "Shape",
        "形状",
        "Point, LineString or Polygon in its file; lon and lat are a point of it",
    ),
    (
        "use",
        "",
        "Use",
        "选址用途",
        "report (listed only), weight (favoured in siting) or must_serve (service is mandatory)",
    ),
    ("adcode", "", "Zone code", "行政区划代码", "code of the zone that contains it"),
    ("zone_zh", "", "Zone (Chinese)", "所属地区", "name of the zone"),
    ("zone_en", "", "Zone", "所属地区（英文）", "name of the zone"),
    ("lon", "degree", "Longitude", "经度", "WGS 84"),
    ("lat", "degree", "Latitude", "纬度", "WGS 84"),
    (
        "served",
        "",
        "Served",
        "服务状态",
        "baseline (already before the plan), plan (by new stations) or no",
    ),
    (
        "served_by",
        "",
        "Served by",
        "服务基站",
        "first station in construction order that completes its service",
    ),
    (
        "served_month",
        "",
        "Served from",
        "开始服务月份",
        "first month at whose end it is served, in the median build-out; empty if the baseline serves it, if nothing does, or beyond the horizon",
    ),
    ("date", "", "Due", "要求日期", "day by which it must be served; empty if none"),
)

GAPS = _columns(
    ("rank", "", "Rank", "排名", "1 has the most residents"),
    ("adcode", "", "Zone code", "行政区划代码", "code of the zone that contains the gap"),
    ("zone_zh", "", "Zone (Chinese)", "所属地区", "name of the zone"),
    ("zone_en", "", "Zone", "所属地区（英文）", "name of the zone"),
    (
        "county_code",
        "",
        "County code",
        "县级行政区划代码",
        "code of the county; empty if counties are not known",
    ),
    (
        "county_zh",
        "",
        "County",
        "县区",
        "Chinese name of the county; empty if counties are not known",
    ),
    (
        "county_en",
        "",
        "County",
        "县区（英文）",
        "name of the county; empty if counties are not known",
    ),
    ("people", "people", "Residents", "人口", "residents of the gap, none of them covered"),
    ("area_km2", "km²", "Area", "面积", "area of the gap's cells"),
    ("people_per_km2", "1/km²", "Density", "人口密度", "people / area_km2"),
    ("lon", "degree", "Longitude", "经度", "middle of the gap's most populous cell, WGS 84"),
    ("lat", "degree", "Latitude", "纬度", "middle of the gap's most populous cell, WGS 84"),
    ("nearest_station", "", "Nearest station", "最近基站", "station nearest to that point"),
    ("nearest_station_km", "km", "Distance to it", "最近基站距离", "from that point, straight"),
    (
        "closing_stations",
        "stations",
        "Stations to close it",
        "补盲所需基站",
        "land of the gap over that of a hexagon of the service radius, class by class, rounded up",
    ),
    (
        "closing_cost_cny",
        "CNY",
        "Cost to close it",
        "补盲投资",
        "closing_stations times cost.station_cny, before local factors; empty if no cost is given",
    ),
)

EXECUTIVE = _columns(
    ("adcode", "", "Code", "行政区划代码", "code of the zone; of the whole area in the last row"),
    ("name_zh", "", "Zone (Chinese)", "地区", "name of the zone"),
    ("name_en", "", "Zone", "地区（英文）", "name of the zone"),
    ("population", "people", "Residents", "人口", "residents of the zone"),
    (
        "per_10000_people",
        "",
        "Stations per 10,000 people",
        "每万人基站数",
        "all stations, the baseline too, for each 10,000 residents",
    ),
    ("per_km2", "1/km²", "Stations per km²", "每平方公里基站数", "all stations / land area"),
    ("covered_share", "share", "Served", "服务比例", "residents served with the whole plan / all"),
    (
        "complete_on",
        "",
        "Date",
        "建成日期",
        "end of the month in which all new stations of the zone are in service, at the median of the simulations; empty without a build-out or new stations, or beyond the horizon",
    ),
    (
        "capital_cny",
        "CNY",
        "Money",
        "投资",
        "capital of the new stations; empty if no cost is given",
    ),
)
