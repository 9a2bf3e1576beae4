"""Numba kernels of the base-station planner: arrays in, arrays out.

Nothing here knows of files, maps or scenarios: the kernels import numpy, numba and math only.
``IDENTITY`` lets :mod:`planner` tell this package from another distribution that also installs
an import package called ``kernels``.
"""

import os

IDENTITY = "basestation-planner"

# A thread of OpenMP that waits for others keeps its core busy by default. Where other programs run,
# one call of a small kernel then costs milliseconds instead of microseconds. OpenMP reads this
# when the first parallel kernel is called.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
