"""The ground: study area, grid, people, terrain."""
