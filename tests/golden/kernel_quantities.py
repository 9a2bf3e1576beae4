"""What the kernels give on the small cases: one thin adapter for each quantity.

Only this file and ``sparse_quantities.py`` know how the kernels are called: a change of their
names or arguments changes an adapter here, and no golden value.
"""

from __future__ import annotations

import numpy as np

from kernels.covering.anneal_list import ListState, anneal_list, stand
from kernels.covering.cooling import Chance, Cooling
from kernels.covering.greedy_list import ListOptions, greedy_list
from kernels.covering.greedy_raster import (
    DiscKind,
    construction_order,
    greedy_order,
    greedy_order_within,
)
from kernels.covering.idle import CoverNeeds, idle_stations
from kernels.covering.improve_list import improve_list
from kernels.covering.improve_raster import improve
from kernels.covering.limits import SiteLimits
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.field import Field
from kernels.footprints.spans import (
    Spans,
    cover_spans,
    joined,
    newly_covered_span_weight,
    selected,
    span_cells,
)
from kernels.footprints.terrain_spans import ServiceTerms, terrain_footprints
from kernels.radio.models.p526 import VERTICAL
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from kernels.rollout.colocation import colocated
from tests.golden.bound_quantities import (
    list_bound,
    list_bound_within,
    raster_bound,
    raster_bound_within,
)
from tests.golden.cases import (
    LISTED_DISCS,
    MONTHS,
    RAGGED,
    RASTERS,
    SEED,
    SPARSE,
    TERRAIN,
    GroundCase,
    heights_m,
    ragged_rows,
)
from tests.golden.sparse_quantities import months_built, sparse_values
from tests.golden.values import Values, real, whole
from tests.kernels.cases import covered_weight

KERNEL_CASES = (*RASTERS, *LISTED_DISCS, *RAGGED, *TERRAIN, *SPARSE, *MONTHS)
_ITERATIONS = 80
_SHORT = Cooling(rounds=6, sweeps=6, temperature=(0.1, 0.008), seed=SEED)


def kernel_values(name: str) -> Values:
    """Return every quantity of a case, by its name."""
    if name in RASTERS:
        return _raster_values(RASTERS[name]())
    if name in SPARSE:
        return sparse_values(SPARSE[name]())
    if name in MONTHS:
        return months_built(MONTHS[name]())
    if name in LISTED_DISCS:
        case = LISTED_DISCS[name]()
        return _spans_values(case, [spans_of_discs(case, radii) for radii in case.radii])
    if name in RAGGED:
        case = RAGGED[name]()
        return _spans_values(case, [ragged_spans(case, reach) for reach in (2, 3)])
    case = TERRAIN[name]()
    return _spans_values(case, [terrain_spans(case, share) for share in (1.0, 1.4)])


# Rasters of candidates, footprints are discs


def _raster_values(case: GroundCase) -> Values:
    sites, gain = greedy_on_raster(case)
    values = {"greedy.sites": whole(sites), "greedy.gain": real(gain)}
    values |= covered_by_discs(case, sites)
    values |= ordered_discs(case, sites)
    values |= improved_raster(case, sites)
    values |= colocated_on_raster(case, sites)
    values |= zones_of_discs(case, sites)
    values |= raster_bound(case, sites, gain)
    values |= raster_within(case)
    values |= raster_bound_within(case, float(gain[-1]))
    return values


def greedy_on_raster(case: GroundCase):
    """Sites in order and their gains, without limits."""
    return greedy_order(_field(case), case.n_stations)


def covered_by_discs(case: GroundCase, sites) -> Values:
    """Cells that stations serve, their weight, and what each adds."""
    field = _field(case)
    covered, added = field.after(sites).covered, field.gains(sites)
    total = covered_weight(case.weight, case.area_class, case.radii[0], sites)
    return {"cover.cells": whole(covered), "cover.added": real(added), "cover.weight": total}


def ordered_discs(case: GroundCase, sites) -> Values:
    """Order of construction of given stations."""
    shuffled = np.random.default_rng(SEED).permutation(sites)
    order = construction_order(shuffled, _field(case), sites.size - 3)
    return {"construction_order": whole(order)}


def _field(case: GroundCase) -> Field:
    return Field(case.weight, case.area_class, case.radii[0], case.candidate, case.covered)


def improved_raster(case: GroundCase, sites) -> Values:
    """Stations after annealing, in order."""
    better, gain = improve(sites, _field(case), _SHORT)
    return {"improved.sites": whole(better), "improved.gain": real(gain)}


def _near(count: int, places):
    """Places that each of ``count`` stations may move to, as rows of a sparse table."""
    rng = np.random.default_rng(SEED)
    rows = [np.sort(rng.permutation(places)[: rng.integers(0, 6)]) for _ in range(count)]
    first = np.cumsum([0, *(row.size for row in rows)]).astype(np.int64)
    return first, np.concatenate(rows).astype(np.int64)


def colocated_on_raster(case: GroundCase, sites) -> Values:
    """Where stations stand after moving to sites that stand already."""
    row, column = np.divmod(sites, case.weight.shape[1])
    beside = row * case.weight.shape[1] + np.minimum(column + 1, case.weight.shape[1] - 1)
    first = np.arange(sites.size + 1)
    places = np.unique(np.concatenate([sites, beside]))
    found = colocated(
        case.weight,
        disc_spans(case.area_class, case.radii[0], places),
        case.covered,
        np.searchsorted(places, sites),
        first,
        np.searchsorted(places, beside),
        least_share=0.8,
    )
    return {"colocated": whole(places[found])}


def zones_of_discs(case: GroundCase, sites) -> Values:
    """People whom each station adds, by zone, and the marks that stations leave."""
    return _by_zone(case, case.weight, disc_spans(case.area_class, case.radii[0], sites))


def _by_zone(case: GroundCase, weight, spans: Spans) -> Values:
    stations = np.arange(spans.first.size - 1)
    marked, covered = case.covered.astype(np.uint8), case.covered.copy()
    for group in np.split(stations, stations[5::5]):
        cover_spans(covered, spans, group)
        marked[covered & (marked == 0)] = 2 + group[:1] // 5
    gain = np.column_stack(
        [
            newly_covered_span_weight(weight * (case.zone == zone), case.covered.copy(), spans)
            for zone in range(3)
        ]
    )
    return {"zones.gain": real(gain), "zones.marked": whole(marked)}


def _site_limits(case: GroundCase) -> SiteLimits:
    limits = case.limits
    return SiteLimits(
        zone=case.zone,
        room=np.array(limits.room),
        owed=np.array(limits.owed),
        spare=limits.spare,
        group_room=np.array(limits.kind_room),
        need_zone=case.zone,
        need=np.array(limits.need),
        separation_cells=limits.separation,
        budget=limits.budget,
    )


def raster_within(case: GroundCase) -> Values:
    """Greedy of two kinds of stations within limits, up to the first event."""
    kinds = [
        DiscKind(radii, case.candidate, np.array([cost]), np.array([number]))
        for number, (radii, cost) in enumerate(zip(case.radii, case.limits.cost, strict=True))
    ]
    place = np.zeros(case.weight.shape, np.uint16)
    limits = _site_limits(case)
    cell, kind = greedy_order_within(_field(case), kinds, place, case.n_stations, limits)
    return {"within.cells": whole(cell), "within.kinds": whole(kind)}


# Lists of candidates, footprints are spans


def spans_of_discs(case: GroundCase, radii) -> Spans:
    """Discs of the candidates as spans."""
    return disc_spans(case.area_class, radii, case.cells)


def ragged_spans(case: GroundCase, reach: int) -> Spans:
    """Footprints drawn at random."""
    rows = ragged_rows(case, reach)
    first = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    every = np.array([span for row in rows for span in row])
    return Spans(first, every[:, 0].astype(np.int32), every[:, 1].astype(np.uint16))


def terrain_spans(case: GroundCase, share: float) -> Spans:
    """Footprints that the terrain shapes; ``share``: of the radii that flat land would give."""
    cell_km, earth_km, ghz, mast_m = 0.1, 8500.0, 2.6, (25.0, 35.0)
    radii = case.radii[0] * share
    rays = rays_of(float(radii.max()), cell_km)
    medium = terrain_medium(ghz, VERTICAL, earth_km, float(radii.max()) * cell_km, cell_km)
    # A radius that is no whole number of cells takes in cells farther than the reach off an axis.
    distances = np.sqrt(np.arange((rays.reach + 1) ** 2))
    allowed = np.empty((2, 2, distances.size))
    for own in range(2):
        flat = flat_losses_db(
            distances * cell_km, mast_m[own], 1.5, earth_km, cell_km, ghz, VERTICAL
        )
        for here in range(2):
            spare = 40.0 * np.log10(radii[here] / np.maximum(distances, 1e-3))
            allowed[own, here] = np.where(spare >= -1e-9, spare + flat + 0.01, -1.0)
    terms = ServiceTerms(np.array(mast_m), np.array([1.5, 1.5]), allowed[None])
    heights = heights_m(case.weight.shape)
    known = case.cells
    return terrain_footprints(heights, case.area_class, known, terms, rays, medium)


def _spans_values(case: GroundCase, spans: list[Spans]) -> Values:
    first = spans[0]
    allowed = np.random.default_rng(SEED).integers(0, 10, case.cells.size) > 0
    chosen, gain = greedy_on_list(case, first, allowed)
    values = spans_themselves(first, spans[1])
    values |= {"greedy.chosen": whole(chosen), "greedy.gain": real(gain)}
    values |= covered_by_spans(case, first, chosen)
    values |= improved_list(case, first, allowed, chosen)
    values |= idle_of_list(case, first, chosen)
    values |= colocated_on_list(case, first, chosen)
    values |= zones_of_spans(case, first, chosen)
    values |= list_bound(case, first, allowed, chosen, gain)
    values |= list_within(case, spans)
    values |= annealed_within(case, spans)
    values |= list_bound_within(case, spans, float(gain[-1]))
    return values


def spans_themselves(spans: Spans, other: Spans) -> Values:
    """The footprints, their cells, and those of some and of both lists."""
    first, cells = span_cells(spans)
    some = selected(joined([spans, other]), np.arange(0, 2 * (spans.first.size - 1), 7))
    return {
        "spans.first": whole(spans.first),
        "spans.start": whole(spans.start),
        "spans.length": whole(spans.length),
        "spans.cells": whole(cells),
        "spans.cells_first": whole(first),
        "spans.selected": whole(np.concatenate(some)),
    }


def greedy_on_list(case: GroundCase, spans: Spans, allowed):
    """Numbers of candidates in order and their gains, without limits."""
    return greedy_list(case.inside, spans, allowed, case.covered, case.n_stations)


def covered_by_spans(case: GroundCase, spans: Spans, chosen) -> Values:
    """Cells that stations serve, and what each adds."""
    covered = case.covered.copy()
    cover_spans(covered, spans, chosen)
    added = newly_covered_span_weight(case.inside, case.covered.copy(), spans, chosen)
    return {"cover.cells": whole(covered), "cover.added": real(added)}


def _neighbours(case: GroundCase):
    """Eight candidates next to each, -1 for none."""
    rows, columns = np.divmod(case.cells, case.weight.shape[1])
    squared = (rows[:, None] - rows) ** 2 + (columns[:, None] - columns) ** 2
    near = np.argsort(squared, axis=1, kind="stable")[:, 1:9].astype(np.int32)
    near[np.take_along_axis(squared, near.astype(np.int64), axis=1) > 36] = -1
    return near


def improved_list(case: GroundCase, spans: Spans, allowed, chosen) -> Values:
    """Stations after annealing among candidates, in order."""
    better, gain = improve_list(
        chosen,
        case.inside,
        spans,
        allowed,
        case.covered,
        _neighbours(case),
        _SHORT,
    )
    return {"improved.chosen": whole(better), "improved.gain": real(gain)}


def idle_of_list(case: GroundCase, spans: Spans, chosen) -> Values:
    """Stations that can go while what must be covered stays covered."""
    own = selected(spans, chosen)
    added = newly_covered_span_weight(case.inside, case.covered.copy(), spans, chosen)
    protected = np.zeros(case.weight.shape, bool)
    protected.ravel()[case.cells[chosen[::9]]] = True
    slack = np.full(3, 0.1 * float(added.sum()))
    needs = CoverNeeds(case.zone, slack, np.array([0.2 * float(added.sum())]), protected)
    idle = idle_stations(case.inside, case.covered, own, np.arange(chosen.size)[::-1].copy(), needs)
    return {"idle": whole(idle)}


def colocated_on_list(case: GroundCase, spans: Spans, chosen) -> Values:
    """Where stations stand after moving to sites that stand already."""
    first, near = _near(chosen.size, np.setdiff1d(np.arange(case.cells.size), chosen))
    found = colocated(case.inside, spans, case.covered, chosen, first, near, least_share=0.3)
    return {"colocated": whole(found)}


def zones_of_spans(case: GroundCase, spans: Spans, chosen) -> Values:
    """People whom each station adds, by zone, and the marks that stations leave."""
    return _by_zone(case, case.inside, selected(spans, chosen))


def _options(case: GroundCase) -> ListOptions:
    count = case.cells.size
    return ListOptions(
        np.tile(case.cells, 2),
        np.repeat(np.arange(2), count),
        np.repeat(np.array(case.limits.cost), count),
    )


def list_within(case: GroundCase, spans: list[Spans]) -> Values:
    """Greedy among options of two kinds within limits, up to the first event."""
    options = _options(case)
    chosen, _ = greedy_list(
        case.inside,
        joined(spans),
        np.ones(options.cell.size, bool),
        case.covered,
        case.n_stations,
        options,
        _site_limits(case),
    )
    return {"within.chosen": whole(chosen)}


def annealed_within(case: GroundCase, spans: list[Spans]) -> Values:
    """Options that stand after annealing within limits, from a few far apart."""
    every, options = joined(spans), _options(case)
    count, width = case.cells.size, case.weight.shape[1]
    weight = np.where(case.covered, 0, case.inside * 8).astype(np.int32).ravel()
    near = _neighbours(case)
    near = np.hstack([near, np.where(near < 0, -1, near + count)])
    near = np.vstack([near, near]).astype(np.int32)
    state = ListState(
        weight,
        weight.copy(),
        np.zeros(weight.size, np.uint16),
        np.zeros(2 * count, np.bool_),
        *every,
        near,
        width,
    )
    limits = _site_limits(case)
    limits = limits._replace(spare=case.n_stations - int(limits.owed.sum()))
    stand(state, np.array([count // 2]))
    noise = np.random.default_rng(SEED).integers(-800, 800, 4096)
    price = (np.repeat(np.array(case.limits.cost), count) * 900).astype(np.int64)
    more = []
    for turn in range(8):
        chance = Chance(price, noise // (turn + 1), 3, SEED + turn)
        more.append(anneal_list(state, chance, [np.arange(2 * count)], options, limits))
    served = state.weight[state.serving > 0]
    return {
        "annealed_within.stands": whole(np.flatnonzero(state.stands)),
        "annealed_within.more": whole(more),
        "annealed_within.served": int(served.sum(dtype=np.int64)),
    }
