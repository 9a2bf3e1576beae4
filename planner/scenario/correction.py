"""Corrections of the radio by measurements: sections ``[radio.CLASS.correction]``."""

from __future__ import annotations

from pydantic import Field

from planner.scenario.base import Section

CORRECTION_AT_M = 100.0
"""Distance at which the offset of a correction applies as it stands."""


class CorrectionSection(Section):
    """What measurements add to the propagation model of one area class (planner calibrate)."""

    offset_db: float = Field(
        0.0, ge=-90.0, le=90.0, description="Loss added at 100 m, with and without line of sight."
    )
    slope_db_per_decade: float = Field(
        0.0, ge=-60.0, le=60.0, description="Loss added for each decade of distance beyond 100 m."
    )
    building_loss_db: float = Field(
        0.0,
        ge=-60.0,
        le=60.0,
        description="Loss added to the building entry loss, from indoor samples.",
    )
    shadow_sigma_db: float | None = Field(
        None, gt=0.0, le=20.0, description="Measured shadow fading; default: that of the model."
    )

    @property
    def changes_nothing(self) -> bool:
        """Whether the model is used as it is published."""
        return self == CorrectionSection()
