"""Several networks: sections ``[[networks]]``, ``[[sharing]]`` and ``[sharing_rules]``.

Each network inherits ``[radio]``, ``[service]``, ``[target]`` and ``[cost]`` of the scenario, value
by value, unless it overrides them. All networks share one build-out and its crews. A network that
names another band does not inherit the radio values that belong to a band (carrier, duplex, power
and the others in :data:`planner.scenario.radio_presets.BAND_DEFAULTS`): it gets the defaults of its
own band.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import Field

from planner.errors import Problem
from planner.scenario.base import Section, merged
from planner.scenario.money import MoneySection
from planner.scenario.radio import RadioSection
from planner.scenario.radio_presets import BAND_DEFAULTS
from planner.scenario.service import ServiceSection
from planner.scenario.target import TargetSection

SharingKind = Literal["independent", "sites", "radio"]
NetworkName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]

INHERITED = ("radio", "service", "target", "cost")
"""Sections that a network inherits from its scenario, value by value."""

_BAND_KEYS = frozenset(key for defaults in BAND_DEFAULTS.values() for key in defaults)


class NetworkSection(Section):
    """One network: its operators, its radio, its target."""

    name: NetworkName = Field(description="Key of the network; also the folder of its outputs.")
    title: str = Field("", max_length=200, description="Title for readers; default: the name.")
    title_zh: str = Field("", max_length=200, description="The same in Chinese.")
    operators: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        (),
        description="Names of the operators whose subscribers it serves; empty: one operator, "
        "named as the title.",
    )
    radio: RadioSection = Field(
        default_factory=RadioSection, description="Values that differ from the scenario's [radio]."
    )
    service: ServiceSection = Field(
        default_factory=ServiceSection,
        description="Values that differ from the scenario's [service].",
    )
    target: TargetSection = Field(
        default_factory=TargetSection,
        description="Stations that serve its subscribers, including those it shares with other "
        "networks; values not given are those of the scenario's [target].",
    )
    share_of_target: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        description="Share of the stations of the scenario's [target], and of its zones, that "
        "serve the network's subscribers; numbers given by the network itself take precedence.",
    )
    cost: MoneySection | None = Field(
        None,
        description="Values that differ from the scenario's [cost], for example a lighter radio.",
    )

    @property
    def shown_title(self) -> str:
        """The title, or the name where none is given."""
        return self.title or self.name

    @property
    def served_operators(self) -> tuple[str, ...]:
        """Names of the operators, or the title where none is named."""
        return self.operators or (self.shown_title,)


class SharingSection(Section):
    """How some networks relate to each other."""

    networks: tuple[NetworkName, ...] = Field(min_length=2, description="Names of the networks.")
    kind: SharingKind = Field(
        description="independent: nothing is shared; sites: separate radios on common sites; "
        "radio: one radio network serves the subscribers of all."
    )


class SharingRulesSection(Section):
    """Rules for counting what sharing saves."""

    radio_share_of_cost: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        description="Share of cost.station_cny that is radio equipment. A station on another "
        "network's site costs this share; the rest is the site, paid once. Default: from "
        "cost.items if given, else 0.39 (153 to 160 of 400 thousand yuan: China Mobile's tender "
        "of 2020 divided by its plan).",
    )
    least_people_share: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        description="A station moves to a site of another network if it keeps at least this share "
        "of the people it would add. Default: radio_share_of_cost, so that people per yuan do not "
        "fall.",
    )
    stations_per_month: float | None = Field(
        None,
        gt=0.0,
        description="New stations built per month, all networks together; default: one twelfth of "
        "the scenario's new stations.",
    )


def with_inherited_sections(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario's raw tables with the inherited values written into its networks."""
    filled = copy.deepcopy(dict(tables))
    networks = filled.get("networks")
    known = [one for one in networks if isinstance(one, dict)] if isinstance(networks, list) else []
    for network, before in zip(known, _shares_before(known, filled.get("sharing")), strict=True):
        for section in INHERITED:
            own, common = network.get(section, {}), filled.get(section, {})
            if not (isinstance(own, dict) and isinstance(common, dict)) or not (own or common):
                continue
            if section == "target":
                common = _share_of(common, before, network.get("share_of_target"))
                if "counting_rule" in own:  # the Chinese words are those of another rule
                    common = {k: v for k, v in common.items() if k != "counting_rule_zh"}
            if section == "radio" and _names_another_band(own, common):
                common = {key: value for key, value in common.items() if key not in _BAND_KEYS}
            network[section] = merged(common, own)
    return filled


def without_inherited(problems: Sequence[Problem]) -> list[Problem]:
    """Drop problems of a network that are those of the section it inherits from."""
    reported = {(problem.key, str(problem.value)) for problem in problems}
    return [
        problem
        for problem in problems
        if (_inherited_key(problem.key or ""), str(problem.value)) not in reported
    ]


def network_problems(
    networks: Sequence[NetworkSection], sections: Sequence[SharingSection], file: str
) -> list[Problem]:
    """Return contradictions between the networks of a scenario, each with its key."""
    known = {network.name: index for index, network in enumerate(networks)}
    problems = [
        *_repeated_names(networks),
        *_members(sections, known),
        *_several_groups(sections),
    ]
    for sharing in sections:
        members = [known[name] for name in dict.fromkeys(sharing.networks) if name in known]
        if sharing.kind == "radio" and members:
            problems += _radio_problems(networks, members)
    return [Problem(p.message, file, p.key, p.value, p.expected) for p in problems]


def shared_target(targets: Sequence[TargetSection]) -> TargetSection:
    """Return the target of one radio network that serves several networks' subscribers.

    The networks use the same stations, and each target counts those that serve its own
    subscribers. Hence the numbers now and at the end are the largest of the targets' numbers.
    """
    lead = targets[0]
    if len(targets) == 1:
        return lead
    baseline = max(target.stations_baseline for target in targets)
    total = max(target.stations_baseline + target.stations_new for target in targets)
    credible = [target.credibility for target in targets if target.credibility is not None]
    rules = dict.fromkeys(target.counting_rule for target in targets if target.counting_rule)
    rules_zh = dict.fromkeys(one.counting_rule_zh for one in targets if one.counting_rule_zh)
    return lead.model_copy(
        update={
            "stations_baseline": baseline,
            "stations_new": max(0, total - baseline),
            "credibility": max(credible, default=None),
            "counting_rule": "; ".join(rules),
            "counting_rule_zh": "；".join(rules_zh),
        }
    )


def _shares_before(networks: Sequence[Mapping[str, Any]], sharing: object) -> list[float]:
    """Return the shares of the target that the networks before each have, by raw tables.

    Networks of one radio have their stations, and so their place, in common.
    """
    radio: dict[object, int] = {}
    for number, one in enumerate(sharing if isinstance(sharing, list) else ()):
        if isinstance(one, dict) and one.get("kind") == "radio":
            members = one.get("networks", ())
            radio |= dict.fromkeys(members if isinstance(members, list) else (), number)
    place: dict[object, float] = {}
    taken, before = 0.0, []
    for network in networks:
        name, share = network.get("name"), network.get("share_of_target")
        key = (radio[name],) if name in radio else name
        if key not in place:
            place[key] = taken
            taken += share if _is_number(share) else 0.0
        before.append(place[key])
    return before


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _share_of(target: Mapping[str, Any], before: float, share: object) -> Mapping[str, Any]:
    """Return the raw target of a network that has a share of the scenario's stations.

    ``before``: the share of the networks before it. Rounded sums, of the networks and of the zones,
    never add up to more or less than the whole.
    """
    if not _is_number(share):
        return target

    def part(stations: int) -> int:
        return round(stations * (before + share)) - round(stations * before)

    own = dict(target)
    zones = own.get("zones")
    if isinstance(zones, list):
        own["zones"] = [dict(one) if isinstance(one, dict) else one for one in zones]
    for key in ("stations_baseline", "stations_new", "stations_upgraded"):
        if isinstance(own.get(key), int):
            own[key] = part(own[key])
        running = 0
        for one in own.get("zones", ()):
            if isinstance(one, dict) and isinstance(one.get(key), int):
                first, running = running, running + one[key]
                one[key] = max(0, part(running) - part(first))
    return own


def _names_another_band(own: Mapping[str, Any], common: Mapping[str, Any]) -> bool:
    return "band" in own and own["band"] != common.get("band", "n41")


def _inherited_key(key: str) -> str | None:
    parts = key.split(".")
    is_inherited = parts[0] == "networks" and len(parts) > 2 and parts[2] in INHERITED
    return ".".join(parts[2:]) if is_inherited else None


def _repeated_names(networks: Sequence[NetworkSection]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, network in enumerate(networks):
        if network.name in seen:
            yield Problem(
                "is the name of an earlier network",
                key=f"networks.{index}.name",
                value=network.name,
                expected="a name for each network",
            )
        seen.add(network.name)


def _members(sections: Sequence[SharingSection], known: Mapping[str, int]) -> Iterator[Problem]:
    names = ", ".join(known) or "none: the scenario has no [[networks]]"
    for index, sharing in enumerate(sections):
        key = f"sharing.{index}.networks"
        for name in sharing.networks:
            if name not in known:
                yield Problem("no such network", key=key, value=name, expected=f"one of {names}")
        for name, count in Counter(sharing.networks).items():
            if count > 1:
                yield Problem("names a network twice", key=key, value=name, expected="each once")


def _several_groups(sections: Sequence[SharingSection]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, sharing in enumerate(sections):
        for name in dict.fromkeys(sharing.networks):
            if first.setdefault(name, index) != index:
                yield Problem(
                    f"is in sharing.{first[name]} already",
                    key=f"sharing.{index}.networks",
                    value=name,
                    expected="each network in one [[sharing]] at most",
                )


def _radio_problems(
    networks: Sequence[NetworkSection], members: Sequence[int]
) -> Iterator[Problem]:
    """Yield what prevents a shared radio network: other bands, other radio, a target too low."""
    lead, *others = members
    baseline = max(networks[index].target.stations_baseline for index in members)
    for index in others:
        one, other = networks[lead], networks[index]
        if other.radio.band != one.radio.band:
            yield Problem(
                f"shares its radio with {one.name}, which has another band",
                key=f"networks.{index}.radio.band",
                value=other.radio.band,
                expected=f'{one.radio.band}, or kind = "sites"',
            )
            continue
        for section in ("radio", "service", "cost"):
            if getattr(one, section) != getattr(other, section):
                yield Problem(
                    f"shares its radio with {one.name}, whose [{section}] differs in "
                    f"{', '.join(differing_keys(getattr(one, section), getattr(other, section)))}",
                    key=f"networks.{index}.{section}",
                    expected="the same values for all networks that share one radio network",
                )
    for index in members:
        target = networks[index].target
        total = target.stations_baseline + target.stations_new
        if total < baseline:
            yield Problem(
                f"the target of {total:,} stations in total is below the {baseline:,} that already "
                "serve its subscribers, because the radio network is shared",
                key=f"networks.{index}.target.stations_new",
                value=target.stations_new,
                expected=f"at least {baseline - target.stations_baseline:,}",
            )


def differing_keys(one: Section, other: Section, prefix: str = "") -> list[str]:
    """Return the dotted keys in which two sections of the same kind differ."""
    found = []
    for key in type(one).model_fields:
        left, right = getattr(one, key), getattr(other, key)
        if left == right:
            continue
        both = isinstance(left, Section) and isinstance(right, Section)
        found += differing_keys(left, right, f"{prefix}{key}.") if both else [f"{prefix}{key}"]
    return found
