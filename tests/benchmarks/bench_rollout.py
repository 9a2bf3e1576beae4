"""Time of the build-out: 10,000 runs of a province, the way back, people by zone.

Run from the repository's root: ``python -m tests.benchmarks.bench_rollout``. Times are processor
seconds of all threads together.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import newly_covered_span_weight
from planner.rollout import simulate
from planner.rollout.hindcast import hindcast
from planner.rollout.milestones import way_back
from planner.rollout.order import cumulative_need
from planner.scenario import load_scenario
from planner.scenario.hindcast import load_hindcast

STATIONS = 60_000


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of the second call; the first one compiles."""
    work()
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    scenario = load_scenario("guangdong-2020")
    section, date = scenario.rollout, scenario.target.date
    if section is None or date is None:
        raise SystemExit("guangdong-2020 has no build-out")
    rng = np.random.default_rng(5)
    classes = rng.integers(0, 4, STATIONS).astype(np.uint8)
    need = cumulative_need(section, classes, np.full(STATIONS, section.new_site_share))
    schedule = simulate(section, need, 1)
    months = len(schedule.horizon)
    runs = seconds(lambda: simulate(section, need, 1))
    print(
        f"{section.runs:,} runs, {months} months, {len(section.resources)} resources {runs:8.2f} s"
    )
    back = seconds(lambda: way_back(section, need, 1, schedule, date, STATIONS))
    print(f"way back (two bisections of 2,000 runs)        {back:8.2f} s")
    past = load_hindcast("china-2020")
    print(
        f"hindcast of 2020, fit and 10,000 runs          {seconds(lambda: hindcast(past)):8.2f} s"
    )
    side = 3000
    people = rng.random((side, side), dtype=np.float32)
    area_class = rng.integers(0, 4, (side, side)).astype(np.uint8)
    stations = rng.integers(0, side * side, STATIONS)
    radii = np.array([4.0, 5.0, 9.0, 21.0])

    def gained() -> None:
        spans = disc_spans(area_class, radii, stations)
        newly_covered_span_weight(people, np.zeros((side, side), bool), spans)

    print(f"people that {STATIONS:,} stations add                 {seconds(gained):8.2f} s")


if __name__ == "__main__":
    main()
