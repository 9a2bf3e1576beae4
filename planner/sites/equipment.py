"""Kinds of stations: the scenario's network, and equipment that differs from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from planner.errors import all_results, naming_file
from planner.radio import service_radii
from planner.radio.user_situations import situation_radii
from planner.scenario.base import merged, section_of
from planner.scenario.money import MoneySection
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from planner.scenario.siting import Equipment


@dataclass(frozen=True)
class StationKind:
    """One kind of station: its name, its radio and service, its radii by area class, its costs.

    ``name`` is empty for the network of the scenario itself. Costs are yuan, None if not given.
    Radii are worked out when they are asked for, as by :func:`planner.radio.service_radii`, unless
    service radii are ``given_m``.
    """

    name: str
    radio: RadioSection
    service: ServiceSection
    new_cny: float | None
    upgrade_cny: float | None
    given_m: tuple[float, ...] | None = None

    @cached_property
    def radius_m(self) -> tuple[float, ...]:
        """Service radius of each area class."""
        if self.given_m is not None:
            return self.given_m
        return tuple(radius.radius_m for radius in service_radii(self.radio, self.service))

    @cached_property
    def situation_m(self) -> tuple[tuple[float, ...], ...]:
        """Radii of each situation of users by area class, none where users are alike."""
        return situation_radii(self.radio, self.service) if self.service.model == "graded" else ()

    @property
    def radii_m(self) -> tuple[tuple[float, ...], ...]:
        """Radius of each situation, the easiest first, in each area class."""
        return self.situation_m or (self.radius_m,)

    @property
    def longest_m(self) -> float:
        """Longest radius in any situation and area class."""
        return max(max(radii) for radii in self.radii_m)


def station_kinds(
    equipment: Sequence[Equipment],
    radio: RadioSection,
    service: ServiceSection,
    cost: MoneySection | None,
    file: str,
) -> tuple[StationKind, ...]:
    """Return the kinds that a plan may choose from: the equipment, or the network if there is none.

    ``file``: the scenario's, for messages.

    Raises
    ------
    InputError
        All at once: radio keys that do not exist, values that a propagation model refuses.
    """
    if not equipment:
        return (network_kind(radio, service, cost),)
    with naming_file(file):
        kinds = all_results(
            *(
                partial(_kind, one, f"equipment.{index}", radio, service, cost)
                for index, one in enumerate(equipment)
            )
        )
    return tuple(kinds)


def network_and_equipment(
    equipment: Sequence[Equipment],
    radio: RadioSection,
    service: ServiceSection,
    cost: MoneySection | None,
    file: str,
) -> tuple[StationKind, ...]:
    """Return the network itself as a kind, and after it each kind of its equipment, if any.

    Raises
    ------
    InputError
        As :func:`station_kinds`.
    """
    network = network_kind(radio, service, cost)
    own = station_kinds(equipment, radio, service, cost, file) if equipment else ()
    return (network, *own)


def network_kind(
    radio: RadioSection, service: ServiceSection, cost: MoneySection | None
) -> StationKind:
    """Return the network of a scenario itself as a kind."""
    return StationKind("", radio, service, *_costs(cost, None))


def _kind(
    one: Equipment,
    key: str,
    network: RadioSection,
    common: ServiceSection,
    cost: MoneySection | None,
) -> StationKind:
    radio = _radio(network, one, key)
    radii = common.radius_m.model_copy(update=one.radius_m.model_dump(exclude_none=True))
    if one.radio and not one.radius_m.model_dump(exclude_none=True):
        # Radii given directly belong to the network, not to another radio.
        radii = one.radius_m
    service = common.model_copy(update={"radius_m": radii})
    service_radii(radio, service)  # What no model allows is refused here.
    return StationKind(one.name, radio, service, *_costs(cost, one))


def _radio(network: RadioSection, one: Equipment, key: str) -> RadioSection:
    """Return the radio of an equipment: that of the network with what differs."""
    raw = merged(network.model_dump(mode="json", exclude_unset=True), one.radio)
    if "band" in one.radio and one.radio["band"] != network.band:
        # Another band has carrier, power and duplex of its own, unless the equipment gives them.
        raw = dict(one.radio)
    return section_of(RadioSection, raw, f"{key}.radio")


def _costs(cost: MoneySection | None, one: Equipment | None) -> tuple[float | None, float | None]:
    """Return the cost of a new station and of an upgrade: the equipment's, else the scenario's."""
    new = one.station_cny if one and one.station_cny else (cost.station_cny if cost else None)
    if one and one.upgrade_cny:
        return new, one.upgrade_cny
    if cost and cost.upgrade_cny:
        return new, cost.upgrade_cny
    return new, new
