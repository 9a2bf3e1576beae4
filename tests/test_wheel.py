"""The wheel built from the source archive works outside the checkout, with scenarios and data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def call(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd, capture_output=True, text=True, timeout=600, check=False, env=clean,
    )  # fmt: skip


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment that holds the wheel; the libraries come from this one, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    built = call(
        sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )  # A wheel of the source archive, which must hence be complete.
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("basestation_planner-*.whl")
    assert wheel.stat().st_size < 10_500_000
    (source,) = folder.glob("basestation_planner-*.tar.gz")
    with tarfile.open(source) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"LICENSE", "README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "PKG-INFO"}
    assert needed <= held
    assert {"tests/conftest.py", "data/registry.csv", "scenarios/qingzhen.toml"} <= held
    assert not [name for name in held if name.startswith((".", "out/")) and name != ".gitignore"]
    home = folder / "env"
    made = call(sys.executable, "-m", "venv", "--without-pip", home, cwd=folder)
    assert made.returncode == 0, made.stderr
    installed = call(
        sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", "--no-deps",
        "--no-index", "--quiet", wheel, cwd=folder,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    site = next(home.glob("lib/python*/site-packages"))
    # A folder named in a .pth file is searched, but its own .pth files (this checkout) are not.
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return home


def test_it_is_the_wheel_that_runs(environment: Path, tmp_path: Path) -> None:
    code = "import planner, kernels; print(planner.__file__, kernels.__file__)"
    done = call(environment / "bin" / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(str(environment) in path for path in done.stdout.split())


def test_a_shipped_scenario_runs_from_another_folder(environment: Path, tmp_path: Path) -> None:
    command = environment / "bin" / "planner"
    assert "fujian-2020" in call(command, "scenarios", cwd=tmp_path).stdout
    small = ("area.cell_size_m=1000", "target.stations_new=500", "siting.improvement_rounds=0",
             "siting.certificate_iterations=0", "uncertain=[]")  # fmt: skip
    changes = [word for value in small for word in ("--set", value)]
    done = call(command, "run", "guizhou-2020", *changes, "--json", cwd=tmp_path)
    assert done.returncode in (0, 3), done.stderr
    summary = json.loads(done.stdout)
    assert summary["population_total"] == pytest.approx(38_562_148, rel=1e-6)
    assert (tmp_path / "out" / "guizhou-2020" / "map.html").stat().st_size > 100_000
