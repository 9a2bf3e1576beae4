"""Users that differ: keys of ``[service]`` for graded service."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section

ReachFactor = Annotated[
    float | None,
    Field(
        ge=1.0,
        le=3.0,
        description="With graded service: factor on the reach of a single station, because "
        "several are within reach of a user. Default: measured on a first plan.",
    ),
]
_UserShare = Annotated[float, Field(ge=0.0, le=1.0)]


class UserSituations(Section):
    """How the users of a cell differ."""

    model: Literal["disc", "graded"] = Field(
        "disc",
        description="disc: all users within the radius of the area class are served, none beyond; "
        "graded: users differ by place, building and shadowing, and the share served falls with "
        "distance.",
    )
    situations: int = Field(
        5,
        ge=1,
        le=16,
        description="Equal shares of the users of a cell, from the easiest to the hardest to "
        "serve, among which graded service sites stations.",
    )
    outdoor_share: _UserShare = Field(
        0.2, description="Share of users outdoors; graded service only."
    )
    window_share: _UserShare = Field(
        0.6,
        description="Share of users in rooms along the outer wall; graded service only.",
    )
    deep_share: _UserShare = Field(
        0.2,
        description="Share of users deep inside, behind inner walls; graded service only.",
    )
    deep_loss_db: float = Field(
        10.0,
        ge=0.0,
        le=60.0,
        description="Loss of inner walls deep inside, in addition to that into the building.",
    )
    shadowing_correlation: float = Field(
        0.5,
        ge=0.0,
        le=1.0,
        description="Correlation of the shadow fading between the links of a user to different "
        "sites; graded service only.",
    )

    @model_validator(mode="after")
    def _all_users(self) -> UserSituations:
        shares = self.outdoor_share + self.window_share + self.deep_share
        if abs(shares - 1.0) > 1e-6:
            raise ValueError(
                f"outdoor_share, window_share and deep_share add up to {shares:g}, not to 1"
            )
        return self

    @property
    def n_situations(self) -> int:
        """Situations of the users of a cell: one where all are alike."""
        return self.situations if self.model == "graded" else 1

    @property
    def is_graded(self) -> bool:
        """Whether the people of a cell differ, so that a share of them is served."""
        return self.n_situations > 1
