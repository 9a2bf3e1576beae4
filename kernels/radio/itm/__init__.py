"""The irregular terrain model (Longley-Rice): point to point and area."""
