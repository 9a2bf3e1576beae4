"""The map: one self-contained page."""
