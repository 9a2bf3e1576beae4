"""The result of a sensitivity run: who is served with each assumption, as tables and a summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planner.results.served_range import ANY, PLAN, SHARE_OF_DRAWS, range_of

STANDS, ANEW = "stands", "anew"
"""The plan as it stands, its stations asked again; and a plan made anew, with coarser cells."""

Shares = Mapping[str, Mapping[str, float]]
"""Shares of the people served, by network and by what they are a share of."""

TOGETHER = "all networks"


@dataclass(frozen=True)
class Moved:
    """One assumption with one value, all else as usual: who is served."""

    kind: str
    name: str
    name_zh: str
    keys: tuple[str, ...]
    value: float | str
    shares: Shares


@dataclass(frozen=True)
class Drawn:
    """All assumptions drawn together: their values by key, and who is served."""

    kind: str
    number: int
    values: Mapping[str, object]
    shares: Shares


@dataclass(frozen=True)
class SensitivityTable:
    """People served: as assumed, with each assumption varied alone, and with joint draws.

    ``usual``: by kind, :data:`STANDS` and :data:`ANEW`; ``about``: title, networks, population,
    cells, sources of the ranges, provenance and warnings, as plain values.

    Examples
    --------
    >>> import planner
    >>> power = {"key": "radio.ue_power_dbm", "name": "Power", "low": 20, "high": 26, "source": "s"}
    >>> quick = {"area.cell_size_m": 500, "siting.improvement_rounds": 0, "uncertain": [power]}
    >>> found = planner.run_sensitivity("qingzhen", quick, draws=4, anew_cell_size_m=None)
    >>> sorted(set(found.table()["value"]))
    [20.0, 26.0]
    """

    usual: Mapping[str, Shares]
    moved: tuple[Moved, ...]
    drawn: tuple[Drawn, ...]
    about: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """Return one row for each network, assumption, value and kind of plan."""
        rows = [
            {
                "network": network,
                "plan": one.kind,
                "assumption": one.name,
                "assumption_zh": one.name_zh,
                "key": " ".join(one.keys),
                "value": one.value,
                "of": key,
                "share": share,
                "change": share - self.usual[one.kind][network][key],
            }
            for one in self.moved
            for network, shares in one.shares.items()
            for key, share in shares.items()
        ]
        return pd.DataFrame(rows)

    def draws(self) -> pd.DataFrame:
        """Return one row for each draw, kind of plan and network."""
        rows = [
            {"plan": one.kind, "draw": one.number, "network": network, **one.values, **shares}
            for one in self.drawn
            for network, shares in one.shares.items()
        ]
        return pd.DataFrame(rows)

    def ranges(self, kind: str) -> dict[str, dict[str, list[float]]]:
        """Return low and high of every share over the draws, by network."""
        drawn = [one.shares for one in self.drawn if one.kind == kind]
        return {
            network: {
                key: range_of([one[network][key] for one in drawn], share, share)
                for key, share in shares.items()
            }
            for network, shares in (self.usual.get(kind, {}) if drawn else {}).items()
        }

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values: the content of ``sensitivity.json``."""
        kinds = [
            {
                "plan": kind,
                "usual": {name: dict(shares) for name, shares in self.usual[kind].items()},
                "range": self.ranges(kind),
                "assumptions": self._swings(kind),
            }
            for kind in self.usual
        ]
        return {**self.about, "share_of_draws": SHARE_OF_DRAWS, "plans": kinds}

    def _swings(self, kind: str) -> list[dict[str, Any]]:
        """Return each assumption with the least and most served, the widest swing first."""
        names = dict.fromkeys(one.name for one in self.moved if one.kind == kind)
        rows = [self._swing(kind, name) for name in names]
        return sorted(rows, key=lambda row: -row["swing"])

    def _swing(self, kind: str, name: str) -> dict[str, Any]:
        own = [one for one in self.moved if one.kind == kind and one.name == name]
        networks = {
            network: [
                {"value": one.value, "share": one.shares[network][key],
                 "change": one.shares[network][key] - self.usual[kind][network][key]}
                for one in own
            ]
            for network in self.usual[kind]
            for key in [headline(self.usual[kind][network])]
        }  # fmt: skip
        swings = [_swing_of(rows) for rows in networks.values()]
        return {
            "name": name,
            "name_zh": own[0].name_zh,
            "key": list(own[0].keys),
            "networks": networks,
            "swing": max(swings, default=0.0),
        }

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write page, tables and JSON: complete, or not at all; return the folder.

        Raises :class:`planner.errors.InputError` as :meth:`planner.Plan.save` does.
        """
        from planner.outputs.pages.sensitivity import save_sensitivity

        return save_sensitivity(
            self.as_dict(), self.table(), self.draws(), Path(folder), force=force
        )


def headline(shares: Mapping[str, float]) -> str:
    """Return the key of the headline share: of the one network, or of any of several."""
    return PLAN if PLAN in shares else ANY


def _swing_of(rows: Sequence[Mapping[str, Any]]) -> float:
    changes = [0.0, *(row["change"] for row in rows)]
    return float(max(changes) - min(changes))
