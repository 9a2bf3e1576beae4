"""The seven notebooks run from top to bottom, quietly, and end with something to look at."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
SUBJECTS = (
    "quick-start", "own-data", "link-budget-and-propagation", "siting-and-certificate",
    "build-out-under-disruption", "comparing-scenarios", "drive-test-to-plan",
)  # fmt: skip


def test_there_is_a_notebook_for_each_subject_in_order() -> None:
    assert [path.stem for path in NOTEBOOKS] == [f"{n}-{one}" for n, one in enumerate(SUBJECTS, 1)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_and_shows_the_map(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), (
        "commit notebooks without output"
    )
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = "".join(
        output["text"] for cell in code for output in cell.outputs if output.get("name") == "stderr"
    )
    assert "PlannerWarning" not in said
    shown = [output["data"]["text/html"] for output in code[-1].outputs if "data" in output]
    assert any("<iframe srcdoc=" in text for text in shown)
