"""Which propagation model answers which question: from quick to careful.

One rung for each kind of model. ``spread`` is the standard deviation of measured losses about the
model's median where a published figure exists; where none is named, none was found.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rung:
    """One kind of model, for a planner who chooses.

    ``keys`` are those of :func:`planner.radio.propagation.propagation_models`; none for models
    that a scenario does not name by key.
    """

    name: str
    keys: tuple[str, ...]
    question: str
    cell_size: str
    band: str
    data: str
    spread: str
    source: str


MODEL_LADDER: tuple[Rung, ...] = (
    Rung(
        name="Free space",
        keys=("free_space",),
        question="What is the least that can be lost?",
        cell_size="any",
        band="30 MHz to 1000 GHz",
        data="none",
        spread="a bound, not an estimate",
        source="ITU-R P.525",
    ),
    Rung(
        name="3GPP TR 38.901 outdoors: RMa, UMa, UMi",
        keys=("rma", "uma", "umi"),
        question="How many sites does a 4G or 5G network need?",
        cell_size="10 m to 5 km (RMa in line of sight 10 km)",
        band="0.5 to 100 GHz (RMa 30 GHz)",
        data="area class, antenna heights",
        spread="4 to 8 dB: shadow fading by scenario and sight",
        source="TR 38.901 V17.0.0, Table 7.4.1-1",
    ),
    Rung(
        name="3GPP TR 38.901 indoor office: InH",
        keys=("inh_mixed", "inh_open"),
        question="How far does a cell below the ceiling reach?",
        cell_size="1 to 150 m",
        band="0.5 to 100 GHz",
        data="kind of office",
        spread="3 dB in line of sight, 8.03 dB without",
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
        question="How wide is a macro cell below 1.5 GHz, from masts above the roofs?",
        cell_size="1 to 20 km",
        band="150 to 1500 MHz",
        data="kind of settlement, antenna heights",
        spread="7.0 dB in cities, 8.4 dB outside at 900 MHz",
        source="Hata 1980; spread: Okumura 1968 as fitted by Saunders 1999, chapter 9",
    ),
    Rung(
        name="COST 231-Hata",
        keys=("cost231_hata_metropolis", "cost231_hata_city"),
        question="The same from 1.5 to 2 GHz",
        cell_size="1 to 20 km",
        band="1500 to 2000 MHz",
        data="kind of settlement, antenna heights",
        spread="7.9 dB at 1800 MHz",
        source="COST 231 final report, section 4.4.1; spread as for Okumura-Hata",
    ),
    Rung(
        name="Longley-Rice, area mode",
        keys=("itm_plains", "itm_hills", "itm_mountains"),
        question="How far does a mast reach over land of this kind, without a terrain model?",
        cell_size="1 to 2000 km",
        band="20 MHz to 20 GHz",
        data="terrain irregularity; no buildings",
        spread="up to 10 dB over locations, 5 to 8 dB between situations",
        source="NTIA Report 82-100; Hufford, The Algorithm, eqs. (5.9) and (5.10)",
    ),
    Rung(
        name="Longley-Rice, point to point",
        keys=(),
        question="Does this link pass over that ridge?",
        cell_size="1 to 2000 km",
        band="20 MHz to 20 GHz",
        data="terrain profile; no buildings",
        spread="up to 10 dB over locations, 5 to 8 dB between situations",
        source="Hufford, The Algorithm, eqs. (5.9) and (5.10)",
    ),
    Rung(
        name="Clutter at the terminal, P.2108",
        keys=(),
        question="What do the houses around the terminal add to a path above them?",
        cell_size="paths of 250 m and more",
        band="30 MHz to 3 GHz (by height), 0.5 to 67 GHz (statistical)",
        data="kind of clutter, its height",
        spread="4 to 6 dB over locations (statistical model)",
        source="ITU-R P.2108-1, sections 3.1 and 3.2, eqs. (4b) and (5b)",
    ),
    Rung(
        name="Building entry, P.2109",
        keys=(),
        question="What does the wall add, for this share of buildings?",
        cell_size="any",
        band="80 MHz to 100 GHz",
        data="share of thermally efficient buildings",
        spread="9.6 dB traditional, 13.5 dB efficient at 1 GHz, of the greater part",
        source="ITU-R P.2109-2, Table 1",
    ),
)


def ladder_markdown() -> str:
    """Return the ladder as a Markdown table."""
    heads = ("Model", "Keys", "Question", "Distance", "Band", "Data", "Spread", "Source")
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for rung in MODEL_LADDER:
        keys = ", ".join(f"`{key}`" for key in rung.keys)
        cells = (
            rung.name,
            keys,
            rung.question,
            rung.cell_size,
            rung.band,
            rung.data,
            rung.spread,
            rung.source,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
