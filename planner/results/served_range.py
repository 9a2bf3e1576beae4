"""The range of the people served by a fixed plan, over all uncertain assumptions together."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import demand_on_grid, demand_otherwise
from planner.ground.ground import Ground
from planner.ground.land_cover import height_and_loss, land_cover_shares
from planner.ground.people_sample import SampledPeople
from planner.progress import Stages
from planner.radio.service_area import environment_of
from planner.results.sampled_service import (
    SampledService,
    TerrainLosses,
    served_by_every,
    served_share,
)
from planner.scenario import Scenario
from planner.scenario.terrain import TerrainSection
from planner.scenario.uncertain import Uncertain, with_values
from planner.sites.equipment import StationKind, network_and_equipment
from planner.siting import Siting

Shares = npt.NDArray[np.float64]

SHARE_OF_DRAWS = 0.9
"""Share of the draws that lie in a range: a twentieth is left out at either end."""

_STAGE = 12
"""Number of this use of the scenario's seed."""

BEFORE, PLAN = "population_covered_baseline_share", "population_covered_share"
ANY, EVERY = "population_covered_by_any_share", "population_covered_by_all_share"


def draws(uncertain: Sequence[Uncertain], count: int, seed: int) -> list[dict[str, object]]:
    """Return values for all that is uncertain at once, drawn by a Latin hypercube.

    Each of ``count`` equal parts of a range has one draw; ranges are drawn evenly and
    independently (McKay, Beckman and Conover 1979). What was fitted to measurements is drawn from
    its normal distribution, all its keys together.

    Examples
    --------
    >>> import planner
    >>> from planner.results.served_range import draws
    >>> scenario = planner.load_scenario("guizhou-2020")
    >>> first, *_ = draws(scenario.uncertain, 4, scenario.seed)
    >>> 21.0 <= first["radio.ue_power_dbm"] <= 26.0
    True
    """
    if not uncertain or not count:
        return []
    generator = np.random.default_rng([seed, _STAGE])
    starts = np.cumsum([0, *(one.places for one in uncertain)])
    places = qmc.LatinHypercube(int(starts[-1]), seed=generator).random(count)
    return [
        {
            key: value
            for one, start in zip(uncertain, starts, strict=False)
            for key, value in one.drawn(row[start : start + one.places].tolist()).items()
        }
        for row in places
    ]


@dataclass(frozen=True)
class StandingPlan:
    """The stations of one network, and the inputs to count again whom they serve.

    ``scenario``: of that network alone, with the reach factors of the plan if it has any.
    """

    scenario: Scenario
    ground: Ground
    siting: Siting
    _drawn: dict[str, ServedOtherwise] = field(default_factory=dict, repr=False)

    def in_draw(self, changes: Mapping[str, object]) -> ServedOtherwise:
        """Return who is served for drawn values: nobody, with values that give no service.

        Values that are allowed alone may be refused together: then a warning says so. Each draw is
        worked out once, for the network alone and for all together.
        """
        key = repr(sorted(changes.items()))
        if key not in self._drawn:
            self._drawn[key] = self._in_draw(changes)
        return self._drawn[key]

    def _in_draw(self, changes: Mapping[str, object]) -> ServedOtherwise:
        try:
            return self.otherwise(changes)
        except InputError as error:
            said = error.problems[0]
            text = (
                "in some draws of the uncertain assumptions nobody counts as served, because the "
                f"radio is refused there: {said.key}: {said.message}"
            )
            warnings.warn(text, PlannerWarning, stacklevel=4)
            usual = self.otherwise({})
            return replace(usual, before=0.0, plan=0.0 * usual.plan)

    @cached_property
    def stations(self) -> SampledService:
        """The stations around a sample of the people."""
        return SampledService.of(self.ground, self.siting, self._kinds)

    @cached_property
    def _kinds(self) -> tuple[StationKind, ...]:
        one = self.scenario
        return network_and_equipment(one.equipment, one.radio, one.service, one.cost, one.file)

    def _losses_over(self, section: TerrainSection) -> TerrainLosses:
        """Return the losses of another factor on terrain, and of other losses of land cover."""
        old_db, new_db = (_losses_of_codes(one) for one in (self.scenario.terrain, section))
        more_db = self._cover_shares @ (new_db - old_db)
        usual = TerrainLosses.of(self.ground)
        return TerrainLosses(section.diffraction_weight, usual.cover_db + more_db)

    @cached_property
    def _cover_shares(self) -> npt.NDArray[np.float32]:
        """Shares of each code of land cover around the sample of the people."""
        given, ground = self.scenario.terrain, self.ground
        cells, at = np.unique(ground.people_sample.cell, return_inverse=True)
        if given is None or given.land_cover is None:
            return np.zeros((at.size, 0), np.float32)
        return land_cover_shares(given.land_cover, ground.area, self.scenario.origin, cells)[at]

    def otherwise(self, changes: Mapping[str, object]) -> ServedOtherwise:
        """Return who is served for other values.

        Raises
        ------
        InputError
            Values that the scenario or a propagation model refuses.
        """
        given = self.scenario
        now = with_values(given, changes) if changes else given
        kinds = network_and_equipment(now.equipment, now.radio, now.service, now.cost, now.file)
        stations = self.stations
        if now.terrain is not None and now.terrain != given.terrain:
            losses = self._losses_over(now.terrain)
            stations = SampledService.of(self.ground, self.siting, self._kinds, losses)
        people, tables = self._living(changes).result(), stations.tables(kinds)
        before = stations.log_misses(tables, people.area_class, before=True)
        return ServedOtherwise(
            served_share(before, people.weight),
            stations.log_misses(tables, people.area_class, before=False),
            people.weight,
            now.service.take_up,
        )

    def prepare(self, changes: Mapping[str, object]) -> None:
        """Work out where people live with drawn values, unless another network has begun to."""
        try:
            self._living(changes)
        except InputError:
            return  # It is reported when the draw is counted.

    def _living(self, changes: Mapping[str, object]) -> Future[SampledPeople]:
        """Return where the sample lives with other values."""
        given, ground = self.scenario, self.ground
        now = with_values(given, changes) if changes else given
        old, new, section = given.population, now.population, now.area_classes
        sample = ground.people_sample
        exponent = new.concentration / old.concentration

        def living_otherwise() -> SampledPeople:
            if new.model_copy(update={"concentration": old.concentration}) != old:
                return sample.among(demand_on_grid(now, ground.area))
            if section.rule == "degurba":
                return sample.crowded(ground.area, ground.people_blocks, exponent, section)
            return sample.among(demand_otherwise(ground.demand, ground.area, section, exponent))

        if new == old and section == given.area_classes:
            return sample.otherwise("", lambda: sample.usual)
        key = new.model_dump_json() + section.model_dump_json()
        return sample.otherwise(key, living_otherwise)


def _losses_of_codes(section: TerrainSection | None) -> npt.NDArray[np.float32]:
    """Return the loss of each code of land cover, in their order."""
    known = height_and_loss(section.land_cover) if section and section.land_cover else {}
    return np.array([known[code][1] for code in sorted(known)], np.float32)


@dataclass(frozen=True)
class ServedOtherwise:
    """Service of a sample of people by a network.

    ``before``: share of the people served before the plan; ``plan``: log probability that all links
    of the plan fail; ``weights``: people whom each of the sample stands for.
    """

    before: float
    plan: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float64]
    take_up: float

    def shares(self) -> dict[str, float]:
        """Return the shares of the people served before and after the plan, and of users."""
        after = served_share(self.plan, self.weights)
        return {BEFORE: self.before, PLAN: after, "users_served_share": self.take_up * after}


def together(networks: Sequence[ServedOtherwise]) -> dict[str, float]:
    """Return the share of the people that any of several networks serves, and every one."""
    logs, weights = [one.plan for one in networks], networks[0].weights
    summed = np.sum(logs, axis=0) if len({one.shape for one in logs}) == 1 else logs[0]
    return {ANY: served_share(summed, weights), EVERY: served_by_every(logs, weights)}


def range_of(found: Sequence[float], usual: float, headline: float) -> list[float]:
    """Return low and high of what was drawn, moved so that ``usual`` is ``headline``."""
    ends = np.quantile(found, [(1 - SHARE_OF_DRAWS) / 2, (1 + SHARE_OF_DRAWS) / 2])
    return [float(one) for one in np.clip(headline + ends - usual, 0.0, 1.0)]


def range_summary(
    uncertain: Sequence[Uncertain],
    usual: Mapping[str, float],
    drawn: Sequence[Mapping[str, float]],
    headlines: Mapping[str, float],
) -> dict[str, Any]:
    """Return the entries of the summary on ranges: low and high of each headline share.

    ``usual``, ``drawn``: shares of the sample without a change, and in each draw.
    """
    ranges = {
        key: range_of([one[key] for one in drawn], usual[key], value)
        for key, value in headlines.items()
    }
    return {
        **ranges,
        "draws": len(drawn),
        "share_of_draws": SHARE_OF_DRAWS,
        "assumptions": [one.name for one in uncertain],
        "of": "the plan as it stands; all that is uncertain moves together, evenly in its range "
        "or as what was fitted to measurements",
    }


def check_ends(ends: Iterable[tuple[int, object, Any]], file: str) -> None:
    """Raise :class:`InputError` for values of what is uncertain that a propagation model refuses.

    ``ends``: row of ``[[uncertain]]``, value, and the scenario with it. The form of the ``file``
    has been checked before (:func:`planner.scenario.uncertain.uncertain_problems`).
    """
    problems = []
    for index, value, now in ends:
        try:
            for known in AREA_CLASSES:
                environment_of(now.radio, now.service, known.key)
        except InputError as error:
            said = error.problems[0]
            text = f"is refused: {said.key}: {said.message}"
            problems.append(Problem(text, file, f"uncertain.{index}", value, said.expected))
    if problems:
        raise InputError(problems)


def served_range(plan: StandingPlan, summary: Mapping[str, Any], stages: Stages) -> dict[str, Any]:
    """Return ``range`` for the summary of a plan; nothing where nothing is uncertain."""
    scenario = plan.scenario
    if not scenario.uncertain or not scenario.range_draws:
        return {}
    changes = draws(scenario.uncertain, scenario.range_draws, scenario.seed)
    with stages.stage("range", len(changes), "draws") as update:
        for one in changes:
            plan.prepare(one)
        usual, found = plan.in_draw({}).shares(), []
        for one in changes:
            found.append(plan.in_draw(one).shares())
            update(1)
    known = {key: summary[key] for key in usual if key in summary}
    return {"range": range_summary(scenario.uncertain, usual, found, known)}
