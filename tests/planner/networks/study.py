"""The small study with three networks: one at 2.6 GHz, two alike at 3.5 GHz."""

from __future__ import annotations

from pathlib import Path

from tests.planner.study import SCENARIO, write_study

HIGH = """
[networks.radio]
band = "n78"

[networks.service.radius_m]
dense_urban = 700
urban = 900
suburban = 1300
rural = 1700
"""

NETWORKS = f"""
[cost]
station_cny = 400_000

[[networks]]
name = "mobile"
title = "China Mobile"
title_zh = "中国移动"
operators = ["China Mobile", "CBN"]
target = {{ stations_new = 9, counting_rule = "new in the year" }}

[[networks]]
name = "telecom"
title = "China Telecom"
title_zh = "中国电信"
{HIGH}
[[networks]]
name = "unicom"
title = "China Unicom"
title_zh = "中国联通"
target = {{ stations_new = 8 }}
{HIGH}"""


def sharing(kind: str, *names: str) -> str:
    """Return a ``[[sharing]]`` of the networks named."""
    listed = ", ".join(f'"{name}"' for name in names or ("telecom", "unicom"))
    return f'\n[[sharing]]\nnetworks = [{listed}]\nkind = "{kind}"\n'


def write_networks(folder: Path, more: str = sharing("radio")) -> Path:
    """Write the study; return the path of its scenario."""
    return write_study(folder, SCENARIO + NETWORKS + more)
