"""Checks of the build-out against the rest of a scenario."""

from __future__ import annotations

from collections.abc import Iterator

from planner.errors import InputError, Problem
from planner.scenario import Scenario
from planner.scenario.rollout import RolloutSection


def check_rollout(scenario: Scenario) -> None:
    """Raise :class:`InputError` for dates and targets that contradict the rest of the scenario."""
    if scenario.rollout is not None:
        problems = [*_dates(scenario, scenario.rollout), *_stations(scenario, scenario.rollout)]
        if problems:
            raise InputError(problems)


def _dates(scenario: Scenario, section: RolloutSection) -> Iterator[Problem]:
    dates = {"target.date": scenario.target.date} | {
        f"priority_places.{index}.date": places.date
        for index, places in enumerate(scenario.priority_places)
    }
    for key, date in dates.items():
        if date is not None and not section.start <= date <= section.end:
            yield Problem(
                "lies outside the build-out",
                scenario.file,
                key,
                str(date),
                f"a day from rollout.start {section.start} to rollout.end {section.end}",
            )


def _stations(scenario: Scenario, section: RolloutSection) -> Iterator[Problem]:
    baseline, wanted = scenario.target.stations_baseline, scenario.target.stations_new
    # An overridden, smaller target is allowed: the report shows that milestones are never reached.
    overridden = any(key.startswith("target") for key in scenario.overridden)
    for index, stone in enumerate(section.milestones):
        key = f"rollout.milestones.{index}"
        if stone.stations_total is not None:
            if stone.stations_total < baseline:
                yield Problem(
                    "is below the baseline",
                    scenario.file,
                    f"{key}.stations_total",
                    stone.stations_total,
                    f"at least the {baseline} stations of target.stations_baseline",
                )
            elif not overridden and stone.stations_total > baseline + wanted:
                yield Problem(
                    "is more than the plan will have",
                    scenario.file,
                    f"{key}.stations_total",
                    stone.stations_total,
                    f"at most {baseline + wanted}: target.stations_baseline and stations_new",
                )
        elif not overridden and stone.stations_new is not None and stone.stations_new > wanted:
            yield Problem(
                "is more than the plan builds",
                scenario.file,
                f"{key}.stations_new",
                stone.stations_new,
                f"at most target.stations_new, {wanted}",
            )


def check_priority_zones(scenario: Scenario, known: set[str]) -> None:
    """Raise :class:`InputError` when a priority class names a zone that the area does not have."""
    if scenario.rollout is None:
        return
    problems = [
        Problem(
            "unknown zone",
            scenario.file,
            f"rollout.priority.{index}.zones",
            code,
            f"one of {', '.join(sorted(known)[:40])}",
        )
        for index, priority in enumerate(scenario.rollout.priority)
        for code in priority.zones
        if code not in known
    ]
    if problems:
        raise InputError(problems)
