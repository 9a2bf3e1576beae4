"""All provinces at a coarse level: the split of a programme of stations over them."""

from planner.national.national_plan import (
    THE_RULE,
    UNKNOWN,
    NationalPlan,
    check_national,
    run_national,
)
from planner.national.split import (
    density_class,
    equal_cover_need,
    mixed_share,
    rule_shares,
    settled_density,
    split_whole,
    stations_per_km2,
)
from planner.national.targets import Target, announced_targets

__all__ = [
    "THE_RULE",
    "UNKNOWN",
    "NationalPlan",
    "Target",
    "announced_targets",
    "check_national",
    "density_class",
    "equal_cover_need",
    "mixed_share",
    "rule_shares",
    "run_national",
    "settled_density",
    "split_whole",
    "stations_per_km2",
]
