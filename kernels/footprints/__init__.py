"""Footprints: the cells that a station serves, as discs or as spans of raster rows."""
