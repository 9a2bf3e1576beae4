"""The house: dependencies point one way, and the light parts stay light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import planner

ROOT = Path(__file__).resolve().parents[1]
MOST_THAT_TAKE_THE_SCENARIO = 40
"""Functions take the sections that they use."""

HEAVY = {"geopandas", "numba", "folium", "matplotlib", "scipy", "rasterio", "pandas", "shapely"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", modules("kernels"), ids=lambda p: p.name)
def test_kernels_know_numpy_numba_and_the_standard_library_only(path: Path) -> None:
    allowed = {"numpy", "numba", "kernels"} | sys.stdlib_module_names
    assert {name.partition(".")[0] for name in imported(path)} <= allowed


@pytest.mark.parametrize("path", modules("kernels"), ids=lambda p: p.name)
def test_one_file_owns_the_options_of_numba(path: Path) -> None:
    if path.name != "compiled.py":
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in ("njit", "numba.jit", "fastmath", "vectorize("))


def test_layers_point_one_way() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "code", ["import planner", "import planner.cli", "import planner.scenario"]
)
def test_light_imports(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & HEAVY


def test_help_is_light() -> None:
    code = (
        "import sys\nfrom planner import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit as e: assert e.code == 0\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & HEAVY


def test_another_package_called_kernels_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "__init__.py").write_text("")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
        "try:\n    import planner\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert "another distribution" in done.stdout


def test_no_class_name_twice() -> None:
    homes: dict[str, list[str]] = {}
    for path in [*modules("planner"), *modules("kernels"), *modules("tests")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_no_private_name_is_imported() -> None:
    taken = [
        (path.name, alias.name)
        for path in [*modules("planner"), *modules("kernels")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert taken == []


READERS = {
    "rasterio.open", "rasterio.MemoryFile", "gdal.Open", "fiona.open", "fiona.collection",
    *(f"pyogrio.{name}" for name in ("read_dataframe", "read_arrow", "read_info", "list_layers")),
    *(f"{module}.{name}" for module in ("gpd", "geopandas", "pd", "pandas")
      for name in ("read_file", "read_csv", "read_table", "read_excel", "read_parquet",
                   "read_feather", "read_json", "ExcelFile")),
    "pq.read_table", "pq.read_schema", "pq.ParquetFile", "parquet.read_schema",
    "np.loadtxt", "np.genfromtxt", "numpy.loadtxt", "csv.reader", "csv.DictReader",
}  # fmt: skip
OWN_OUTPUTS = {"saved/rasters.py", "saved/saved_plan.py", "outputs/tables/csv.py"}
"""They read back what the program itself wrote, code by code."""
OWN_TABLES = {
    *(f"data/{name}.py" for name in ("boundaries", "data_area", "registry")),
    "outputs/map/base.py", "outputs/source_text.py", "measures/effects.py", "rollout/calendar.py",
    "certificate_files.py",
}  # fmt: skip
"""They read tables that the program brings, or the stations of a plan, checked line by line."""


def test_rasters_vectors_and_tables_are_read_by_the_openers_only() -> None:
    """A reader beside them would take scale, encoding, CRS or a link to the network as it comes."""
    found = []
    for path in modules("planner"):
        name = path.relative_to(ROOT / "planner").as_posix()
        if name.startswith("openers/") or name in OWN_OUTPUTS | OWN_TABLES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in READERS:
                continue
            writes = any(isinstance(one, ast.Constant) and one.value == "w" for one in node.args)
            if not writes:
                found.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    assert found == []


def takes_the_scenario(node: ast.AST) -> bool:
    """Whether a function has an argument, or a class a field, that is a whole ``Scenario``."""
    if isinstance(node, ast.FunctionDef):
        given = node.args
        annotations = [one.annotation for one in (*given.args, *given.kwonlyargs)]
    elif isinstance(node, ast.ClassDef):
        annotations = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
    else:
        return False
    return any(
        re.search(r"\bScenario\b", ast.unparse(one)) for one in annotations if one is not None
    )


def test_few_functions_take_the_whole_scenario() -> None:
    taking = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("planner")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if takes_the_scenario(node)
    ]
    assert len(taking) <= MOST_THAT_TAKE_THE_SCENARIO, "\n".join(taking)


@pytest.mark.parametrize("package", ["planner", "kernels", "tests"])
def test_files_stay_small(package: str) -> None:
    long = {p.name: n for p in modules(package) if (n := len(p.read_text().splitlines())) > 520}
    assert long == {}


def test_no_path_of_a_machine_stands_in_the_code() -> None:
    for path in [*modules("planner"), *modules("kernels")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(home|root|Users)/", text), path.name


@pytest.mark.parametrize("name", planner.__all__)
def test_every_public_name_has_an_example(name: str) -> None:
    """The examples run with the tests: pytest collects the doctests of planner and kernels."""
    assert ">>> " in (getattr(planner, name).__doc__ or "")
