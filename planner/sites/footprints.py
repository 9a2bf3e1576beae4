"""Footprints: which cells each candidate serves, as discs or shaped by the terrain.

Over smooth earth a footprint is a disc for each area class, and every cell may be a candidate.
With terrain it has any shape and is stored as spans, for explicit candidates. All that use
footprints ask the questions of :class:`Footprints`. A kind of any other shape is a function that
returns spans, and a line in :func:`footprints_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numba
import numpy as np
import numpy.typing as npt

from kernels.covering.bound_check import price_in_discs, price_in_spans
from kernels.covering.greedy_list import greedy_list
from kernels.covering.greedy_raster import construction_order, greedy_order
from kernels.covering.improve_list import improve_list
from kernels.covering.improve_raster import improve
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.field import Field
from kernels.footprints.packed import held_radii
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import (
    Spans,
    cover_spans,
    joined,
    newly_covered_span_weight,
    selected,
)
from kernels.footprints.sums import Sums
from kernels.footprints.terrain_spans import terrain_footprints
from planner.ground.ground import Ground
from planner.radio.tiers import FAST_TIER, SMOOTH_EARTH_TIER, fast_tier
from planner.sites.candidates import Candidates
from planner.sites.disc_radii import disc_radii_cells
from planner.sites.equipment import StationKind
from planner.sites.search_effort import disc_effort, nearest_candidates, search_effort

Progress = Callable[[int], object]
Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
People = npt.NDArray[np.float32]
Rows = npt.NDArray[np.integer] | npt.NDArray[np.bool_]
Gains = npt.NDArray[np.float64]

_STATIONS_PER_TILE = 512


class Footprints(Protocol):
    """The interface of footprints for siting.

    ``people`` and ``covered`` are stacks of one raster of the grid for each situation of users.
    """

    @property
    def radio_tier(self) -> str:
        """The method of the footprints, in words."""

    @property
    def situations(self) -> int:
        """Situations of users: rasters of the stack."""

    def order(
        self,
        people: People,
        allowed: Bools,
        covered: Bools,
        count: int,
        progress: Progress | None = None,
    ) -> Cells:
        """Return up to ``count`` cells in greedy order, each adding the most people."""

    def cover(self, covered: Bools, cells: Cells) -> None:
        """Mark, in place, what stations in ``cells`` serve."""
        cover_spans(covered, self.spans_of(cells))

    def people_gained(self, people: People, covered: Bools, cells: Cells) -> Gains:
        """Return the people that each station adds to those before it; marks ``covered``."""
        return newly_covered_span_weight(people, covered, self.spans_of(cells))

    def spans_of(self, cells: Cells) -> Spans:
        """Return what stations in ``cells`` serve as spans, in their order."""

    def known(self, cells: Cells) -> Bools:
        """Mark the ``cells`` whose stations have footprints here."""

    def improved(
        self,
        people: People,
        allowed: Bools,
        covered: Bools,
        cells: Cells,
        *,
        rounds: int | Literal["auto"],
        seed: int,
        work_share: float = 1.0,
    ) -> Cells:
        """Return a set of no more cells that covers no fewer people, in the order to build them.

        ``work_share``: of the work that ``rounds`` "auto" stands for.
        """

    def of_stations(self, rows: Rows) -> Footprints:  # noqa: ARG002
        """Return the footprints of some of a plan's stations, by their rows in the plan.

        Of stations of one kind these, since a cell identifies its footprint.
        """
        return self

    @property
    def discs(self) -> DiscFootprints | None:
        """These as discs, on which any cell may be a candidate; None for other shapes."""

    def by_kind(self, cells: Cells) -> tuple[tuple[Footprints, Cells], ...]:
        """Return the footprints of each kind of stations, and those of ``cells`` that are of it.

        Of one kind: these, with all cells.
        """
        return ((self, cells),)

    def serving_only(self, held: Bools) -> Footprints:  # noqa: ARG002
        """Return footprints that serve the same of the cells ``held`` (stacked), and maybe less."""
        return self

    def sums(self, allowed: Bools) -> Sums:
        """Return the products over the footprints of the allowed cells that a bound asks for."""

    def price(self, price: Cells, allowed: Bools) -> Cells:
        """Sum a price (int64, grid shape) over the footprint of each allowed cell (int64[n]).

        With code of the check of a bound, which shares nothing with :meth:`sums`.
        """


@dataclass(frozen=True)
class DiscFootprints(Footprints):
    """Discs: in each situation a cell is served within the radius of its own class.

    ``radius_cells`` (float64[situations, classes], in cells).
    """

    area_class: npt.NDArray[np.uint8]
    radius_cells: npt.NDArray[np.float64]
    radio_tier: str = SMOOTH_EARTH_TIER
    _last: list[tuple[Cells, Spans]] = field(
        init=False, default_factory=list, repr=False, compare=False
    )

    @property
    def situations(self) -> int:
        """Situations of users."""
        return len(self.radius_cells)

    def order(
        self,
        people: People,
        allowed: Bools,
        covered: Bools,
        count: int,
        progress: Progress | None = None,
    ) -> Cells:
        """Return up to ``count`` cells in greedy order, each adding the most people."""
        field = Field(people, self.area_class, self.radius_cells, allowed, covered)
        places = np.flatnonzero(allowed)
        if places.size <= count:
            return construction_order(places, field, count, progress=progress)
        cells, _ = greedy_order(field, count, progress=progress)
        return cells

    def spans_of(self, cells: Cells) -> Spans:
        """Return what stations in ``cells`` serve as spans, in their order.

        Phases ask for the first stations of a plan, then for some more: those in common with the
        last ones asked for are known.
        """
        known, spans = self._last[0] if self._last else (cells[:0], _first(joined([]), 0))
        both = min(known.size, cells.size)
        differ = np.flatnonzero(known[:both] != cells[:both])
        common = int(differ[0]) if differ.size else both
        found = _first(spans, common)
        if common < cells.size:
            more = disc_spans(self.area_class, self.radius_cells, cells[common:])
            found = joined([found, more]) if common else more
            self._last[:] = [(np.array(cells), found)]
        return found

    def known(self, cells: Cells) -> Bools:
        """Mark the ``cells`` whose stations have footprints here: all."""
        return np.ones(len(cells), np.bool_)

    @property
    def discs(self) -> DiscFootprints:
        """These."""
        return self

    def serving_only(self, held: Bools) -> DiscFootprints:
        """Return these without the discs of classes that hold nothing."""
        radii = held_radii(held, self.area_class, self.radius_cells)
        return DiscFootprints(self.area_class, radii, self.radio_tier)

    def sums(self, allowed: Bools) -> Sums:
        """Return the products over the footprints of the allowed cells that a bound asks for."""
        return DiscSums(self.area_class, self.radius_cells, allowed)

    def price(self, price: Cells, allowed: Bools) -> Cells:
        """Sum a price over the footprint of each allowed cell, by the code of the check."""
        return price_in_discs(price, self.area_class, self.radius_cells, allowed)

    def improved(
        self,
        people: People,
        allowed: Bools,
        covered: Bools,
        cells: Cells,
        *,
        rounds: int | Literal["auto"],
        seed: int,
        work_share: float = 1.0,
    ) -> Cells:
        """Return a set of no more cells that covers no fewer people, in the order to build them.

        ``rounds`` "auto": as many as a fixed amount of work allows, so that the result depends on
        the area only, not on the machine.
        """
        field = Field(people, self.area_class, self.radius_cells, allowed, covered)
        held = (people > 0) & ~covered
        reach = held_radii(held, self.area_class, self.radius_cells).max(axis=1)
        effort = disc_effort(len(cells), reach, rounds, seed, work_share=work_share)
        better, _ = improve(cells, field, effort)
        return better


def _first(spans: Spans, count: int) -> Spans:
    """Return the footprints of the first ``count`` candidates."""
    end = spans.first[count]
    return Spans(spans.first[: count + 1], spans.start[:end], spans.length[:end])


@dataclass(frozen=True)
class SpanFootprints(Footprints):
    """Footprints of explicit candidates as spans, of any shape.

    ``cell`` (int64, n, ascending): cells that have a footprint; ``spans``: theirs.
    """

    cell: Cells
    spans: Spans
    radio_tier: str = FAST_TIER
    situations: int = 1

    def order(
        self,
        people: People,
        allowed: Bools,
        covered: Bools,
        count: int,
        progress: Progress | None = None,
    ) -> Cells:
        """Return up to ``count`` cells in greedy order, each adding the most people."""
        numbers, _ = greedy_list(
            people, self.spans, self.allowed_numbers(allowed), covered, count, progress=progress
        )
        return self.cell[numbers]

    def spans_of(self, cells: Cells) -> Spans:
        """Return what stations in ``cells`` serve as spans, in their order."""
        return selected(self.spans, self.numbers(cells))

    def known(self, cells: Cells) -> Bools:
        """Mark the ``cells`` whose stations have footprints here: the candidates."""
        return np.isin(cells, self.cell)

    @property
    def discs(self) -> None:
        """None: spans may have any shape."""
        return None

    def sums(self, allowed: Bools) -> Sums:
        """Return the products over the footprints of the allowed cells that a bound asks for."""
        shape = (self.situations * allowed.shape[0], allowed.shape[1])
        return SpanSums(self.spans_of(np.flatnonzero(allowed)), shape)

    def price(self, price: Cells, allowed: Bools) -> Cells:
        """Sum a price over the footprint of each allowed cell, by the code of the check."""
        summed: Cells = price_in_spans(price, *self.spans_of(np.flatnonzero(allowed)))
        return summed

    def allowed_numbers(self, allowed: Bools) -> Bools:
        """Return which candidates (bool[n]) stand in cells that are allowed."""
        return allowed.reshape(-1)[self.cell]

    def improved(
        self,
        people: People,
        allowed: Bools,
        covered: Bools,
        cells: Cells,
        *,
        rounds: int | Literal["auto"],
        seed: int,
        work_share: float = 1.0,
    ) -> Cells:
        """Return a set of no more cells that covers no fewer people, in the order to build them.

        As :meth:`DiscFootprints.improved`: stations move among the candidates.
        """
        numbers, _ = improve_list(
            self.numbers(cells),
            people,
            self.spans,
            self.allowed_numbers(allowed),
            covered,
            nearest_candidates(self.cell, people.shape[1]),
            search_effort(self.spans, len(cells), rounds, seed, work_share=work_share),
            situations=self.situations,
        )
        return self.cell[numbers]

    def numbers(self, cells: Cells) -> Cells:
        """Return the numbers of the candidates in ``cells``."""
        numbers = np.searchsorted(self.cell, cells)
        if not np.array_equal(self.cell[np.minimum(numbers, self.cell.size - 1)], cells):
            raise ValueError("a station stands in a cell that has no footprint")
        return numbers


def footprints_of(
    kind: StationKind,
    ground: Ground,
    candidates: Candidates,
    *,
    progress: Progress | None = None,
) -> Footprints:
    """Return the footprints of one kind of station: discs without terrain, else shaped by it.

    ``progress``: called with the number of candidates done since the last call. With terrain the
    candidates are worked out tile by tile on all cores; no more than the spans themselves is kept.

    Raises
    ------
    InputError
        With terrain: values outside the validity of a propagation model.
    """
    area_class, terrain = ground.demand.area_class, ground.terrain
    if terrain is None:
        return DiscFootprints(area_class, disc_radii_cells(kind, ground.area.grid.cell_size_m))
    fixed = (candidates.existing.cell, candidates.must_have.cell)
    cells = np.unique(np.concatenate([np.flatnonzero(candidates.allowed), *fixed]))
    tier = fast_tier(kind.radio, kind.service, terrain, kind.radii_m)
    tiles = [cells[i : i + _STATIONS_PER_TILE] for i in range(0, cells.size, _STATIONS_PER_TILE)]

    def built(tile: Cells) -> Spans:
        spans: Spans = terrain_footprints(
            terrain.height_m, area_class, tile, tier.terms, tier.rays, tier.medium
        )
        return spans

    parts = []
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        for tile, part in zip(tiles, threads.map(built, tiles), strict=True):
            parts.append(part)
            if progress is not None:
                progress(tile.size)
    return SpanFootprints(cells, joined(parts), situations=len(kind.radii_m))
