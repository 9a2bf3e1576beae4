"""Numba kernels of the base-station planner: arrays in, arrays out.

Nothing here knows of files, maps or scenarios: the kernels import numpy, numba and math only.
``IDENTITY`` lets :mod:`planner` tell this package from another distribution that also installs
an import package called ``kernels``.
"""

IDENTITY = "basestation-planner"
