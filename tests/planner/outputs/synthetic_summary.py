"""Summary and provenance of the synthetic plan, as the pipeline would hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.scenario import Scenario


def synthetic_provenance(*, hostile: bool) -> dict[str, Any]:
    note = '© Nobody <https://example.org> "quoted"' if hostile else "© Nobody, invented data"
    return {
        "planner_version": "0.1.0",
        "python": "3.11",
        "packages": {"numpy": np.__version__},
        "scenario_hash": "0" * 64,
        "scenario_file": "synthetic-bay",
        "seed": 2020,
        "created": "2020-03-24T08:00:00Z",
        "inputs": [
            {
                "role": "population",
                "id": "invented-towns",
                "file": None,
                "sha256": "a" * 64,
                "licence": "CC0-1.0",
                "attribution": note,
                "title": "Invented towns",
                "is_model": True,
            },
            {
                "role": "boundary",
                "id": None,
                "file": "blob.gpkg",
                "sha256": "b" * 64,
                "licence": "CC0-1.0",
                "attribution": note,
                "title": "Invented blob",
                "is_model": False,
            },
        ],
    }


def synthetic_summary(  # one argument for each thing that the pipeline would hand over
    scenario: Scenario,
    area: StudyArea,
    demand: Demand,
    radii: Sequence[Any],
    stations: gpd.GeoDataFrame,
    gaps: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    provenance: dict[str, Any],
    warnings: tuple[str, ...],
) -> dict[str, Any]:
    total, covered = float(zones.population.sum()), float(zones.covered.sum())
    before, km2 = float(zones.covered_baseline.sum()), float(zones.area_km2.sum())
    placed = stations[stations.role != "baseline"]
    first = zones.iloc[0]
    reached = (covered / total, float(first.covered_share))
    aims = [
        {
            "name": aim.name,
            "share_aimed": aim.share,
            "share_reached": share,
            "people": people,
            "met": share >= aim.share,
            "missing_people": max(0.0, (aim.share - share) * people),
        }
        for aim, share, people in zip(
            scenario.aims, reached, (total, float(first.population)), strict=True
        )
    ]
    service = []
    for cls, row in zip(AREA_CLASSES, radii, strict=True):
        mask = demand.area_class == cls.code
        people = float(demand.people[mask].sum(dtype=float))
        service.append(
            {
                "area_class": cls.key,
                "radius_m": row.radius_m,
                "site_spacing_m": row.site_spacing_m,
                "mapl_db": row.mapl_db,
                "binding": row.binding,
                "population": people,
                "population_share": people / total,
                "area_km2": float(mask.sum()) * area.grid.cell_area_km2,
            }
        )
    curve = [[0, 0.0]] + [
        [int(row.order), float(row.covered_share)] for row in stations.itertuples()
    ]
    largest = gaps.head(10)[
        ["rank", "zone_en", "zone_zh", "adcode", "people", "area_km2", "lon", "lat"]
    ].to_dict("records")
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        "population_total": total,
        "population_covered": covered,
        "population_covered_share": covered / total,
        "population_covered_baseline": before,
        "population_covered_baseline_share": before / total,
        "people_by_siting": covered,
        "people_by_siting_share": covered / total,
        "situations": demand.situations,
        "infeasible": [],
        "population_is_model": True,
        "population_source": demand.source,
        "area_km2": km2,
        "area_inhabited_km2": km2,
        "area_covered_km2": float(zones.covered_area_km2.sum()),
        "cell_size_m": area.grid.cell_size_m,
        "cells_land": int((area.zone_index >= 0).sum()),
        "grid": {"height": area.grid.height, "width": area.grid.width, "crs": area.grid.crs.srs},
        "stations_existing": len(stations) - len(placed),
        "stations_new": len(placed),
        "stations_requested": scenario.target.stations_new,
        "stations_useful": int(placed.useful.sum()),
        "stations_not_needed": int((~placed.useful.astype(bool)).sum()),
        "baseline_origin": "model",
        "stations_per_km2": len(stations) / km2,
        "people_per_station": covered / len(stations) if len(stations) else None,
        "cost_cny": 400_000.0 * len(placed),
        "aims": aims,
        "target_met": all(aim["met"] for aim in aims),
        "service": service,
        "service_kind": "indoor",
        "gaps": {
            "count": len(gaps),
            "population": float(gaps.people.sum()),
            "area_km2": float(gaps.area_km2.sum()),
            "listed": len(gaps),
            "largest": largest,
        },
        "zones": zones.drop(columns="geometry").to_dict("records"),
        "curve": curve,
        "radio_tier": "statistical, smooth earth (no terrain)",
        "warnings": list(warnings),
        "runtime_s": {"area": 0.1, "demand": 0.2, "siting": 0.3},
        "provenance": provenance,
    }
