"""The fast terrain tier: diffraction along the rays around a station."""
