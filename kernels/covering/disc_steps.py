"""Steps of a primal-dual method on the linear relaxation of maximal covering, matrix-free.

The relaxation: maximise ``sum_i w_i y_i`` with ``y_i <= sum of x_j over the candidates j that
serve i``, ``sum_j x_j <= N``, ``0 <= x, y <= 1``. With multipliers ``0 <= lambda_i <= w_i`` on the
first constraints and a price ``mu`` on a station it becomes a saddle point in (x, lambda),

    sum_i (w_i - lambda_i) + sum_j x_j (c_j - mu) + mu N,   c_j = sum of lambda_i that j serves,

on which the primal-dual hybrid gradient of Chambolle and Pock (J. Math. Imaging Vision 40, 2011)
takes turns: a step in x along the *reduced gain* c - mu, a step in lambda along 1 - (x that serves
i). Step lengths are those of Pock and Chambolle (ICCV 2011, equation 10, alpha = 1): one over the
number of cells that a candidate serves, one over the number of candidates that serve a cell.

A row of values is summed once (running sums); a row of the disc is then the difference of two
running sums, for a whole row of targets at a time. Every tile is computed by one thread from
values of the step before, so that the result does not depend on the number of threads.
"""

from __future__ import annotations

import numba
import numpy as np

from kernels.compiled import compiled, compiled_parallel

TILE_ROWS = 64
TILE_COLUMNS = 512


def tile_count(height: int, width: int) -> int:
    """Count the tiles of a raster."""
    return (-(-height // TILE_ROWS)) * (-(-width // TILE_COLUMNS))


@compiled_parallel
def step_stations(x, leap, multiplier, area_class, half_width, step, slope, price, used):  # type: ignore[no-untyped-def]
    """Move the stations ``x`` along the reduced gain, and look ahead as far again.

    Parameters
    ----------
    x
        ``float32[H, W]``, share of a station in each cell, 0 to 1; changed in place.
    leap
        ``float32[H, W]``; receives twice the new ``x`` less the old.
    multiplier
        ``float32[H, W]``, lambda, in the unit of weight.
    area_class
        ``uint8[H, W]``.
    half_width
        ``int64[n_classes, reach + 1]``, see :func:`kernels.footprints.disc.half_width_table`.
    step
        ``float32[H, W]``, step length of each candidate; 0 where there is none.
    slope
        float32, by which all of them are multiplied, one over a weight.
    price
        float32, mu: what a station has to gain.
    used
        ``float64[tiles]``; receives the sum of ``x`` in each tile.
    """
    across = (x.shape[1] + TILE_COLUMNS - 1) // TILE_COLUMNS
    for tile in numba.prange(used.size):
        top, left, bottom, right = _tile_bounds(tile, across, x.shape)
        used[tile] = 0.0
        if not _any_above_zero(step[top:bottom, left:right]):
            continue
        gain = np.zeros((bottom - top, right - left), dtype=np.float32)
        for area in range(half_width.shape[0]):
            _add_class_sum(gain, multiplier, area_class, area, half_width[area], top, left)
        total = 0.0
        for y in range(top, bottom):
            line, line_x = gain[y - top], x[y, left:right]
            line_leap, line_step = leap[y, left:right], step[y, left:right]
            row_total = 0.0
            for k in range(line.size):
                old = line_x[k]
                far = old + slope * line_step[k] * (line[k] - price)
                new = min(np.float32(1.0), max(np.float32(0.0), far))
                line_x[k] = new
                line_leap[k] = new + new - old
                row_total += new
            total += row_total
        used[tile] = total


@compiled_parallel
def step_multipliers(multiplier, leap, weight, area_class, half_width, step):  # type: ignore[no-untyped-def]
    """Raise the multiplier of each cell that is served too little, lower it where too much.

    Parameters
    ----------
    multiplier
        ``float32[H, W]``, lambda; changed in place, kept within 0 and ``weight``.
    leap
        ``float32[H, W]``, the stations as :func:`step_stations` left them.
    weight
        ``float32[H, W]``, 0 where nothing is to be covered.
    area_class, half_width
        As for :func:`step_stations`.
    step
        ``float32[n_classes]``, step length of a cell of each class, in the unit of weight.
    """
    across = (weight.shape[1] + TILE_COLUMNS - 1) // TILE_COLUMNS
    down = (weight.shape[0] + TILE_ROWS - 1) // TILE_ROWS
    for tile in numba.prange(down * across):
        top, left, bottom, right = _tile_bounds(tile, across, weight.shape)
        if not _any_above_zero(weight[top:bottom, left:right]):
            continue
        reach = half_width.shape[1] - 1
        running, first_row = _running_sums(leap, top, left, bottom, right, reach)
        served = np.empty(right - left, dtype=np.float32)
        for y in range(top, bottom):
            cells, classes = weight[y, left:right], area_class[y, left:right]
            line = multiplier[y, left:right]
            for area in range(half_width.shape[0]):
                begin, end = _class_extent(cells, classes, area)
                if begin == end:
                    continue
                _sum_disc_row(
                    served[begin:end], running, half_width[area], y - first_row, begin, reach
                )
                for k in range(begin, end):
                    if classes[k] == area:
                        new = line[k] + step[area] * (np.float32(1.0) - served[k])
                        line[k] = min(cells[k], max(np.float32(0.0), new))


@compiled_parallel
def step_priced_stations(x, leap, multiplier, area_class, half_width, step, price):  # type: ignore[no-untyped-def]
    """As :func:`step_stations`, with a price for each candidate.

    Parameters
    ----------
    x, leap, multiplier, area_class, half_width
        As there.
    step
        ``float32[H, W]``, step length along the reduced gain as a share of the price; 0 where
        there is no candidate.
    price
        ``float32[H, W]``, above 0 where there is one.
    """
    across = (x.shape[1] + TILE_COLUMNS - 1) // TILE_COLUMNS
    down = (x.shape[0] + TILE_ROWS - 1) // TILE_ROWS
    for tile in numba.prange(down * across):
        top, left, bottom, right = _tile_bounds(tile, across, x.shape)
        if not _any_above_zero(step[top:bottom, left:right]):
            continue
        gain = np.zeros((bottom - top, right - left), dtype=np.float32)
        for area in range(half_width.shape[0]):
            _add_class_sum(gain, multiplier, area_class, area, half_width[area], top, left)
        for y in range(top, bottom):
            for column in range(left, right):
                if step[y, column] > 0.0:
                    old = x[y, column]
                    surplus = gain[y - top, column - left] / price[y, column] - np.float32(1.0)
                    far = old + step[y, column] * surplus
                    new = min(np.float32(1.0), max(np.float32(0.0), far))
                    x[y, column] = new
                    leap[y, column] = new + new - old


@compiled_parallel
def add_times_served(served, leap, weight, area_class, half_width):  # type: ignore[no-untyped-def]
    """Add to each cell with weight the sum of the stations ``leap`` that serve it.

    Parameters
    ----------
    served
        ``float32[H, W]``; changed in place.
    leap, weight, area_class, half_width
        As for :func:`step_multipliers`.
    """
    across = (weight.shape[1] + TILE_COLUMNS - 1) // TILE_COLUMNS
    down = (weight.shape[0] + TILE_ROWS - 1) // TILE_ROWS
    for tile in numba.prange(down * across):
        top, left, bottom, right = _tile_bounds(tile, across, weight.shape)
        if not _any_above_zero(weight[top:bottom, left:right]):
            continue
        reach = half_width.shape[1] - 1
        running, first_row = _running_sums(leap, top, left, bottom, right, reach)
        line = np.empty(right - left, dtype=np.float32)
        for y in range(top, bottom):
            cells, classes = weight[y, left:right], area_class[y, left:right]
            for area in range(half_width.shape[0]):
                begin, end = _class_extent(cells, classes, area)
                if begin == end:
                    continue
                _sum_disc_row(
                    line[begin:end], running, half_width[area], y - first_row, begin, reach
                )
                for k in range(begin, end):
                    if classes[k] == area:
                        served[y, left + k] += line[k]


@compiled_parallel
def step_multipliers_by_service(multiplier, served, weight, step):  # type: ignore[no-untyped-def]
    """Raise the multiplier of each cell that is served less than once, lower it where more.

    Parameters
    ----------
    multiplier, weight
        As for :func:`step_multipliers`.
    served
        ``float32[H, W]``, sum over all kinds by :func:`add_times_served`; emptied.
    step
        ``float32[H, W]``, step length of each cell, in the unit of weight.
    """
    for y in numba.prange(weight.shape[0]):
        for x in range(weight.shape[1]):
            if weight[y, x] > 0.0:
                far = multiplier[y, x] + step[y, x] * (np.float32(1.0) - served[y, x])
                multiplier[y, x] = min(weight[y, x], max(np.float32(0.0), far))
            served[y, x] = 0.0


@compiled_parallel
def served_sum(values, area_class, half_width):  # type: ignore[no-untyped-def]
    """Sum of ``values`` over the cells that a station in each cell serves.

    Parameters
    ----------
    values
        ``float32[H, W]``.
    area_class, half_width
        As for :func:`step_stations`.

    Returns
    -------
    float32[H, W]
    """
    total = np.zeros(values.shape, dtype=np.float32)
    across = (values.shape[1] + TILE_COLUMNS - 1) // TILE_COLUMNS
    down = (values.shape[0] + TILE_ROWS - 1) // TILE_ROWS
    for tile in numba.prange(down * across):
        top, left, bottom, right = _tile_bounds(tile, across, values.shape)
        part = total[top:bottom, left:right]
        for area in range(half_width.shape[0]):
            _add_class_sum(part, values, area_class, area, half_width[area], top, left)
    return total


@compiled
def _tile_bounds(tile, across, shape):  # type: ignore[no-untyped-def]
    top = (tile // across) * TILE_ROWS
    left = (tile % across) * TILE_COLUMNS
    return top, left, min(shape[0], top + TILE_ROWS), min(shape[1], left + TILE_COLUMNS)


@compiled
def _any_above_zero(part):  # type: ignore[no-untyped-def]
    for y in range(part.shape[0]):
        highest = np.float32(0.0)
        for value in part[y]:
            highest = max(highest, value)
        if highest > 0.0:
            return True
    return False


@compiled
def _add_class_sum(total, values, area_class, area, half_width, top, left):  # type: ignore[no-untyped-def]
    """Add to the tile ``total`` at ``top``, ``left`` the values of one class round each cell."""
    rows, columns = total.shape
    reach = half_width[0]
    running = np.empty(columns + 2 * reach + 1, dtype=np.float32)
    for y in range(max(0, top - reach), min(values.shape[0], top + rows + reach)):
        if not _running_class_sum(running, values[y], area_class[y], area, left - reach):
            continue
        for target in range(max(top, y - reach), min(top + rows, y + reach + 1)):
            half = half_width[abs(target - y)]
            upper, lower = running[reach + half + 1 :], running[reach - half :]
            line = total[target - top]
            for x in range(columns):
                line[x] += upper[x] - lower[x]


@compiled
def _running_class_sum(running, values, classes, area, first):  # type: ignore[no-untyped-def]
    """Sum one class along a row from column ``first`` on; return whether there is anything."""
    begin, end = max(0, first), min(values.size, first + running.size - 1)
    present = np.float32(0.0)
    for x in range(begin, end):
        present = max(present, values[x] if classes[x] == area else np.float32(0.0))
    if present == 0.0:
        return False
    running[: begin - first + 1] = 0.0
    total = np.float32(0.0)
    for x in range(begin, end):
        total += values[x] if classes[x] == area else np.float32(0.0)
        running[x - first + 1] = total
    running[end - first + 1 :] = total
    return True


@compiled
def _running_sums(values, top, left, bottom, right, reach):  # type: ignore[no-untyped-def]
    """Running sums of all rows that a tile's cells can be served from, and the first such row."""
    first_row = max(0, top - reach)
    last_row = min(values.shape[0], bottom + reach)
    running = np.empty((last_row - first_row, right - left + 2 * reach + 1), dtype=np.float32)
    first = left - reach
    begin, end = max(0, first), min(values.shape[1], right + reach)
    for y in range(first_row, last_row):
        line, row = running[y - first_row], values[y]
        line[: begin - first + 1] = 0.0
        total = np.float32(0.0)
        for x in range(begin, end):
            total += row[x]
            line[x - first + 1] = total
        line[end - first + 1 :] = total
    return running, first_row


@compiled
def _class_extent(cells, classes, area):  # type: ignore[no-untyped-def]
    """First and end column of the cells of one class that hold any weight."""
    begin, end = 0, cells.size
    while begin < end and (classes[begin] != area or cells[begin] == 0.0):
        begin += 1
    while end > begin and (classes[end - 1] != area or cells[end - 1] == 0.0):
        end -= 1
    return begin, end


@compiled
def _sum_disc_row(served, running, half_width, middle, begin, reach):  # type: ignore[no-untyped-def]
    """Sum over one class's disc round a row of cells that starts at column ``begin`` of a tile."""
    served[:] = 0.0
    own = half_width[0]
    for row in range(max(0, middle - own), min(running.shape[0], middle + own + 1)):
        half = half_width[abs(row - middle)]
        upper = running[row, begin + reach + half + 1 :]
        lower = running[row, begin + reach - half :]
        for x in range(served.size):
            served[x] += upper[x] - lower[x]
