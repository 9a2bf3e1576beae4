"""The memory that a run needs, estimated before the run."""

from __future__ import annotations

from pathlib import Path

from planner.errors import InputError, Problem

_GB = 1e9
_ALWAYS_BYTES = 0.45e9
_BYTES_PER_CELL = {
    "demand": 25.0,
    "terrain": 45.0,
    "siting": 40.0,
    "certificate": 60.0,
    "radio maps": 90.0,
}
"""Highest resident memory of each stage, rounded up from runs on 2 to 8 million cells of Guizhou;
that of the terrain is counted from its arrays."""

_BYTES_PER_SITUATION = 26.0
"""For each cell and each situation of users beyond the first: from Guizhou on 1.2 and 4.8 million
cells, and Guangdong on 8 million, five situations."""

_FINE_TERRAIN_BYTES, _MOST_FINE_CELLS = 14.0, 40e6
"""For each finer part of the cells whose height is known: 64 of a cell, 40 million at most."""

_BY_SITUATION = ("siting", "certificate")

_MOST_AT_ONCE = 4
"""Runs side by side where the system does not say what memory is free."""

_SIZES_M = (50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000)


def asked_stages(*, terrain: bool, certificate: bool, radio_maps: bool) -> tuple[str, ...]:
    """Return the stages of a run that take memory by the cell."""
    asked = {"terrain": terrain, "certificate": certificate, "radio maps": radio_maps}
    return ("demand", "siting", *(stage for stage, wanted in asked.items() if wanted))


def needed_bytes(cells: float, stages: tuple[str, ...], *, situations: int = 1) -> dict[str, float]:
    """Return about how much memory each stage needs on a grid of ``cells``, in bytes.

    ``situations``: of the users of a cell, with graded service.

    Examples
    --------
    >>> needed = needed_bytes(100e6, ("demand", "certificate"))
    >>> {stage: round(value / 1e9, 1) for stage, value in needed.items()}
    {'demand': 3.0, 'certificate': 6.5}
    """
    more = dict.fromkeys(_BY_SITUATION, _BYTES_PER_SITUATION * (situations - 1) * cells)
    more["terrain"] = _FINE_TERRAIN_BYTES * min(64 * cells, _MOST_FINE_CELLS)
    return {
        stage: _ALWAYS_BYTES + _BYTES_PER_CELL[stage] * cells + more.get(stage, 0.0)
        for stage in stages
    }


def needed_text(cells: float, stages: tuple[str, ...], *, situations: int = 1) -> str:
    """Return the peak memory of a run, and the stage that needs it.

    Examples
    --------
    >>> needed_text(100e6, ("demand", "certificate"))
    '6.5 GB of memory (certificate), 3.0 GB (demand)'
    """
    needed = sorted(
        needed_bytes(cells, stages, situations=situations).items(), key=lambda one: -one[1]
    )
    (stage, most), *others = needed
    rest = "".join(f", {value / _GB:,.1f} GB ({name})" for name, value in others)
    return f"{most / _GB:,.1f} GB of memory ({stage}){rest}"


def available_bytes() -> float | None:
    """Return the memory that is free for this process, in bytes; None if the system does not say.

    The limit of a container (cgroup version 2) counts too.
    """
    free = []
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                free.append(1024.0 * int(value.split()[0]))
    except (OSError, ValueError, IndexError):
        return None
    group = Path("/sys/fs/cgroup")
    try:
        most = float((group / "memory.max").read_text(encoding="ascii"))
        free.append(most - float((group / "memory.current").read_text(encoding="ascii")))
    except (OSError, ValueError):
        pass
    return min(free) if free else None


def runs_at_once(cells: int, stages: tuple[str, ...], *, situations: int = 1) -> int:
    """Return how many runs on a grid fit into the free memory together: at least one.

    Examples
    --------
    >>> runs_at_once(10_000_000_000_000, ("demand", "siting"))
    1
    """
    free = available_bytes()
    each = max(needed_bytes(cells, stages, situations=situations).values())
    return _MOST_AT_ONCE if free is None else max(1, int(free / each))


def check_memory(
    cells: int,
    cell_size_m: float,
    stages: tuple[str, ...],
    *,
    file: str,
    available: float | None,
    situations: int = 1,
) -> None:
    """Refuse a grid that needs more memory than there is, and say which cell size would do.

    ``available``: bytes, as :func:`available_bytes` returns them.

    Raises
    ------
    InputError
        Naming the stage that needs most, and what it needs.
    """
    needed = needed_bytes(cells, stages, situations=situations)
    stage = max(needed, key=lambda name: needed[name])
    if available is None or needed[stage] <= available:
        return
    raise InputError(
        Problem(
            f"{stage} needs about {needed[stage] / _GB:,.0f} GB of memory, and "
            f"{available / _GB:,.1f} GB are free",
            file,
            "area.cell_size_m",
            cell_size_m,
            _what_would_do(cells * cell_size_m**2, stages, available, situations),
        )
    )


def _what_would_do(
    area_m2: float, stages: tuple[str, ...], available: float, situations: int
) -> str:
    for size_m in _SIZES_M:
        cells = area_m2 / size_m**2
        needs = max(needed_bytes(cells, stages, situations=situations).values())
        if needs <= available:
            return f"larger cells: cell_size_m = {size_m} needs {needs / _GB:,.1f} GB"
    return "a smaller area, or a machine with more memory"
