"""Files of a certificate that anybody could have written: refused, or found not to hold."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner
from planner import cli
from planner.certificate_check import check_certificate
from planner.errors import InputError
from tests.planner.study import write_study


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    return planner.run(write_study(folder / "study")).save(folder / "out")


@pytest.fixture
def copied(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "out"))


class Runs:
    """An object whose unpickling makes a file."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return (os.mkdir, ("unpickled",))


def header(descr: str, shape: tuple[int, ...]) -> bytes:
    """An array of a file that says more than it holds."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return stream.getvalue() + b"12"


def with_arrays(folder: Path, **arrays: np.ndarray | bytes) -> None:
    path = folder / "certificate.npz"
    with np.load(path) as data:
        old: dict[str, Any] = dict(data)
    with zipfile.ZipFile(path, "w") as archive:
        for name, values in (old | arrays).items():
            stream = io.BytesIO()
            if isinstance(values, bytes):
                stream.write(values)
            else:
                np.lib.format.write_array(stream, values, allow_pickle=True)
            archive.writestr(f"{name}.npy", stream.getvalue())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("multipliers", np.array([[Runs()]], dtype=object)),
        ("multipliers", pickle.dumps(Runs())),
        ("multipliers", np.ones((3, 3), np.uint16)),
        ("multipliers", np.ones(3, np.uint16)),
        ("multipliers", np.ones((3, 3), np.float64)),
        ("multipliers", header("<u2", (10**9, 10**9))),
        ("multipliers", header("<u2", (2**40, 2**40))),
        ("multipliers", header("<u2", (-1, 3))),
        ("multipliers", b"short"),
        ("upper_bound_people", np.array([1.0, np.nan])),
        ("upper_bound_people", np.array([1.0, np.inf])),
        ("upper_bound_people", np.array(["1"])),
        ("upper_bound_people", np.zeros(0)),
        ("worth_per_yuan", np.array(np.nan)),
        ("worth_per_yuan", np.array(1 + 1j)),
    ],
)
def test_arrays_that_no_run_writes(
    copied: Path, name: str, values: np.ndarray | bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copied)
    with_arrays(copied, **{name: values})
    with pytest.raises(InputError, match=r"certificate\.npz"):
        check_certificate(copied)
    assert not (copied / "unpickled").exists()


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive(copied: Path, content: bytes) -> None:
    (copied / "certificate.npz").write_bytes(content)
    assert cli.exit_code(["check-certificate", str(copied)]) == cli.BAD_INPUT


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("population_covered", "many"),
        ("population_covered", None),
        ("infeasible", None),
        ("infeasible", [3]),
        ("optimality", [1]),
        ("optimality", {"gap": 0.0}),
        ("phases", 3),
        ("objective_proof", []),
    ],
)
def test_summaries_that_no_run_writes(copied: Path, key: str, value: object) -> None:
    path = copied / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(InputError, match=r"summary\.json"):
        check_certificate(copied)


@pytest.mark.parametrize("text", ["", "NaN", "[]", "[" * 100_000, '{"population_covered": NaN}'])
def test_summaries_that_are_no_json(copied: Path, text: str) -> None:
    (copied / "summary.json").write_text(text)
    with pytest.raises(InputError, match=r"summary\.json"):
        check_certificate(copied)


def test_numbers_that_are_none_never_hold(copied: Path) -> None:
    path = copied / "summary.json"
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        text = json.dumps(json.loads(path.read_text()) | {"population_covered": 0.125})
        (copied / "summary.json").write_text(text.replace("0.125", number, 1))
        with pytest.raises(InputError, match=r"summary\.json"):
            check_certificate(copied)
        path.write_text(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("lon", "length"),
        lambda text: text.replace(",113.", ",13."),
        lambda text: text.replace(",113.", ",nan"),
        lambda text: text.replace(",113.", ",one"),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: text.splitlines()[0] + '\n"' + "x" * 200_000,
    ],
)
def test_tables_of_stations_that_no_run_writes(copied: Path, change: Callable[[str], str]) -> None:
    path = copied / "stations.csv"
    path.write_text(change(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
    status = cli.exit_code(["check-certificate", str(copied)])
    assert status in (cli.BAD_INPUT, cli.FAILED)
