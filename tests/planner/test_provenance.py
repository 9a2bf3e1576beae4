"""What a plan was made from: every file that its scenario names, with its checksum."""

from __future__ import annotations

import hashlib
from pathlib import Path

from planner.provenance import provenance
from planner.scenario import load_scenario
from tests.planner.study import SCENARIO, write_study

ANTENNA = '[radio.antenna]\npattern = "file"\nfile = "thin.msi"\n'


def test_the_antenna_file_is_an_input(tmp_path: Path) -> None:
    study = write_study(tmp_path, SCENARIO + ANTENNA)
    (tmp_path / "thin.msi").write_text("NAME thin\nGAIN 17 dBi\n", encoding="utf-8")
    inputs = {row["role"]: row for row in provenance(load_scenario(study), "")["inputs"]}
    assert set(inputs) == {"boundary", "zones", "population", "antenna"}
    digest = hashlib.sha256((tmp_path / "thin.msi").read_bytes()).hexdigest()
    assert inputs["antenna"]["sha256"] == digest
    assert inputs["antenna"]["file"] == "thin.msi"
