"""Which propagation model answers which question: from quick to careful.

There is one rung for each kind of model. ``spread`` is the standard deviation of losses about the
model's median, as given by its own source; ``error`` is the error that others measured, if such a
figure was found. Neither is a guarantee for a place without measurements.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_FIGURE = "no published figure known"
UNTUNED = "12 to 15 dB RMS untuned, 8 to 9 dB tuned to measurements [1]"
"""Best cases among thirty models, without and with measurements of the place."""

REFERENCES: tuple[str, ...] = (
    "C. Phillips, D. Sicker, D. Grunwald, Bounding the practical error of path loss models, "
    "International Journal of Antennas and Propagation, 2012, 754158: thirty models against "
    "measurements at 900 MHz, 2.4 and 5.8 GHz, in cities and outside (abstract)",
    "measured between models, not in the field: `planner terrain-error` on the 36 x 19 km of "
    "mountains of the reference data, 50 m cells, ten stations to 5 km, 2.6 GHz, rural: fast tier "
    "minus P.1812 spreads by 4.1 dB, smooth Earth minus P.1812 by 18.0 dB (the bias of 30 dB is "
    "the loss by buildings in RMa, which P.1812 includes only through a clutter layer)",
)
"""References of the numbers in brackets, in their order."""


@dataclass(frozen=True)
class Rung:
    """One kind of model, described for a planner who has to choose.

    ``keys`` are those of :func:`planner.radio.propagation.propagation_models`; none for models
    that a scenario does not name by key. ``raster`` is the cell size that suits the model;
    ``reach_m`` and ``band_ghz`` are its range of validity, None if unlimited.
    """

    name: str
    keys: tuple[str, ...]
    question: str
    raster: str
    reach_m: tuple[float, float] | None
    band_ghz: tuple[float, float]
    data: str
    spread: str
    error: str
    source: str


MODEL_LADDER: tuple[Rung, ...] = (
    Rung(
        name="Free space",
        keys=("free_space",),
        question="What is the lowest possible loss?",
        raster="any",
        reach_m=(10.0, 100_000.0),
        band_ghz=(0.03, 1000.0),
        data="none",
        spread="none: a bound, not an estimate",
        error="a bound, not an estimate",
        source="ITU-R P.525",
    ),
    Rung(
        name="3GPP TR 38.901 RMa",
        keys=("rma",),
        question="How many sites does a 4G or 5G network need outside towns?",
        raster="100 m to 1 km",
        reach_m=(10.0, 5000.0),
        band_ghz=(0.5, 30.0),
        data="area class, antenna heights, height of buildings, width of streets",
        spread="4 to 6 dB in line of sight, 8 dB without",
        error=NO_FIGURE,
        source="TR 38.901 V17.0.0, Table 7.4.1-1; in line of sight it reaches 10 km",
    ),
    Rung(
        name="3GPP TR 38.901 UMa, UMi",
        keys=("uma", "umi"),
        question="How many sites does a 4G or 5G network need in towns?",
        raster="20 to 200 m",
        reach_m=(10.0, 5000.0),
        band_ghz=(0.5, 100.0),
        data="area class, antenna heights",
        spread="4 dB in line of sight, 6 dB (UMa) and 7.82 dB (UMi) without",
        error=NO_FIGURE,
        source="TR 38.901 V17.0.0, Table 7.4.1-1",
    ),
    Rung(
        name="3GPP TR 38.901 InH, indoor office",
        keys=("inh_mixed", "inh_open"),
        question="How far does a cell below the ceiling reach?",
        raster="1 to 5 m",
        reach_m=(1.0, 149.9),
        band_ghz=(0.5, 100.0),
        data="kind of office",
        spread="3 dB in line of sight, 8.03 dB without",
        error=NO_FIGURE,
        source="TR 38.901 V17.0.0, Table 7.4.1-1",
    ),
    Rung(
        name="Okumura-Hata",
        keys=(
            "okumura_hata_large_city",
            "okumura_hata_city",
            "okumura_hata_suburban",
            "okumura_hata_open",
        ),
        question="How wide is a macro cell below 1.5 GHz, from masts above the roofs? "
        "Radii under 1 km are beyond it",
        raster="200 m to 1 km",
        reach_m=(1000.0, 20_000.0),
        band_ghz=(0.15, 1.5),
        data="kind of settlement, antenna heights",
        spread="7.0 dB in cities, 8.4 dB outside at 900 MHz",
        error=UNTUNED,
        source="Hata 1980; spread: Okumura 1968 as fitted by Saunders 1999, chapter 9",
    ),
    Rung(
        name="COST 231-Hata",
        keys=("cost231_hata_metropolis", "cost231_hata_city"),
        question="The same from 1.5 to 2 GHz",
        raster="200 m to 1 km",
        reach_m=(1000.0, 20_000.0),
        band_ghz=(1.5, 2.0),
        data="kind of settlement, antenna heights",
        spread="7.9 dB at 1800 MHz",
        error=UNTUNED,
        source="COST 231 final report, section 4.4.1; spread as for Okumura-Hata",
    ),
    Rung(
        name="Longley-Rice, area mode",
        keys=("itm_plains", "itm_hills", "itm_mountains"),
        question="How far does a mast reach over land of this kind, without a terrain model?",
        raster="500 m and more",
        reach_m=(1000.0, 2_000_000.0),
        band_ghz=(0.02, 20.0),
        data="terrain irregularity; no buildings",
        spread="up to 10 dB over locations, 5 to 8 dB between situations",
        error=UNTUNED,
        source="NTIA Report 82-100; Hufford, The Algorithm, eqs. (5.9) and (5.10)",
    ),
    Rung(
        name="Longley-Rice, point to point",
        keys=(),
        question="Does this link pass over that ridge? (`planner path`)",
        raster="a profile of 30 to 100 m steps",
        reach_m=(1000.0, 2_000_000.0),
        band_ghz=(0.02, 20.0),
        data="terrain profile; no buildings",
        spread="up to 10 dB over locations, 5 to 8 dB between situations",
        error=UNTUNED,
        source="Hufford, The Algorithm, eqs. (5.9) and (5.10)",
    ),
    Rung(
        name="Delta-Bullington, P.526",
        keys=(),
        question="What does the terrain alone take away, beyond free space?",
        raster="a profile of 30 to 100 m steps",
        reach_m=None,
        band_ghz=(0.03, 50.0),
        data="terrain profile",
        spread="none: a part of a model",
        error=NO_FIGURE,
        source="ITU-R P.526-15, section 4.5",
    ),
    Rung(
        name="Fast terrain tier",
        keys=(),
        question="Which cells does a station lose to the terrain? (search over many sites)",
        raster="50 to 200 m",
        reach_m=(10.0, 5000.0),
        band_ghz=(0.5, 30.0),
        data="terrain; area class, antenna heights",
        spread="that of the statistical model",
        error=f"{NO_FIGURE}; 4.1 dB about P.1812 over mountains [2]",
        source="statistical model of the class plus P.526-15 beyond flat land",
    ),
    Rung(
        name="Reference tier, P.1812",
        keys=(),
        question="What does every pixel get, with shares of time and locations? (the final plan)",
        raster="30 to 200 m",
        reach_m=(250.0, 3_000_000.0),
        band_ghz=(0.03, 6.0),
        data="terrain; clutter heights and sea where known",
        spread="(0.52 + 0.024 f) w^0.28 dB over places of w metres: 2.1 dB at 2.6 GHz, 100 m",
        error=NO_FIGURE,
        source="ITU-R P.1812-8, section 4.7, eq. (64)",
    ),
    Rung(
        name="Clutter at the terminal, P.2108 section 3.1",
        keys=(),
        question="What do the houses around the terminal add to a path above them?",
        raster="any",
        reach_m=None,
        band_ghz=(0.03, 3.0),
        data="kind of clutter, its height, width of streets",
        spread="none given: a median",
        error=NO_FIGURE,
        source="ITU-R P.2108-1, section 3.1",
    ),
    Rung(
        name="Clutter at the terminal, P.2108 section 3.2",
        keys=(),
        question="The same statistically, for a share of the locations of a town",
        raster="any",
        reach_m=(250.0, float("inf")),
        band_ghz=(0.5, 67.0),
        data="none: towns and suburbs alike",
        spread="4 to 6 dB over locations",
        error=NO_FIGURE,
        source="ITU-R P.2108-1, section 3.2, eqs. (4b) and (5b)",
    ),
    Rung(
        name="Building entry, P.2109",
        keys=(),
        question='What do walls add? (`service.penetration_model = "p2109"`)',
        raster="any",
        reach_m=None,
        band_ghz=(0.08, 100.0),
        data="share of thermally efficient buildings",
        spread="9.6 dB traditional, 13.5 dB efficient at 1 GHz, of the greater part",
        error=NO_FIGURE,
        source="ITU-R P.2109-2, Table 1",
    ),
    Rung(
        name="Building entry, TR 38.901",
        keys=(),
        question='What do walls and rooms add? (`service.penetration_model = "tr38901"`)',
        raster="any",
        reach_m=None,
        band_ghz=(0.5, 100.0),
        data="share of buildings with coated glass",
        spread="4.4 dB low loss, 6.5 dB high loss",
        error=NO_FIGURE,
        source="TR 38.901 V17.0.0, Tables 7.4.3-1 and 7.4.3-2",
    ),
)

_HEADS = (
    "Model", "Keys", "Question", "Cell size", "Reach", "Band", "Data", "Spread of its own source",
    "Error others measured", "Source",
)  # fmt: skip


def ladder_markdown() -> str:
    """Return the ladder as a Markdown table, with the references below it."""
    lines = ["| " + " | ".join(_HEADS) + " |", "|" + "---|" * len(_HEADS)]
    for rung in MODEL_LADDER:
        cells = (
            rung.name,
            ", ".join(f"`{key}`" for key in rung.keys),
            rung.question,
            rung.raster,
            _reach(rung.reach_m),
            _band(rung.band_ghz),
            rung.data,
            rung.spread,
            rung.error,
            rung.source,
        )
        lines.append("| " + " | ".join(cells) + " |")
    notes = [f"[{number}] {text}." for number, text in enumerate(REFERENCES, start=1)]
    return "\n".join([*lines, "", *notes]) + "\n"


def _reach(reach_m: tuple[float, float] | None) -> str:
    if reach_m is None:
        return "any"
    least, most = reach_m
    if most == float("inf"):
        return f"from {_length(least)}"
    return f"{_length(least)} to {_length(most)}"


def _length(metres: float) -> str:
    return f"{metres / 1000.0:g} km" if metres >= 1000.0 else f"{metres:g} m"


def _band(band_ghz: tuple[float, float]) -> str:
    return " to ".join(
        f"{1000.0 * value:g} MHz" if value < 1.0 else f"{value:g} GHz" for value in band_ghz
    )
