"""Checks of the arrays of a covering problem; all problems are reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem

if TYPE_CHECKING:
    from planner.covering.problem import CoveringProblem

_INDEX_LIMIT = 2**31 - 1


class _ProblemList(list[Problem]):
    """The problems found so far."""

    def add(
        self, message: str, key: str, value: object = None, expected: str | None = None
    ) -> None:
        """Note one more problem."""
        self.append(Problem(message, None, key, value, expected))


def checked(problem: CoveringProblem) -> dict[str, Any]:
    """Values of the fields in their types; raises ``InputError`` with all problems."""
    found = _ProblemList()
    values: dict[str, Any] = {}
    values["weights"] = _numbers(found, "weights", problem.weights, None)
    n = len(values["weights"])
    values |= _footprints(found, problem, n)
    m = max(len(values["indptr"]) - 1, 0)
    if problem.cost is not None:
        values["cost"] = _numbers(found, "cost", problem.cost, m)
    for name, size in (("fixed", m), ("forbidden", m), ("must_cover", n)):
        values[name] = np.unique(_indices(found, name, getattr(problem, name), size))
    if problem.counted is not None:
        values["counted"] = _of_length(found, "counted", np.asarray(problem.counted, bool), m)
    values |= _zones(found, problem, n, m)
    values["conflicts"] = _pairs(found, problem.conflicts, m)
    if problem.place is not None:
        values["place"] = _labels(found, "place", problem.place, m, None)
    if not found:
        _contradictions(found, values)
    if found:
        raise InputError(found)
    return values


def _numbers(
    found: _ProblemList, key: str, value: npt.ArrayLike, length: int | None
) -> npt.NDArray[np.float64]:
    try:
        array = np.atleast_1d(np.array(value, np.float64))
    except (TypeError, ValueError):
        found.add("not numbers", key, value, "a list of numbers")
        return np.zeros(length or 0)
    if array.ndim > 1:
        found.add("wrong shape", key, array.shape, "one row")
        return np.zeros(length or 0)
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    with np.errstate(over="ignore"):
        total = array.sum()
    if not len(bad) and not np.isfinite(total):
        found.add("too large to be summed", key, float(array.max()))
    if len(bad):
        found.add(
            f"{len(bad)} of {len(array)} values are negative or not finite, the first at index "
            f"{bad[0]}",
            key,
            float(array[bad[0]]),
            "finite numbers of at least 0",
        )
    return array if length is None else _of_length(found, key, array, length)


def _of_length(found: _ProblemList, key: str, array: Any, length: int) -> Any:
    if len(array) != length:
        found.add("wrong length", key, len(array), f"{length} values")
    return array


def _whole(found: _ProblemList, key: str, value: npt.ArrayLike) -> npt.NDArray[np.int64]:
    try:
        array = np.asarray(value)
    except ValueError:
        found.add("rows of different length", key, value, "integers")
        return np.zeros(0, np.int64)
    if array.size == 0:
        return np.zeros(array.shape, np.int64)
    if array.dtype.kind not in "iu":
        found.add("not whole numbers", key, str(array.dtype), "integers")
        return np.zeros(array.shape, np.int64)
    return array.astype(np.int64)


def _indices(
    found: _ProblemList, key: str, value: npt.ArrayLike, size: int
) -> npt.NDArray[np.int64]:
    array = _whole(found, key, value).ravel()
    outside = array[(array < 0) | (array >= size)]
    if len(outside):
        found.add(
            "index out of range",
            key,
            int(outside[0]),
            f"0 to {size - 1}" if size else "no index, because the other array is empty",
        )
    return array


def _labels(
    found: _ProblemList, key: str, value: npt.ArrayLike, length: int, n_labels: int | None
) -> npt.NDArray[np.int64]:
    array = _of_length(found, key, _whole(found, key, value).ravel(), length)
    top = np.inf if n_labels is None else n_labels
    outside = array[(array < -1) | (array >= top)]
    if len(outside):
        expected = "-1 or more" if n_labels is None else f"-1 (none) to {n_labels - 1}"
        found.add("number out of range", key, int(outside[0]), expected)
    return np.asarray(array)


def _footprints(found: _ProblemList, problem: CoveringProblem, n: int) -> dict[str, Any]:
    start = _whole(found, "indptr", problem.indptr).ravel()
    customers = _whole(found, "indices", problem.indices).ravel()
    if n == 0:
        found.add("no customers", "weights", expected="at least one")
    if len(start) < 2:
        found.add("no candidates", "indptr", len(start), "2 values or more")
    elif start[0] != 0 or start[-1] != len(customers) or (np.diff(start) < 0).any():
        found.add(
            "not the starts of rows",
            "indptr",
            [int(start[0]), int(start[-1])],
            f"ascending from 0 to {len(customers)}, the length of indices",
        )
    elif len(customers) == 0:
        found.add("every footprint is empty", "indices")
    else:
        _indices(found, "indices", customers, min(n, _INDEX_LIMIT))
        inside = np.ones(len(customers), bool)
        inside[start[:-1][start[:-1] < len(customers)]] = False
        unsorted = np.flatnonzero(inside[1:] & (np.diff(customers) <= 0)) + 1
        if len(unsorted):
            row = int(np.searchsorted(start, unsorted[0], side="right")) - 1
            found.add(
                f"row {row} is not ascending, or names a customer twice",
                "indices",
                customers[start[row] : start[row + 1]].tolist(),
                "each customer once, ascending",
            )
    return {"indptr": start, "indices": customers.astype(np.int32)}


def _zones(found: _ProblemList, problem: CoveringProblem, n: int, m: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if (problem.customer_zone is None) != (problem.quota is None):
        found.add("customer_zone and quota must come together", "quota")
    elif problem.quota is not None and problem.customer_zone is not None:
        values["quota"] = _numbers(found, "quota", problem.quota, None)
        values["customer_zone"] = _labels(
            found, "customer_zone", problem.customer_zone, n, len(values["quota"])
        )
    bounds = [b for b in (problem.zone_least, problem.zone_most) if b is not None]
    if (problem.site_zone is None) != (not bounds):
        found.add("site_zone must come with zone_least or zone_most", "site_zone")
    elif problem.site_zone is not None:
        z = len(np.atleast_1d(bounds[0]))
        values["site_zone"] = _labels(found, "site_zone", problem.site_zone, m, z)
        for key in ("zone_least", "zone_most"):
            if getattr(problem, key) is not None:
                array = _whole(found, key, getattr(problem, key)).ravel()
                values[key] = _of_length(found, key, array, z)
                if (array < 0).any():
                    found.add("negative", key, int(array.min()), "0 or more")
    return values


def _pairs(found: _ProblemList, value: npt.ArrayLike, m: int) -> npt.NDArray[np.int64]:
    array = np.asarray(value)
    if array.size == 0:
        return np.zeros((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        found.add("wrong shape", "conflicts", array.shape, "[k, 2]")
        return np.zeros((0, 2), np.int64)
    _indices(found, "conflicts", array, m)
    pairs = np.sort(_whole(found, "conflicts", array), axis=1)
    same = pairs[pairs[:, 0] == pairs[:, 1]]
    if len(same):
        found.add("a candidate in conflict with itself", "conflicts", int(same[0, 0]))
    return np.unique(pairs, axis=0)


def _contradictions(found: _ProblemList, values: dict[str, Any]) -> None:
    both = np.intersect1d(values["fixed"], values["forbidden"])
    if len(both):
        found.add("both fixed and forbidden", "forbidden", int(both[0]), "one of it")
    least, most = values.get("zone_least"), values.get("zone_most")
    if least is not None and most is not None:
        wrong = np.flatnonzero(least > most)
        if len(wrong):
            zone = int(wrong[0])
            found.add(
                f"zone {zone} needs more candidates than it may have",
                "zone_least",
                int(least[zone]),
                f"at most {int(most[zone])}",
            )
