"""Radio on arrays: path loss, antennas, terrain profiles, sweeps over a raster."""
