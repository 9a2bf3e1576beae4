"""The link of one area class: where its users are, and the greatest loss that serves them.

The plan's radii and the radio maps' share of users served both come from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.radio.control_channels import ControlBudget, control_budgets
from planner.radio.link_budget import DirectionBudget, downlink_budget, uplink_budget
from planner.radio.propagation_model import Floats
from planner.radio.service_area import Environment, environment_of, served_shares
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

Binding = Literal["downlink", "uplink", "ssb", "prach", "pucch"]


@dataclass(frozen=True)
class ClassLink:
    """Surroundings and budgets of one area class.

    The service needs both directions of the data and the control channels.
    """

    environment: Environment
    downlink: DirectionBudget
    uplink: DirectionBudget
    control: tuple[ControlBudget, ...]

    @property
    def losses_db(self) -> dict[Binding, float]:
        """Greatest loss of each direction and channel, walls and fading included."""
        losses_db: dict[Binding, float] = {
            "uplink": self.uplink.max_loss_db,
            "downlink": self.downlink.max_loss_db,
        }
        for one in self.control:
            losses_db[one.channel] = one.max_loss_db
        return losses_db

    @property
    def binding(self) -> Binding:
        """The direction or channel that limits the range; of equals the uplink."""
        losses_db = self.losses_db
        return min(losses_db, key=lambda name: losses_db[name])

    @property
    def max_loss_db(self) -> float:
        """Greatest loss that serves a user, walls and fading included."""
        return self.losses_db[self.binding]

    def served_shares(self, distances_m: Floats, more_loss_db: float = 0.0) -> Floats:
        """Return the share of users served at each distance (float64, N), over all directions.

        ``more_loss_db``: loss beyond that of the propagation model, as by terrain.
        """
        return self._shares(distances_m, more_loss_db, self.environment.off_axis_sigma_db)

    def shares_in_direction(self, distances_m: Floats, more_loss_db: float) -> Floats:
        """Return the share of users served at each distance (float64, N), in a known direction.

        ``more_loss_db``: loss beyond that of the propagation model and the mean off-axis loss.
        """
        return self._shares(distances_m, more_loss_db, 0.0)

    def _shares(self, distances_m: Floats, more_loss_db: float, off_axis_sigma_db: float) -> Floats:
        here = self.environment
        return served_shares(
            here.model,
            here.link,
            distances_m,
            ue_heights_m=here.ue_heights_m,
            buildings=here.buildings,
            max_loss_db=self.max_loss_db - more_loss_db,
            off_axis_sigma_db=off_axis_sigma_db,
        )


def class_link(radio: RadioSection, service: ServiceSection, key: str) -> ClassLink:
    """Return the link of one area class.

    Raises
    ------
    InputError
        From :func:`planner.radio.service_area.environment_of`; rates that the carrier cannot give.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> link = class_link(scenario.radio, scenario.service, "urban")
    >>> link.binding
    'uplink'
    """
    environment = environment_of(radio, service, key)
    return ClassLink(
        environment,
        downlink_budget(radio, environment.service, key),
        uplink_budget(radio, environment.service, key),
        control_budgets(radio),
    )
