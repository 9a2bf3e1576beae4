"""Anneals on one processor while the bound is tightened on another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

from planner.covering.dual import Prices
from planner.covering.model import Model
from planner.covering.search import Choice, Effort, search

# Each anneal is twice as long as the one before it, up to this part of the whole time.
_GROWTH, _LONGEST_PART = 2.0, 0.2


@contextmanager
def searching(
    model: Model, prices: Prices, first: Effort, bound: float, start: Choice
) -> Iterator[list[Choice]]:
    """Search until the body ends or ``first.deadline``; the list fills with the choices found.

    Anneals of their own seeds, which end in choices to be merged; where the price is the goal,
    ``start`` is lowered. An anneal is not cut short: as it takes about as long as all before it,
    the end waits no longer than the body has run.
    """
    ended, found = Event(), [start]
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(_search_on, model, prices, first, bound, ended, found)
        try:
            yield found
        finally:
            ended.set()
    running.result()


def _search_on(
    model: Model, prices: Prices, first: Effort, bound: float, ended: Event, found: list[Choice]
) -> None:
    longest_s = _LONGEST_PART * first.deadline.left_s
    effort = first
    while not (ended.is_set() or effort.deadline.passed):
        began = time.monotonic()
        start = None if model.reward else found[-1]
        found.append(search(model, prices, effort, bound=bound, start=start)[0])
        if found[-1].feasible and found[-1].value(model) >= bound:
            break
        took_s = max(time.monotonic() - began, 1e-6)
        next_s = min(_GROWTH * took_s, longest_s, effort.deadline.left_s)
        effort = replace(effort, scale=effort.scale * next_s / took_s, seed=effort.seed + 1)
