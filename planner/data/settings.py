"""Settings of data by name: where they are kept, and how they are fetched.

Each is an environment variable, so that a cluster and a laptop can share one scenario.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError, Problem

CACHE = "PLANNER_DATA_CACHE"
OFFLINE = "PLANNER_DATA_OFFLINE"
MIRRORS = "PLANNER_DATA_MIRRORS"
RETRIES = "PLANNER_DATA_RETRIES"
TIMEOUT_S = "PLANNER_DATA_TIMEOUT_S"
LICENCES = "PLANNER_DATA_LICENCES"
_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class DataSettings:
    """How data are fetched.

    ``mirrors``: pairs of the beginning of an address and what stands for it; they are asked in
    this order, and the publisher only if it is among them or has none. ``retries``: attempts after
    the first that bring no new byte. ``timeout_s``: silence of a server that counts as a failure.
    ``licences``: names of data sets whose licence is accepted.
    """

    cache: Path
    offline: bool = False
    mirrors: tuple[tuple[str, str], ...] = ()
    retries: int = 5
    timeout_s: float = 60.0
    licences: frozenset[str] = frozenset()

    def addresses(self, address: str) -> tuple[str, ...]:
        """Return where an address is asked for: its mirrors, or itself if it has none."""
        mirrored = [
            to + address.removeprefix(here) for here, to in self.mirrors if address.startswith(here)
        ]
        return tuple(mirrored) or (address,)


def data_settings() -> DataSettings:
    """Return the settings of the environment.

    Raises
    ------
    InputError
        All settings that cannot be read.
    """
    problems: list[Problem] = []
    given = os.environ.get(CACHE, "").strip()
    settings = DataSettings(
        cache=Path(given).expanduser() if given else _default_cache(),
        offline=_switch(OFFLINE, problems),
        mirrors=_mirrors(problems),
        retries=int(_number(RETRIES, 5, 100, problems)),
        timeout_s=_number(TIMEOUT_S, 60.0, 3_600.0, problems),
        licences=frozenset(os.environ.get(LICENCES, "").replace(",", " ").split()),
    )
    if problems:
        raise InputError(problems)
    return settings


def _default_cache() -> Path:
    import pooch

    return Path(pooch.os_cache("basestation-planner"))


def _switch(name: str, problems: list[Problem]) -> bool:
    text = os.environ.get(name, "").strip().lower()
    if text not in _YES | _NO:
        problems.append(Problem("is not a switch", name, None, text, "1 or 0"))
    return text in _YES


def _number(name: str, default: float, most: float, problems: list[Problem]) -> float:
    text = os.environ.get(name, "").strip()
    try:
        value = float(text) if text else float(default)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= most:
        problems.append(Problem("is not a number here", name, None, text, f"0 to {most:g}"))
        return float(default)
    return value


def _mirrors(problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in os.environ.get(MIRRORS, "").split():
        here, equals, to = text.partition("=")
        if not equals or "://" not in here or "://" not in to:
            problems.append(
                Problem(
                    "is not a mirror",
                    MIRRORS,
                    None,
                    text,
                    "https://data.worldpop.org=https://mirror.example/worldpop, several by spaces",
                )
            )
            continue
        pairs.append((here.rstrip("/"), to.rstrip("/")))
    return tuple(pairs)
