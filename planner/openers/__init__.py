"""The openers of rasters, vectors and tables: what is read is read here."""
