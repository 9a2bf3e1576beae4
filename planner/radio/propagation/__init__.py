"""Propagation models, one file each: a new file here with a ``MODEL`` is a new model.

Files whose name starts with an underscore hold code shared by several models.
:mod:`planner.radio.model_ladder` says which model answers which question.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from planner.errors import InputError, Problem
from planner.radio.propagation_model import PropagationModel


@cache
def propagation_models() -> Mapping[str, PropagationModel]:
    """Return every propagation model by its key, in alphabetical order."""
    models = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        if not module.name.startswith("_"):
            model = importlib.import_module(f"{__name__}.{module.name}").MODEL
            models[model.key] = model
    return MappingProxyType(models)


def propagation_model(key: str, scenario_key: str | None = None) -> PropagationModel:
    """Return one propagation model; an unknown key is refused with the known ones named."""
    models = propagation_models()
    if key not in models:
        raise InputError(
            Problem(
                "unknown propagation model",
                key=scenario_key,
                value=key,
                expected=f"one of {', '.join(models)}",
            )
        )
    return models[key]
