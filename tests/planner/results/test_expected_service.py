"""Graded service from scenario to files: people expected to be served, by siting and afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

import planner
from planner.certificate_check import check_certificate
from planner.cli import BAD_INPUT, main
from planner.results.expected_service import expected_service
from planner.sites.equipment import network_kind
from planner.sites.footprints import footprints_of
from planner.siting import site_stations
from tests.planner.certificate.cases import KINDS
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.recount import recounted
from tests.planner.single_users import served_share
from tests.planner.study import SCENARIO, points, write_study

GRADED = '\n[service]\nmodel = "graded"\n'
BUDGET = SCENARIO[: SCENARIO.index("[service.radius_m]")] + SCENARIO[SCENARIO.index("[target]") :]
QUICK = "\n[siting]\nimprovement_rounds = 4\ncertificate_iterations = 150\n"


def planned(folder: Path, more: str = "", base: str = SCENARIO):
    return planner.run(write_study(folder, base + GRADED + more))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory):
    """A plan whose radii come from the link budget, saved with all its files."""
    folder = tmp_path_factory.mktemp("graded")
    base = BUDGET.replace("stations_new = 6", "stations_new = 12")
    plan = planned(folder / "study", QUICK, base)
    return plan, plan.save(folder / "out")


def cells_of(plan):
    """Cells of the stations, from their positions."""
    grid = plan.area.grid
    from pyproj import Transformer

    from planner.ground.grid import LONLAT

    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    return grid.cells(
        *to_grid.transform(plan.stations.lon.to_numpy(), plan.stations.lat.to_numpy())
    )


def test_single_users_are_served_as_often_as_expected(saved) -> None:
    plan, _ = saved
    share, error = served_share(plan.scenario, plan.ground, cells_of(plan), 200_000)
    assert error < 0.0013
    assert plan.summary["population_covered_share"] == pytest.approx(share, abs=0.003)


def test_siting_counts_nearly_the_same_people(saved) -> None:
    summary = saved[0].summary
    assert summary["service_model"] == "graded"
    assert summary["situations"] == 5
    assert summary["people_by_siting_share"] == pytest.approx(
        summary["population_covered_share"], abs=0.03
    )
    assert 0.1 < summary["population_covered_share"] < 0.99


def test_the_certificate_bounds_what_siting_counts_and_can_be_checked(saved) -> None:
    plan, folder = saved
    bound = float(plan.certificate.upper_bound_people[-1])
    assert plan.summary["people_by_siting"] <= bound <= plan.summary["population_total"]
    assert plan.summary["optimality"]["gap"] < 0.05
    found = check_certificate(folder)
    assert found.holds
    assert found.people_summed == pytest.approx(plan.summary["people_by_siting"])
    written = (folder / "summary.json").read_bytes()
    summary = json.loads(written)
    (folder / "summary.json").write_text(
        json.dumps(summary | {"population_covered": summary["population_covered"] * 1.01})
    )
    assert not check_certificate(folder).holds
    (folder / "summary.json").write_bytes(written)


def test_zones_gaps_and_rasters_say_what_is_expected(saved) -> None:
    plan, folder = saved
    share, people = plan.coverage.share, plan.demand.people
    inside = plan.area.zone_index >= 0
    expected = float((people * np.nan_to_num(share)).sum(dtype=np.float64))
    assert plan.summary["population_covered"] == pytest.approx(expected, rel=1e-6)
    assert plan.zones["covered"].sum() == pytest.approx(expected, rel=1e-6)
    assert np.isnan(share[~inside]).all()
    assert ((plan.coverage.phase > 0) == (share >= 0.5 - 1e-6))[inside].all()
    below = inside & (share < 0.5) & (people > 0)
    assert 0 < plan.summary["gaps"]["population"] <= people[below].sum() * (1 + 1e-6)
    with rasterio.open(folder / "served_percent.tif") as raster:
        percent = raster.read(1)
    assert (percent[~inside] == 255).all()
    assert np.abs(percent[inside] - 100 * share[inside]).max() <= 1.0
    assert "Share of people served" in (folder / "map.html").read_text(encoding="utf-8")
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "are expected to serve" in report
    assert "5 situations of users" in report


def test_more_stations_never_serve_fewer_people(saved) -> None:
    plan, _ = saved
    scenario, ground = plan.scenario, plan.ground
    kind = network_kind(scenario.radio, scenario.service, scenario.cost)
    radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    siting = site_stations(scenario, ground, candidates, radius_m)
    footprints = footprints_of(kind, ground, candidates)
    share, sited = np.zeros(ground.demand.people.shape), 0.0
    for count in range(len(siting) + 1):
        rows = np.arange(count)
        covered = np.zeros(ground.demand.stack_shape, bool)
        footprints.cover(covered, siting.cell[rows])
        part = _first(siting, count)
        now = expected_service([kind], ground, part).share
        assert (now >= share - 1e-6).all()
        people = float(ground.demand.people_by_situation[covered].sum(dtype=np.float64))
        assert people >= sited
        assert people == pytest.approx(float(siting.people_gained[:count].sum()), rel=1e-6)
        share, sited = now, people


def _first(siting, count):
    """The first stations of a siting, as far as expected service looks at them."""
    from dataclasses import replace

    rows = slice(0, count)
    return replace(
        siting, cell=siting.cell[rows], role=siting.role[rows], equipment=siting.equipment[rows]
    )


def test_a_hard_disc_serves_parts_of_cells_and_siting_whole_ones(tmp_path: Path) -> None:
    disc = planner.run(write_study(tmp_path / "disc", SCENARIO))
    assert disc.demand.situations == 1
    share, inside = disc.coverage.share, disc.area.zone_index >= 0
    in_part = (share > 0) & (share < 1)
    assert 0.02 < in_part.sum() / inside.sum() < 0.3
    expected = float((disc.demand.people * np.nan_to_num(share)).sum(dtype=np.float64))
    summary = disc.summary
    assert summary["population_covered"] == pytest.approx(expected, rel=1e-6)
    assert summary["people_by_siting"] == pytest.approx(expected, rel=0.02)
    assert summary["people_by_siting"] != pytest.approx(expected, rel=1e-4)
    assert summary["curve"][-1][1] == pytest.approx(summary["population_covered_share"])
    assert summary["curve_by_siting"][-1][1] == pytest.approx(summary["people_by_siting_share"])


@pytest.mark.parametrize(
    "more",
    [
        '\n[siting]\nexact = "always"\n',
        QUICK + "min_separation_m = 1500\n"
        '[[siting.zone_stations]]\nzone = "440001"\nat_most = 2\n',
        '\n[objective]\nkind = "fewest_stations"\ncovered_share = 0.5\n' + QUICK,
        "\n[cost]\nstation_cny = 300_000\n"
        '[objective]\nkind = "most_within_budget"\nbudget_cny = 1_000_000\n' + QUICK + KINDS,
        '\n[[siting.phases]]\nname = "towns"\narea_classes = ["dense_urban", "urban"]\n'
        "until_served_share = 0.3\n",
    ],
    ids=["exact", "zones", "shares", "kinds", "phases"],
)  # fmt: skip
def test_objectives_and_limits_work_on_situations(tmp_path: Path, more: str) -> None:
    base = SCENARIO
    if "fewest" in more:
        base = SCENARIO.replace("stations_new = 6\n", "")
    if "exact" in more:
        points(tmp_path / "c.csv", [(113.02 + 0.02 * i, 23.02 + 0.012 * i) for i in range(10)])
        more += '\n[candidates]\nfile = "../c.csv"\n'
    plan = planned(tmp_path / "study", more, base)
    summary = plan.summary
    assert 0 < summary["population_covered"] < summary["population_total"]
    assert summary["infeasible"] == []
    folder = plan.save(tmp_path / "out")
    assert check_certificate(folder).holds


def test_places_that_must_be_served_are_for_half_of_their_people(tmp_path: Path) -> None:
    points(tmp_path / "p.csv", [(113.20, 23.02), (113.03, 23.14)])
    more = '\n[[must_serve]]\nfile = "../p.csv"\n' + QUICK
    plan = planned(tmp_path / "study", more)
    assert plan.summary["infeasible"] == []
    grid = plan.area.grid
    from pyproj import Transformer

    from planner.ground.grid import LONLAT

    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    cells = grid.cells(*to_grid.transform([113.20, 113.03], [23.02, 23.14]))
    assert (plan.coverage.share.ravel()[cells] > 0.4).all()


def test_terrain_takes_the_situations_of_a_flat_plan(tmp_path: Path) -> None:
    """On flat terrain footprints are the discs of each situation; hills only take away."""
    flat = np.full((140, 140), 50.0, np.float32)
    text = SCENARIO + TERRAIN + GRADED + QUICK
    over_flat = planner.run(write_hilly_study(tmp_path / "flat", flat, text))
    over_hills = planner.run(write_hilly_study(tmp_path / "hills", None, text))
    smooth = planned(tmp_path / "smooth", QUICK)
    shares = [plan.summary["people_by_siting_share"] for plan in (smooth, over_flat, over_hills)]
    assert shares[1] == pytest.approx(shares[0], abs=0.02)
    assert shares[2] < shares[1]
    folder = over_hills.save(tmp_path / "out")
    assert check_certificate(folder).holds


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("outdoor_share = 0.5\n", "add up to 1.3"),
        ("shadowing_correlation = -0.1\n", "shadowing_correlation"),
    ],
)
def test_bad_situations_are_one_clear_error_and_nothing_is_written(
    tmp_path: Path, capsys, keys: str, said: str
) -> None:
    path = write_study(tmp_path / "study", SCENARIO + GRADED + keys)
    with pytest.raises(SystemExit) as stopped:
        main(["run", str(path), "--out", str(tmp_path / "out")])
    assert stopped.value.code == BAD_INPUT
    stderr = capsys.readouterr().err
    assert said in stderr
    assert "small.toml" in stderr
    assert stderr.count("error") == 1
    assert not (tmp_path / "out").exists()


def test_stations_csv_alone_gives_the_totals(saved) -> None:
    _, folder = saved
    for said, share, error in recounted(folder, 100_000).values():
        assert error < 0.002
        assert said == pytest.approx(share, abs=0.005)
