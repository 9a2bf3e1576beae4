"""The cache of compiled kernels notices a change in any file that a kernel depends on."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kernels
from kernels.compiled import sources_digest

ROOT = Path(kernels.__path__[0])

CALLEE = """
from kernels.compiled import compiled


@compiled
def added(number):
    return number + {step}
"""
CALLER = """
from kernels.compiled import compiled
from kernels.inner.callee import added


@compiled
def twice_added(number):
    return added(added(number))
"""

INNER = """
import numpy as np
from kernels.compiled import compiled, compiled_disjoint, compiled_inner


@compiled
def made(count):
    return np.ones(count).sum()


@compiled_inner
def ends(numbers):
    inner = numbers[1:-1]
    return inner[0] + inner[-1] + made(3)


@compiled_disjoint
def doubled(into, numbers):
    for i in range(into.size):
        into[i] = 2.0 * numbers[i]


numbers, into = np.arange(8.0), np.empty(8)
doubled(into, numbers)
print(ends(numbers), into.sum())
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two rooms with the compiler of this one."""
    folder = tmp_path / "kernels"
    for room in ("inner", "outer"):
        (folder / room).mkdir(parents=True)
        (folder / room / "__init__.py").write_text("")
    (folder / "__init__.py").write_text("")
    shutil.copy(ROOT / "compiled.py", folder)
    (folder / "inner" / "callee.py").write_text(CALLEE.format(step=1))
    (folder / "outer" / "caller.py").write_text(CALLER)
    return folder


def called(package: Path, code: str) -> str:
    own = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=package.parent,
        env={
            **own,
            "PYTHONPATH": str(package.parent),
            "XDG_CACHE_HOME": str(package.parent / "cache"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_changed_callee_in_another_folder_is_compiled_again(package: Path) -> None:
    call = "from kernels.outer.caller import twice_added; print(twice_added(10))"
    assert called(package, call) == "12"
    assert list((package.parent / "cache").rglob("*.nbc"))
    (package / "inner" / "callee.py").write_text(CALLEE.format(step=5))
    assert called(package, call) == "20"


def test_only_what_depends_on_a_file_is_compiled_again(package: Path) -> None:
    code = (
        "from pathlib import Path\nfrom kernels.compiled import sources_digest as digest\n"
        "print(digest(Path('kernels/inner/callee.py').resolve()), "
        "digest(Path('kernels/outer/caller.py').resolve()))"
    )
    callee, caller = called(package, code).split()
    (package / "outer" / "caller.py").write_text(CALLER + "\n")
    same_callee, other_caller = called(package, code).split()
    assert callee == same_callee
    assert caller != other_caller


def test_files_of_one_name_in_different_rooms_have_folders_of_their_own() -> None:
    names = [path for path in ROOT.rglob("*.py") if path.stem in ("losses", "profile", "tables")]
    assert len(names) >= 3
    assert len({sources_digest(path) for path in names}) == len(names)


def test_an_inner_kernel_takes_slices_and_calls_one_that_makes_arrays(package: Path) -> None:
    (package / "inner" / "callee.py").write_text(INNER)
    assert called(package, "import kernels.inner.callee") == "10.0 56.0"


def test_inner_kernels_call_nothing_of_numba_that_makes_arrays() -> None:
    """Reductions of arrays compile in such a kernel only after they have in another one."""
    inner = {"compiled_inner", "compiled_disjoint", "compiled_exact_inner"}
    reductions = {"all", "any", "argmax", "argmin", "max", "mean", "min", "sum"}
    found = 0
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            if inner.isdisjoint(ast.unparse(one) for one in node.decorator_list):
                continue
            found += 1
            called = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
            names = {one.attr for one in called if isinstance(one, ast.Attribute)}
            assert not names & reductions, f"{file.name}: {node.name}"
    assert found > 50
