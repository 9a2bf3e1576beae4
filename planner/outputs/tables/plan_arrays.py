"""Arrays of a plan that are in no table or raster: ``planner.open`` needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from planner.money import Money
    from planner.plan import Plan
    from planner.rollout import BuildOut

ARRAYS: dict[str, tuple[Any, int]] = {
    "money_(station|zone)": (np.int64, 1),
    "money_(capital|running)": (np.int64, 2),
    "money_people": (np.float64, 1),
    "money_steps": (np.float64, 2),
    "order": (np.int64, 1),
    "zone_(stations|cost_cny)": (np.int64, 2),
    "zone_people": (np.float64, 2),
    "covered_in": (np.uint8, 2),
    "reached_in": (np.uint8, 3),
    "share_steps": (np.float64, 1),
    "planned|stated|stated_binding": (np.int64, 1),
    "built": (np.int32, 2),
    "binding": (np.int8, 2),
}
"""Names, types and dimensions; see :class:`planner.money.Money`, :class:`planner.BuildOut` and
:class:`planner.rollout.Schedule`. ``money_people``: those added and those covered."""


def write_plan_arrays(plan: Plan, path: Path) -> None:
    """Write the arrays of the money and the build-out, if the plan has them."""
    arrays = {} if plan.money is None else _money(plan.money)
    if plan.build_out is not None:
        arrays |= _build_out(plan.build_out)
    with path.open("wb") as file:
        # Its own stubs take the next argument for allow_pickle.
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def _money(money: Money) -> dict[str, npt.NDArray[Any]]:
    steps = [list(vars(step).values()) for step in money.steps]
    return {
        "money_station": money.station,
        "money_zone": money.zone,
        "money_capital": money.capital,
        "money_running": money.running,
        "money_people": np.array([money.gained, money.covered]),
        "money_steps": np.array(steps, dtype=float).reshape(len(steps), -1),
    }


def _build_out(built: BuildOut) -> dict[str, npt.NDArray[Any]]:
    cost = {} if built.zone_cost_cny is None else {"zone_cost_cny": built.zone_cost_cny}
    own = ("order", "zone_stations", "zone_people", "covered_in", "reached_in", "share_steps")
    scheduled = ("planned", "stated", "stated_binding", "built", "binding")
    return (
        {name: np.asarray(getattr(built, name)) for name in own}
        | cost
        | {name: getattr(built.schedule, name) for name in scheduled}
    )
