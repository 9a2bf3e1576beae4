"""The openers of rasters, vectors and tables: all input files are read here."""
