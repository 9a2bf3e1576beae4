"""Checks of the build-out against the rest of a scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from planner.errors import InputError, Problem
from planner.scenario.places import PriorityPlacesSection
from planner.scenario.rollout import PriorityClass, RolloutSection
from planner.scenario.target import TargetSection


def check_rollout(
    section: RolloutSection | None,
    target: TargetSection,
    priority_places: Sequence[PriorityPlacesSection],
    *,
    overridden: Sequence[str],
    file: str,
) -> None:
    """Raise :class:`InputError` for dates and targets that contradict the rest of the scenario.

    ``overridden``: keys set outside the scenario's ``file``.
    """
    if section is None:
        return
    dates = {"target.date": target.date} | {
        f"priority_places.{index}.date": places.date for index, places in enumerate(priority_places)
    }
    # An overridden, smaller target is allowed: the report shows that milestones are never reached.
    smaller = any(key.startswith("target") for key in overridden)
    problems = [*_dates(section, dates), *_stations(section, target, overridden=smaller)]
    if problems:
        raise InputError(problems).in_file(file)


def _dates(section: RolloutSection, dates: Mapping[str, dt.date | None]) -> Iterator[Problem]:
    for key, date in dates.items():
        if date is not None and not section.start <= date <= section.end:
            yield Problem(
                "lies outside the build-out",
                key=key,
                value=str(date),
                expected=f"a day from rollout.start {section.start} to rollout.end {section.end}",
            )


def _stations(
    section: RolloutSection, target: TargetSection, *, overridden: bool
) -> Iterator[Problem]:
    baseline, wanted = target.stations_baseline, target.stations_new
    for index, stone in enumerate(section.milestones):
        key = f"rollout.milestones.{index}"
        if stone.stations_total is not None:
            if stone.stations_total < baseline:
                yield Problem(
                    "is below the baseline",
                    key=f"{key}.stations_total",
                    value=stone.stations_total,
                    expected=f"at least the {baseline} stations of target.stations_baseline",
                )
            elif not overridden and stone.stations_total > baseline + wanted:
                yield Problem(
                    "is more than the plan will have",
                    key=f"{key}.stations_total",
                    value=stone.stations_total,
                    expected=f"at most {baseline + wanted}: target.stations_baseline and "
                    "stations_new",
                )
        elif not overridden and stone.stations_new is not None and stone.stations_new > wanted:
            yield Problem(
                "is more than the plan builds",
                key=f"{key}.stations_new",
                value=stone.stations_new,
                expected=f"at most target.stations_new, {wanted}",
            )


def check_priority_zones(
    priority: Sequence[PriorityClass], known: Collection[str], file: str
) -> None:
    """Raise :class:`InputError` when a priority class names a zone that the area does not have.

    ``known``: codes of the zones of the area; ``file``: the scenario's.
    """
    problems = [
        Problem(
            "unknown zone",
            file,
            f"rollout.priority.{index}.zones",
            code,
            f"one of {', '.join(sorted(known)[:40])}",
        )
        for index, one in enumerate(priority)
        for code in one.zones
        if code not in known
    ]
    if problems:
        raise InputError(problems)
