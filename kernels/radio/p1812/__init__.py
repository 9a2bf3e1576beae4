"""Recommendation ITU-R P.1812: a path, a radial, a raster."""
