"""Numbers that every room needs: random draws, the normal distribution, sums by zone, smoothing."""
