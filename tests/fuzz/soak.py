"""The long trial of ``make soak``: kills, power failures, races and damaged files, with counts."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz import kills
from tests.fuzz.readers import Corpus, faults_of


def soak_saves(folder: Path, *, random_kills: int, writers: int) -> None:
    """Kill and race saves in ``folder``, and print counts; whatever is lost or mixed is raised."""
    disk = folder / "disk"
    for power, what in ((False, "kills"), (True, "power failures")):
        for again in (False, True):
            began, count = time.monotonic(), 0
            for _ in kills.killed_everywhere(disk, power=power, also_recovery=again):
                count += 1
            where = "of a save, and of its recovery" if again else "of a save"
            _say(f"{what} at every change {where}", count, began)
    began = time.monotonic()
    _say("power failures after a save", kills.done_before_the_power_fails(disk), began)
    began = time.monotonic()
    cut = kills.killed_at_random(disk, random_kills)
    _say(f"kills at random, {cut} of them before the end", random_kills, began)
    shutil.rmtree(disk)
    disk.mkdir()
    began = time.monotonic()
    saved, refused = kills.racing_writers(disk, writers)
    _say(f"racing writers: {saved} saved, {refused} were refused", writers, began)
    print("  nothing lost, nothing mixed, nothing left behind")


def soak_readers(folder: Path, *, files: int, only: Sequence[str]) -> int:
    """Damage files of each reader, print counts, and return how many faults were found."""
    faults, corpus = 0, Corpus(folder / "corpus")
    for name, read in corpus.readers.items():
        if only and name not in only:
            continue
        began, number = time.monotonic(), 0
        for fault in faults_of(name, read, corpus.home / name, folder / "damaged", range(files)):
            number += 1
            print(f"  FAULT {fault}")
        faults += number
        _say(f"damaged {name}: {number} faults", files, began)
    print(f"{faults} tracebacks, ends or hangs above 60 s")
    return faults


def _say(what: str, count: int, began: float) -> None:
    print(f"{count:>8,}  {what} ({time.monotonic() - began:.0f} s)", flush=True)


def main() -> None:
    """Read the numbers from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random-kills", type=int, default=1_000)
    parser.add_argument("--writers", type=int, default=200)
    parser.add_argument("--files", type=int, default=10_000, help="damaged files of each reader")
    parser.add_argument("--only", nargs="*", default=[], help="saves, or readers by their file")
    given = parser.parse_args()
    # The disk of the trial forgets by itself: nothing waits for the real one.
    os.fsync = lambda _descriptor: None
    with tempfile.TemporaryDirectory(prefix="planner-soak-") as folder:
        faults, home = 0, Path(folder)
        if not given.only or "saves" in given.only:
            soak_saves(home, random_kills=given.random_kills, writers=given.writers)
        if given.only != ["saves"]:
            faults = soak_readers(home, files=given.files, only=given.only)
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
