"""The JSON schemas of scenario files, for editors that check while you write."""

from __future__ import annotations

import json

from pydantic import BaseModel

from planner.scenario.hindcast import HindcastScenario
from planner.scenario.model import Scenario
from planner.scenario.national import NationalScenario

SCHEMAS: dict[str, type[BaseModel]] = {
    "scenario": Scenario,
    "national": NationalScenario,
    "hindcast": HindcastScenario,
}
"""Kinds of scenario files; the schema of each is in ``scenarios/KIND.schema.json``."""


def schema_json(kind: str = "scenario") -> str:
    """Return the JSON schema of a kind of scenario files, the same text as in ``scenarios/``."""
    schema = SCHEMAS[kind].model_json_schema()
    # The docstring of a public class ends with an example for readers of the code.
    schema["description"] = schema["description"].partition("\n\nExamples\n")[0]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
