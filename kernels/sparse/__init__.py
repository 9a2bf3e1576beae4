"""Covering of any customers by any sites: footprints as sparse rows, greedy, annealing, dual."""
