"""The part of a scenario's build-out that one of its networks has."""

from __future__ import annotations

from planner.scenario.rollout import Milestone, Resource, RolloutSection


def rollout_share(section: RolloutSection, share: float) -> RolloutSection:
    """Return the build-out with ``share`` (0 to 1) of every resource and of every milestone.

    Networks draw on the same crews and materials: each gets as much as its part of all new
    stations.

    Examples
    --------
    >>> import planner
    >>> from planner.networks.shared_rollout import rollout_share
    >>> section = planner.load_scenario("guizhou-2020").rollout
    >>> half = rollout_share(section, 0.5)
    >>> half.resources[0].capacity_per_month / section.resources[0].capacity_per_month
    0.5
    """
    return section.model_copy(
        update={
            "resources": tuple(_resource(one, share) for one in section.resources),
            "milestones": tuple(_milestone(one, share) for one in section.milestones),
        }
    )


def _resource(resource: Resource, share: float) -> Resource:
    return resource.model_copy(
        update={
            "capacity_per_month": resource.capacity_per_month * share,
            "stock": resource.stock * share,
        }
    )


def _milestone(milestone: Milestone, share: float) -> Milestone:
    counts = {
        key: round(value * share)
        for key in ("stations_new", "stations_total")
        if (value := getattr(milestone, key)) is not None
    }
    return milestone.model_copy(update=counts)
