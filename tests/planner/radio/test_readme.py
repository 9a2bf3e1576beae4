"""The page on radio says what the code says: examples, arithmetic by hand, the ladder."""

from __future__ import annotations

import doctest
import importlib
import math
import re
from pathlib import Path

import pytest

from kernels.radio.models import p526
from planner.radio import service_radii
from planner.radio.default_sources import sources_markdown
from planner.radio.model_ladder import ladder_markdown
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

PAGE = Path(__file__).resolve().parents[3] / "planner" / "radio" / "README.md"
TEXT = PAGE.read_text(encoding="utf-8")
RADIUS_KM = 6371.0 * 4.0 / 3.0


def test_every_example_gives_what_stands_there() -> None:
    """The blocks are one session: a later one uses what an earlier one defined."""
    blocks = re.findall(r"```pycon\n(.*?)```", TEXT, flags=re.DOTALL)
    assert len(blocks) >= 9
    parser, runner, globs = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False), {}
    failures: list[str] = []
    for number, block in enumerate(blocks):
        session = parser.get_doctest(block, globs, f"block {number + 1}", str(PAGE), 0)
        runner.run(session, out=failures.append, clear_globs=False)
        globs = session.globs
    assert not failures, "".join(failures)


def test_the_ladder_is_the_one_of_the_code() -> None:
    shown = re.search(r"<!-- ladder.*?-->\n(.*?)<!-- end of ladder -->", TEXT, flags=re.DOTALL)
    assert shown is not None
    assert shown.group(1) == ladder_markdown()


def test_the_sources_of_the_budget_are_those_of_the_code() -> None:
    shown = re.search(r"<!-- budget.*?-->\n(.*?)\n<!-- end of budget -->", TEXT, flags=re.DOTALL)
    assert shown is not None
    assert shown.group(1) == sources_markdown()


@pytest.mark.parametrize(
    ("row", "radio", "high"),
    [
        ("2.6 GHz (n41)", {}, 0.2),
        ("3.5 GHz (n78)", {"band": "n78"}, 0.2),
        ("700 MHz (n28)", {"band": "n28"}, 0.2),
        ("n41, preset `2019-generous`", {"preset": "2019-generous"}, 0.0),
    ],
)
def test_the_radii_are_those_of_the_code(row: str, radio: dict[str, str], high: float) -> None:
    share = {"high_loss_building_share": high}
    radii = service_radii(RadioSection(**radio), ServiceSection(urban=share, suburban=share))
    (line,) = [line for line in TEXT.splitlines() if line.startswith(f"| {row}")]
    shown = [cell.strip() for cell in line.strip("| ").split("|")][1:]
    assert shown == [f"{one.radius_m:,.0f}" for one in radii]


def test_every_function_it_names_exists() -> None:
    named = re.findall(r"`((?:kernels|planner)(?:\.\w+)+)`", TEXT)
    assert len(named) > 15
    for path in named:
        module, _, name = path.rpartition(".")
        try:
            found = getattr(importlib.import_module(module), name)
        except AttributeError:
            found = importlib.import_module(path)
        assert found is not None


def says(*numbers: str) -> bool:
    return all(number in TEXT for number in numbers)


def knife_edge_db(nu: float) -> float:
    return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)


class TestArithmeticByHand:
    """The steps of the page with a calculator, apart from the kernels."""

    def test_one_edge_half_way(self) -> None:
        bulge_m = 500.0 * 5.0 * 5.0 / RADIUS_KM
        over_m = 80.0 + bulge_m - 30.0
        nu = over_m * math.sqrt(0.002 * 10.0 / (0.1 * 5.0 * 5.0))
        edge_db = knife_edge_db(nu)
        all_db = edge_db + (1.0 - math.exp(-edge_db / 6.0)) * (10.0 + 0.02 * 10.0)
        shown = (f"{bulge_m:.4f}", f"{over_m:.4f}", f"{nu:.4f}", f"{edge_db:.3f}", f"{all_db:.3f}")
        assert shown == ("1.4715", "51.4715", "4.6038", "26.097", "36.166")
        assert says(*shown)

    def test_smooth_sea(self) -> None:
        horizon_km = math.sqrt(2.0 * RADIUS_KM) * (math.sqrt(0.020) + math.sqrt(0.010))
        ohmic = 18.0 * 5.0 / 0.9
        k = 0.036 * (RADIUS_KM * 0.9) ** (-1 / 3) * (79.0**2 + ohmic**2) ** -0.25
        x = 21.88 * (0.9 / RADIUS_KM**2) ** (1 / 3) * 40.0
        distance_db = 11.0 + 10.0 * math.log10(x) - 17.6 * x
        y = [0.9575 * (0.9**2 / RADIUS_KM) ** (1 / 3) * h for h in (20.0, 10.0)]
        gains_db = [20.0 * math.log10(v + 0.1 * v**3) for v in y]
        loss_db = -distance_db - sum(gains_db)
        shown = (
            f"{horizon_km:.3f}", f"{k:.8f}", f"{x:.4f}", f"{distance_db:.3f}", f"{y[0]:.5f}",
            f"{y[1]:.5f}", f"{gains_db[0]:.3f}", f"{gains_db[1]:.3f}", f"{loss_db:.3f}",
        )  # fmt: skip
        assert says(*shown), shown
        found_db = p526.spherical_earth_loss_db(
            40.0, 20.0, 10.0, RADIUS_KM, 0.9, p526.HORIZONTAL, 1.0
        )
        assert found_db == pytest.approx(loss_db, abs=1e-4)

    def test_two_edges(self) -> None:
        bulge_m = 500.0 * 3.0 * 9.0 / RADIUS_KM
        from_tx = (60.0 + bulge_m - 20.0) / 3.0
        from_rx = (50.0 + bulge_m - 20.0) / 3.0
        at_km = from_rx * 12.0 / (from_tx + from_rx)
        over_m = from_tx * at_km
        nu = over_m * math.sqrt(0.002 * 12.0 / (0.1 * at_km * (12.0 - at_km)))
        edge_db = knife_edge_db(nu)
        all_db = edge_db + (1.0 - math.exp(-edge_db / 6.0)) * (10.0 + 0.02 * 12.0)
        shown = (
            f"{bulge_m:.4f}", f"{from_tx:.4f}", f"{from_rx:.4f}", f"{at_km:.4f}", f"{over_m:.3f}",
            f"{nu:.4f}", f"{edge_db:.3f}", f"{all_db:.3f}",
        )  # fmt: skip
        assert says(*shown), shown
