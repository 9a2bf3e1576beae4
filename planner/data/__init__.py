"""Embedded data: the registry, the boundaries, and their build."""

from planner.data.registry import (
    DataSet,
    data_set,
    data_sets,
    embedded_folder,
    path_of,
    verify,
)

__all__ = ["DataSet", "data_set", "data_sets", "embedded_folder", "path_of", "verify"]
