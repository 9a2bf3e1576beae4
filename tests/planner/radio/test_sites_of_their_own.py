"""Sectors with antennas of their own, floors, cells beyond reach, and what the page shows."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.outputs.pages.radio_page import hillshade_codes, radio_map
from planner.radio.radio_map_layers import LAYERS, NOT_COMPUTED
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO

MAPS = "\n[radio.maps]\nreach_m = 3000\n"
HEAD = "lon,lat,name,azimuth_deg,height_m,power_dbm,tilt_deg,antenna\n"


def beam(name, gain_dbi):
    """Return the text of an antenna file: 30 dB down but in the sector ahead."""
    lines = [f"NAME {name}", f"GAIN {gain_dbi} dBi"]
    for cut in ("HORIZONTAL", "VERTICAL"):
        lines.append(f"{cut} 360")
        lines += [f"{angle} {0 if angle <= 60 or angle >= 300 else 30}" for angle in range(360)]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    text = SCENARIO.replace("cell_size_m = 200", "cell_size_m = 400") + TERRAIN + MAPS
    write_hilly_study(folder, None, text)
    (folder / "strong.msi").write_text(beam("strong", 18))
    (folder / "weak.msi").write_text(beam("weak", 8))
    return folder


def mapped(folder, rows, **more):
    sites = folder / "sites.csv"
    sites.write_text(HEAD + "\n".join(rows) + "\n")
    return planner.site_coverage(sites, folder / "small.toml", more)


@pytest.fixture(scope="module")
def both(folder):
    """Return the maps of one site of two sectors, east strong and west weak."""
    place = "113.12,23.08,s"
    return mapped(folder, [f"{place},90,30,50,0,strong.msi", f"{place},270,30,50,0,weak.msi"])


def test_each_sector_has_its_antenna(both, folder) -> None:
    assert both.sectors["antenna"].tolist() == ["strong.msi", "weak.msi"]
    place = "113.12,23.08,s"
    alike = mapped(folder, [f"{place},{azimuth},30,50,0,strong.msi" for azimuth in (90, 270)])
    loss = alike.values["rsrp"] - both.values["rsrp"]
    assert np.nanmedian(loss[alike.best_server == 0]) == pytest.approx(0.0, abs=0.01)
    assert np.nanmedian(loss[both.best_server == 1]) == pytest.approx(10.0, abs=0.01)


def test_an_antenna_that_is_not_there_is_refused(folder) -> None:
    with pytest.raises(InputError, match="antenna of site 1 is not valid"):
        mapped(folder, ["113.12,23.08,s,90,30,50,0,none.msi"])


def test_cells_beyond_the_reach_are_a_class_of_their_own(both) -> None:
    reached = both.best_server >= 0
    for layer in LAYERS:
        codes = both.codes(layer)
        assert (codes[both.inside & ~reached] == layer.not_computed).all()
        assert (codes[reached] < layer.not_computed).all()
        last = both.shares[both.shares["layer"] == layer.key].groupby("class_label")["area_km2"]
        cells = np.count_nonzero(both.inside & ~reached)
        assert last.sum()[NOT_COMPUTED] == pytest.approx(cells * both.grid.cell_area_km2)


def test_the_page_has_hillshade_scale_and_directions(both) -> None:
    html = radio_map(both).get_root().render()
    for words in ("Hillshade", "L.control.scale", "Directions of sectors", NOT_COMPUTED):
        assert words in html
    assert "MultiLineString" in html


def test_slopes_towards_the_light_are_brighter() -> None:
    flat = hillshade_codes(np.zeros((4, 4), np.float32), 100.0, 101)
    assert (flat == round(100 * np.sqrt(0.5))).all()
    rise = np.add.outer(np.arange(5.0), np.arange(5.0)).astype(np.float32) * 100.0
    # Rises to the south-east: faces the sun. The other way round: in its own shade.
    assert hillshade_codes(rise, 100.0, 101)[2, 2] == pytest.approx(98.5, abs=1)
    assert hillshade_codes(-rise, 100.0, 101)[2, 2] == 0


def test_higher_floors_receive_more(folder) -> None:
    rows = ["113.12,23.08,s,90,30,50,0,strong.msi"]
    indoors = {"radio.maps.place": "indoor"}
    low, high = (
        mapped(folder, rows, **indoors, **{"radio.maps.floor": floor}).values["rsrp"]
        for floor in (1, 3)
    )
    assert np.nanmedian(high - low) > 1.0
    with pytest.raises(InputError, match=r"radio\.maps\.floor"):
        mapped(folder, rows, **indoors, **{"radio.maps.floor": 9})
