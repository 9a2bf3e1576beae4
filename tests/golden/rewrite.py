"""Write ``golden.json`` again and print what changed: for an answer that is meant to change.

``python -m tests.golden.rewrite [case ...]``: with names of cases, only these are computed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.golden.kernel_quantities import KERNEL_CASES, kernel_values
from tests.golden.scenario_quantities import SCENARIO_CASES, scenario_values
from tests.golden.values import GOLDEN_FILE, Values, differences, golden, write_golden


def computed(case: str) -> Values:
    """Compute the quantities of one case."""
    if case in KERNEL_CASES:
        found = kernel_values(case)
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = scenario_values(case, Path(folder))
    values: Values = json.loads(json.dumps(found))
    return values


def main(names: list[str]) -> None:
    """Compute the cases named, or all, and write the file."""
    every = [*KERNEL_CASES, *SCENARIO_CASES]
    unknown = sorted(set(names) - set(every))
    if unknown:
        raise SystemExit(f"no such case: {', '.join(unknown)}; there are {', '.join(every)}")
    before = golden() if GOLDEN_FILE.exists() else {}
    after = {case: values for case, values in before.items() if case in every}
    changed = [f"{case}: gone" for case in before if case not in every]
    for case in names or every:
        after[case] = computed(case)
        changed += differences(before.get(case, {}), after[case], case)
        write_golden(after)
    print("\n".join(changed) if changed else "nothing changed")


if __name__ == "__main__":
    main(sys.argv[1:])
