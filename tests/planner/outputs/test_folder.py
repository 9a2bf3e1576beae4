"""The output folder appears complete, or nothing changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.outputs.folder import check_output_folder, complete_or_nothing

NAMES = ("a.txt", "b.txt")


def fill(folder: Path, text: str = "new") -> None:
    with complete_or_nothing(folder, NAMES) as staging:
        for name in NAMES:
            (staging / name).write_text(text)


def fail(folder: Path, error: BaseException) -> None:
    with complete_or_nothing(folder, NAMES) as staging:
        (staging / "a.txt").write_text("half")
        raise error


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_new_folder_with_new_parents(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "plan"
    check_output_folder(folder, NAMES, force=False)
    assert list(tmp_path.iterdir()) == []
    fill(folder)
    assert contents(folder) == {"a.txt": "new", "b.txt": "new"}
    assert list(folder.parent.iterdir()) == [folder]


def test_new_folder_has_the_rights_of_any_new_folder(tmp_path: Path) -> None:
    fill(tmp_path / "plan")
    (tmp_path / "other").mkdir()
    assert (tmp_path / "plan").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    with complete_or_nothing(tmp_path / "plan", NAMES) as staging:
        (staging / "a.txt").write_text("half")
        assert not (tmp_path / "plan").exists()
        assert staging.parent.name.startswith(".planner-saving")
        (staging / "b.txt").write_text("whole")
    assert contents(tmp_path / "plan") == {"a.txt": "half", "b.txt": "whole"}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_leaves_no_trace(tmp_path: Path, error: BaseException) -> None:
    folder = tmp_path / "out" / "plan"
    with pytest.raises(type(error)):
        fail(folder, error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_leaves_the_old_outputs(tmp_path: Path, error: BaseException) -> None:
    fill(tmp_path, "old")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(type(error)):
        fail(tmp_path, error)
    assert contents(tmp_path) == {"a.txt": "old", "b.txt": "old", "notes.txt": "mine"}


def test_failure_while_files_are_moved_puts_the_old_ones_back(tmp_path: Path) -> None:
    fill(tmp_path, "old")
    with pytest.raises(FileNotFoundError), complete_or_nothing(tmp_path, NAMES) as staging:
        (staging / "a.txt").write_text("new")
    assert contents(tmp_path) == {"a.txt": "old", "b.txt": "old"}


def test_only_the_outputs_are_replaced(tmp_path: Path) -> None:
    fill(tmp_path, "old")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "photos").mkdir()
    check_output_folder(tmp_path, NAMES, force=True)
    fill(tmp_path, "new")
    assert (tmp_path / "photos").is_dir()
    (tmp_path / "photos").rmdir()
    assert contents(tmp_path) == {"a.txt": "new", "b.txt": "new", "notes.txt": "mine"}


def test_existing_folder_is_refused_by_name_and_way_out(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="--force") as caught:
        check_output_folder(tmp_path, NAMES, force=False)
    assert caught.value.problems[0].file == str(tmp_path)


def test_empty_folder_is_fine(tmp_path: Path) -> None:
    check_output_folder(tmp_path, NAMES, force=False)
    fill(tmp_path)
    assert contents(tmp_path) == {"a.txt": "new", "b.txt": "new"}


def test_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("a file")
    for force in (False, True):
        with pytest.raises(InputError, match="is a file"):
            check_output_folder(tmp_path / "plan", NAMES, force=force)
    with pytest.raises(InputError, match="cannot be written"):
        check_output_folder(tmp_path / "plan" / "below", NAMES, force=False)
    assert (tmp_path / "plan").read_text() == "a file"


def test_folder_in_the_place_of_an_output(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(InputError, match="folder where an output file") as caught:
        check_output_folder(tmp_path, NAMES, force=True)
    assert caught.value.problems[0].file == str(tmp_path / "a.txt")


def test_parent_that_cannot_be_written() -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc, the one folder that even root cannot write")
    with pytest.raises(InputError, match="cannot be written"):
        check_output_folder(Path("/proc/plan"), NAMES, force=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_the_right_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="cannot be written"):
            check_output_folder(tmp_path / "plan", NAMES, force=False)
    finally:
        tmp_path.chmod(0o700)


def test_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    fill(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == {"a.txt": "new", "b.txt": "new"}


DEEP = ("a.txt", "maps/b.txt")


def deep_contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def fill_deep(folder: Path, text: str, outdated: tuple[str, ...] = ()) -> None:
    with complete_or_nothing(folder, DEEP, outdated) as staging:
        for name in DEEP:
            (staging / name).write_text(text)


@pytest.mark.parametrize("exists", [False, True])
def test_files_in_a_folder_of_their_own(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "plan"
    if exists:
        folder.mkdir()
    fill_deep(folder, "old")
    fill_deep(folder, "new")
    assert deep_contents(folder) == {"a.txt": "new", "maps/b.txt": "new"}
    assert {path.name for path in folder.iterdir()} == {"a.txt", "maps"}


def test_failure_puts_files_in_folders_back_too(tmp_path: Path) -> None:
    fill_deep(tmp_path, "old")
    (tmp_path / "maps/c.txt").write_text("outdated")
    with pytest.raises(FileNotFoundError), complete_or_nothing(tmp_path, DEEP, ["maps/c.txt"]) as s:
        (s / "a.txt").write_text("new")
    assert deep_contents(tmp_path) == {
        "a.txt": "old", "maps/b.txt": "old", "maps/c.txt": "outdated"
    }  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "maps"}


def test_failure_takes_new_folders_away(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), complete_or_nothing(tmp_path, DEEP) as staging:
        (staging / "a.txt").write_text("new")
    assert list(tmp_path.iterdir()) == []


def test_outdated_files_go_and_their_empty_folder_too(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "x.txt").write_text("outdated")
    fill_deep(tmp_path, "new", ("gone/x.txt", "gone/never.txt"))
    assert deep_contents(tmp_path) == {"a.txt": "new", "maps/b.txt": "new"}
    assert not (tmp_path / "gone").exists()


def test_file_in_the_place_of_a_folder_of_outputs(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("mine")
    with pytest.raises(InputError, match="folder of outputs has to go") as caught:
        check_output_folder(tmp_path, DEEP, force=True)
    assert caught.value.problems[0].file == str(tmp_path / "maps")
