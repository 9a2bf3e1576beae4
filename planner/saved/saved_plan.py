"""A plan that was saved: each part is read from the files of its folder when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.errors import RasterioError

from planner.arrays_file import read_arrays
from planner.certificate.certificate import Certificate
from planner.certificate.phases import PhaseCertificate
from planner.certificate.sparse_raster import SparseRaster
from planner.certificate_files import along_of, read_proof
from planner.errors import InputError
from planner.ground.base_map import lines_still_there
from planner.ground.ground import Ground
from planner.money import Money
from planner.outputs.pages.radio_maps import SUMMARY as RADIO_SUMMARY
from planner.outputs.tables.plan_arrays import ARRAYS
from planner.plan import Plan
from planner.radio import ServiceRadius, service_radii
from planner.radio.radio_map import RadioMaps
from planner.results.coverage import Coverage
from planner.rollout import BuildOut
from planner.saved.build_out import saved_build_out, saved_money
from planner.saved.rasters import saved_coverage, saved_ground, saved_radio
from planner.saved.run_folder import GEOPACKAGE, SavedRun
from planner.siting import NEW

if TYPE_CHECKING:
    import folium

_DAMAGED = (KeyError, IndexError, TypeError, ValueError, OSError, RasterioError,
            DataSourceError, DataLayerError)  # fmt: skip


@dataclass(frozen=True)
class SavedPlan(SavedRun):
    """The plan in a folder that ``planner run`` or :meth:`planner.Plan.save` wrote.

    Tables, rasters and results are read when they are first used, from the files of the folder;
    nothing is planned again. :attr:`plan` is the whole plan. Files of a run that are damaged or
    were changed since are refused with :class:`planner.InputError`.

    Examples
    --------
    >>> import planner, tempfile
    >>> from pathlib import Path
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> folder = planner.run("qingzhen", quick).save(Path(tempfile.mkdtemp()) / "qingzhen")
    >>> saved = planner.open(folder)
    >>> saved.zones["name_en"].tolist()
    ['Qingzhen']
    """

    @cached_property
    def stations(self) -> gpd.GeoDataFrame:
        """Stations in the order of construction."""
        return self._layer("stations")

    @cached_property
    def zones(self) -> gpd.GeoDataFrame:
        """Zones with people, coverage and stations."""
        return self._layer("zones")

    @cached_property
    def gaps(self) -> gpd.GeoDataFrame:
        """Gaps in coverage, most people first."""
        return self._layer("gaps")

    @cached_property
    def places(self) -> gpd.GeoDataFrame | None:
        """Priority places; None if the scenario names none."""
        return self._layer("priority_places") if self.scenario.priority_places else None

    @cached_property
    def ground(self) -> Ground:
        """Area and demand, from ``residents.tif``."""
        with self._reading("residents.tif") as path:
            scenario = self.scenario
            lines_inside = partial(lines_still_there, scenario.base_map, scenario.origin)
            return saved_ground(path, self.zones, scenario.area, lines_inside, self.summary)

    @cached_property
    def coverage(self) -> Coverage:
        """Coverage of each cell, from ``coverage.tif`` and ``served_percent.tif``."""
        with self._reading("coverage.tif") as path:
            name = "served_percent.tif"
            return saved_coverage(path, self.run.file(name) if name in self.run.files else None)

    @cached_property
    def build_out(self) -> BuildOut | None:
        """The build-out; None without one in the scenario."""
        with self._reading("plan.npz"):
            return saved_build_out(self.scenario.rollout, self._arrays, self.summary)

    @cached_property
    def money(self) -> Money | None:
        """Costs of the new stations; None without a cost in the scenario."""
        with self._reading("plan.npz"):
            return saved_money(self.scenario.cost, self._arrays, self.summary)

    @cached_property
    def certificate(self) -> Certificate | None:
        """The upper bound for all plans; None if none was computed."""
        with self._reading("certificate.npz"):
            optimality = self.summary.get("optimality")
            people = self.summary["people_by_siting"]
            return self._proven("", optimality, people, int((self.stations["role"] != NEW).sum()))

    @cached_property
    def phases(self) -> tuple[PhaseCertificate, ...]:
        """Certificate of each phase; empty for a plan that is not built in phases."""
        with self._reading("certificate.npz"):
            rows = self.summary.get("phases", ())
            before = [int((self.stations["role"] != NEW).sum())]
            for row in rows:
                before.append(before[-1] + row["stations"])
            return tuple(
                PhaseCertificate(
                    row["name"],
                    row["stations"],
                    row["people"],
                    row["people_served_before"],
                    row["people_served"],
                    self._proven(f"_{n + 1}", row["optimality"], row["people_served"], before[n]),
                )
                for n, row in enumerate(rows)
            )

    @cached_property
    def radio(self) -> RadioMaps | None:
        """The radio maps; None if the scenario does not request them."""
        if not self.scenario.radio.maps.include:
            return None
        with self._reading(f"radio/{RADIO_SUMMARY}") as path:
            for name in self.run.files:
                if name.startswith("radio/"):
                    self.run.file(name)
            parts = saved_radio(path.parent, self.ground, self.run.json(path))
            return RadioMaps(scenario=self.scenario, **parts)

    @cached_property
    def service_radii(self) -> tuple[ServiceRadius, ...]:
        """Service radius of each area class, from the scenario's link budget."""
        return service_radii(self.scenario.radio, self.scenario.service)

    @cached_property
    def plan(self) -> Plan:
        """The whole plan, as the run had it."""
        return Plan(
            scenario=self.scenario,
            ground=self.ground,
            service_radii=self.service_radii,
            stations=self.stations,
            gaps=self.gaps,
            zones=self.zones,
            coverage=self.coverage,
            summary=self.summary,
            provenance=self.summary["provenance"],
            warnings=tuple(self.summary["warnings"]),
            build_out=self.build_out,
            certificate=self.certificate,
            phases=self.phases,
            money=self.money,
            places=self.places,
            radio=self.radio,
        )

    def map(self) -> folium.Map:
        """Return the map, as :meth:`planner.Plan.map` does."""
        return self.plan.map()

    def _repr_html_(self) -> str:
        return self.plan._repr_html_()

    def __repr__(self) -> str:
        """Folder and title."""
        return f"<SavedPlan {str(self.folder)!r}: {self.summary['title'][:200]}>"

    @cached_property
    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return read_arrays(self.run.file("plan.npz"), ARRAYS)

    @cached_property
    def _proof(self) -> dict[str, npt.NDArray[Any]]:
        return read_proof(self.run.file("certificate.npz"))

    def _proven(
        self, suffix: str, optimality: Mapping[str, Any] | None, people: float, fixed: int
    ) -> Certificate | None:
        bound = self._proof.get(f"upper_bound_people{suffix}", np.zeros(0))
        if optimality is None or not len(bound):
            return None
        multipliers = self._proof[f"multipliers{suffix}"]
        return Certificate(
            upper_bound_people=bound,
            multipliers=SparseRaster.of(multipliers) if multipliers.size else None,
            people=people,
            fixed_stations=fixed,
            method=optimality["method"],
            fewest_new=optimality.get("fewest_new_stations"),
            worth_per_yuan=float(self._proof["worth_per_yuan"]),
            least_cost_cny=optimality.get("least_cost_cny"),
            feasible=not self.summary["infeasible"],
            along=tuple(map(SparseRaster.of, along_of(self._proof))) if not suffix else (),
            people_along=self._proof.get("people_along", np.zeros(0)),
        )

    def _layer(self, name: str) -> gpd.GeoDataFrame:
        with self._reading(GEOPACKAGE) as path:
            table = pyogrio.read_dataframe(path, layer=name)
            # A layer of a GeoPackage holds geometries of one type only: single ones too are many.
            parts = shapely.get_num_geometries(table.geometry) == 1
            table.loc[parts, "geometry"] = shapely.get_geometry(table.geometry[parts], 0)
            return table

    @contextmanager
    def _reading(self, name: str) -> Iterator[Path]:
        """Give a file of the run; whatever is odd in it is an error that names it."""
        try:
            yield self.run.file(name)
        except InputError:
            raise
        except _DAMAGED as error:
            text = " ".join(str(error).split())
            raise self.run.odd(name, f"cannot be read: {text or type(error).__name__}") from error
