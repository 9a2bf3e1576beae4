"""Which networks are planned together: as in the scenario, each alone, or all sharing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from planner.errors import InputError
from planner.networks.shared_rollout import rollout_share
from planner.pipeline import scenario_radii
from planner.radio.cell_size import finest_cell_size_m
from planner.scenario import Scenario
from planner.scenario.model import Source
from planner.scenario.money import MoneySection
from planner.scenario.networks import (
    INHERITED,
    NetworkSection,
    SharingRulesSection,
    SharingSection,
    shared_target,
)
from planner.scenario.rollout import RolloutSection
from planner.scenario.target import TargetSection
from planner.scenario.uncertain import of_network
from planner.siting.within_limits import cells_are_asked

RADIO_SHARE_OF_COST = 0.39
"""153 to 160 thousand yuan of radio equipment per station (China Mobile's tender of 2020: 232,143
stations, 37.1 billion yuan) of 400 thousand in total (its plan: 100 billion over 250,000)."""


@dataclass(frozen=True)
class Group:
    """Networks whose subscribers one plan serves: a single one, or several that share radio."""

    networks: tuple[NetworkSection, ...]

    @property
    def key(self) -> str:
        """Names of the networks, joined; also the folder of the plan's outputs."""
        return "+".join(network.name for network in self.networks)

    @property
    def title(self) -> str:
        """Title of the plan for readers."""
        return " + ".join(network.shown_title for network in self.networks)

    @property
    def title_zh(self) -> str:
        """The same in Chinese; empty if a network has no Chinese title."""
        titles = [network.title_zh for network in self.networks]
        return "、".join(titles) if all(titles) else ""

    @property
    def counting_rule(self) -> str:
        """Counting rules of the networks' targets, each once."""
        return self.target.counting_rule

    @property
    def counting_rule_zh(self) -> str:
        """The same in Chinese."""
        return self.target.counting_rule_zh

    @property
    def target(self) -> TargetSection:
        """Target of the plan: that of all its networks together."""
        return shared_target([network.target for network in self.networks])

    @property
    def station_inputs(self) -> str:
        """Inputs of the plan besides its sites, as text; equal texts give equal stations."""
        lead = self.networks[0]
        return "|".join(
            [
                lead.radio.model_dump_json(),
                lead.service.model_dump_json(),
                self.target.model_dump_json(exclude={"date", "counting_rule", "counting_rule_zh"}),
                lead.cost.model_dump_json() if lead.cost else "",
            ]
        )

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators whose subscribers the plan serves, each once."""
        named = [name for network in self.networks for name in network.served_operators]
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class SharingCase:
    """One way to plan the networks of a scenario.

    ``clusters``: groups on common sites, in the order of planning; a group that shares no site is a
    cluster of its own.
    """

    key: str
    title_en: str
    title_zh: str
    clusters: tuple[tuple[Group, ...], ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups, in the order in which they are planned."""
        return tuple(group for cluster in self.clusters for group in cluster)


def cases_of(
    networks: Sequence[NetworkSection],
    sharing: Sequence[SharingSection],
    *,
    on_common_sites: bool,
) -> tuple[SharingCase, SharingCase, SharingCase]:
    """Return the three cases of a comparison: as in the scenario, separate, fully shared.

    ``on_common_sites``: networks that are fully shared share sites, as
    :func:`sites_can_be_shared` says.
    """
    return (
        _as_said(networks, sharing),
        _independent(networks),
        _shared(networks, on_common_sites=on_common_sites),
    )


def sites_can_be_shared(scenario: Scenario) -> bool:
    """Return whether stations may be moved to shared sites without breaking another rule."""
    siting = scenario.siting
    return (
        scenario.objective.kind == "most_covered"
        and scenario.people_steer
        and scenario.sites.existing_use == "kept"
        and not scenario.equipment
        and not cells_are_asked(scenario.must_serve, scenario.priority_places)
        and not (siting.zone_stations or siting.min_separation_m or siting.phases)
        and not any(network.target.fixes_new for network in scenario.networks)
    )


def _as_said(
    networks: Sequence[NetworkSection], sharing_sections: Sequence[SharingSection]
) -> SharingCase:
    by_name = {network.name: network for network in networks}
    sharing = {name: one for one in sharing_sections for name in one.networks}
    clusters: list[tuple[Group, ...]] = []
    done: set[str] = set()
    for network in networks:
        if network.name in done:
            continue
        given = sharing.get(network.name)
        members = tuple(by_name[name] for name in given.networks) if given else (network,)
        done |= {member.name for member in members}
        if given and given.kind == "radio":
            clusters.append((Group(members),))
        elif given and given.kind == "sites":
            clusters.append(tuple(Group((member,)) for member in members))
        else:
            clusters += [(Group((member,)),) for member in members]
    return SharingCase("scenario", "As in the scenario", "按场景设置", tuple(clusters))


def _independent(networks: Sequence[NetworkSection]) -> SharingCase:
    clusters = tuple((Group((network,)),) for network in networks)
    return SharingCase("independent", "Separate networks", "各网独立建设", clusters)


def _shared(networks: Sequence[NetworkSection], *, on_common_sites: bool) -> SharingCase:
    """One radio network for networks with the same radio and service; shared sites for the rest."""
    alike: list[list[NetworkSection]] = []
    for network in networks:
        for members in alike:
            if _sharable(members[0]) == _sharable(network):
                members.append(network)
                break
        else:
            alike.append([network])
    groups = tuple(Group(tuple(members)) for members in alike)
    clusters = (groups,) if on_common_sites else tuple((one,) for one in groups)
    return SharingCase("shared", "Full sharing", "全面共建共享", clusters)


def _sharable(network: NetworkSection) -> tuple[object, ...]:
    return network.radio, network.service, network.cost


def radio_share_of_cost(rules: SharingRulesSection, cost: MoneySection | None) -> float:
    """Return the share (0 to 1) of a station's cost that is radio equipment.

    That of the sharing rules, else that of the items of ``cost``, else :data:`RADIO_SHARE_OF_COST`.
    """
    if rules.radio_share_of_cost is not None:
        return rules.radio_share_of_cost
    if cost is not None and "items" in cost.model_fields_set and cost.items.radio_cny > 0:
        return min(1.0, cost.items.radio_cny / cost.station_cny)
    return RADIO_SHARE_OF_COST


def people_share_kept(rules: SharingRulesSection, cost: MoneySection | None) -> float:
    """Return the share of its people (0 to 1) that a station keeps at least on a shared site."""
    least = rules.least_people_share
    return radio_share_of_cost(rules, cost) if least is None else least


def group_scenario(scenario: Scenario, group: Group, cell_size_m: float | None = None) -> Scenario:
    """Return the scenario of one plan: that of its networks, with the target of them all.

    ``cell_size_m``: the common cell size of all networks; None: that of the scenario.
    """
    lead = group.networks[0]
    place = scenario.networks.index(lead)
    changes = {
        "title": f"{scenario.title} ({group.title})"[:200],
        "title_zh": f"{scenario.title_zh}（{group.title_zh}）"[:200] if group.title_zh else "",
        "radio": lead.radio,
        "service": lead.service,
        "target": group.target,
        "cost": lead.cost,
        "networks": (),
        "sharing": (),
        "uncertain": of_network(scenario.uncertain, place),
        "rollout": _rollout(scenario.rollout, scenario.networks, scenario.sharing, group),
    }
    if cell_size_m is not None:
        changes["area"] = scenario.area.model_copy(update={"cell_size_m": cell_size_m})
    alone = scenario.model_copy(update=changes)

    def same(key: str) -> bool:
        return _value(scenario, key) == _value(alone, key)

    sources = tuple(_sources(scenario.sources, place, same))
    return alone.model_copy(update={"sources": sources})


def _rollout(
    section: RolloutSection | None,
    networks: Sequence[NetworkSection],
    sharing: Sequence[SharingSection],
    group: Group,
) -> RolloutSection | None:
    """Return the group's part of the build-out, by its part of all new stations."""
    if section is None:
        return None
    groups = _as_said(networks, sharing).groups
    new = sum(one.target.stations_new for one in groups)
    share = group.target.stations_new / new if new else 1.0
    return rollout_share(section, min(1.0, share))


def common_cell_size_m(networks: Sequence[NetworkSection], given: float | str, file: str) -> float:
    """Return the cell of all networks: the scenario's, or the smallest automatic one of them.

    ``given``: ``area.cell_size_m`` of the scenario; ``file``: its file, for messages.

    Raises
    ------
    InputError
        For a network whose radio is outside the validity of its model, naming the network.
    """
    problems = []
    sizes = []
    for index, network in enumerate(networks):
        try:
            radii = scenario_radii(network.radio, network.service, file)
        except InputError as error:
            problems += [
                replace(problem, key=f"networks.{index}.{problem.key}")
                for problem in error.problems
            ]
            continue
        sizes.append(finest_cell_size_m(network.radio, network.service, radii))
    if problems:
        raise InputError(problems)
    return min(sizes) if isinstance(given, str) else float(given)


def _sources(
    sources: Sequence[Source], place: int, same: Callable[[str], bool]
) -> Iterator[Source]:
    """Yield the sources of the values that the scenario of a network has, under its own keys.

    ``place``: row of the network; ``same``: whether the scenario and the network have the same
    value under a dotted key.
    """
    mine = f"networks.{place}."
    own = {
        source.key.removeprefix(mine): source
        for source in sources
        if source.key.startswith(mine) and source.key.removeprefix(mine).split(".")[0] in INHERITED
    }
    for key, source in own.items():
        yield source.model_copy(update={"key": key})
    for source in sources:
        section = source.key.split(".")[0]
        if section in {"networks", "sharing"} or source.key in own:
            continue
        if section not in INHERITED or same(source.key):
            yield source


def _value(tables: object, dotted: str) -> object:
    for part in dotted.split("."):
        is_row = isinstance(tables, tuple) and part.isdigit()
        tables = tables[int(part)] if is_row else getattr(tables, part, None)  # type: ignore[index]
    return tables
