"""No damaged input makes a traceback, ends the process or hangs: a few here, more in the soak."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.readers import Corpus, faults_of, reads

EACH = 12


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("corpus"))


def test_every_reader_reads_its_good_file(corpus: Corpus) -> None:
    assert [n for n, read in corpus.readers.items() if not reads(read, corpus.home / n)] == []


def test_damaged_files_are_read_or_refused(corpus: Corpus, tmp_path: Path) -> None:
    faults = [
        fault
        for name, read in corpus.readers.items()
        for fault in faults_of(
            name, read, corpus.home / name, tmp_path / name.replace(".", "-"), range(EACH)
        )
    ]
    assert faults == []
