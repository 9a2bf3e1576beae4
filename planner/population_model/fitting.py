"""People fitted to county totals, and rounded without loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from planner.population_model.census import rounded_to_total

_MAX_STEPS = 20_000


def fitted_people(
    weight: npt.NDArray[np.float64],
    share: csr_array,
    people: npt.NDArray[np.int64],
    *,
    tolerance: float = 1e-9,
) -> npt.NDArray[np.float64]:
    """Return people per cell, near ``weight`` and with the total of every county.

    Iterative proportional fitting: each cell is multiplied by the ratio of wanted to present
    people, averaged over the counties it lies in. A cell shared by two counties thus gets a density
    between theirs. (Deming and Stephan 1940, Annals of Mathematical Statistics 11(4); for shares
    of cells this is the EM iteration of Shepp and Vardi 1982, IEEE Trans. Med. Imaging 1(2).)

    Parameters
    ----------
    weight
        Relative people, n cells, positive wherever people may live.
    share
        Share of each cell in each county, counties x n, columns add up to 1.
    people
        Wanted people of each county.
    tolerance
        Largest relative error of a county's total.

    Raises
    ------
    ValueError
        A county with people has no cell of positive weight, or the fit does not converge.
    """
    wanted = people.astype(np.float64)
    across = csr_array(share.T)
    fitted = weight.astype(np.float64)
    for _ in range(_MAX_STEPS):
        present = share @ fitted
        if np.any((present <= 0) & (wanted > 0)):
            raise ValueError("a county with people has no cell for them")
        ratio = np.divide(wanted, present, out=np.zeros_like(wanted), where=present > 0)
        if np.all(np.abs(present - wanted) <= tolerance * np.maximum(wanted, 1.0)):
            return fitted
        fitted *= across @ ratio
    raise ValueError("the people of the counties could not be fitted")


def rounded_people(
    fitted: npt.NDArray[np.float64], share: csr_array, people: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return whole people per cell: the sum is exact, every county within one person.

    Cells shared between counties are rounded first; the cells wholly inside a county then get the
    remaining people, by largest remainder.

    Raises
    ------
    ValueError
        A county whose inner cells cannot make up for the rounding of the shared ones.
    """
    counties_of_cell = np.diff(csr_array(share.T).indptr)
    shared = counties_of_cell > 1
    rounded = np.where(shared, np.rint(fitted), 0.0)
    missing = rounded_to_total(people - share @ rounded, int(people.sum()) - int(rounded.sum()))
    for county in range(share.shape[0]):
        cells = share.indices[share.indptr[county] : share.indptr[county + 1]]
        inner = cells[~shared[cells]]
        if not len(inner):
            if missing[county] > 0:
                raise ValueError("a county has no cell of its own")
            continue
        wanted = int(missing[county])
        present = fitted[inner].sum()
        exact = fitted[inner] * (wanted / present) if present > 0 else np.zeros(len(inner))
        rounded[inner] = rounded_to_total(exact, wanted)
    return rounded.astype(np.int64)
