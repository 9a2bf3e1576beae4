"""Sources of the defaults of money and energy.

``quoted``: given in a document; ``derived``: arithmetic on quoted values; ``assumption``: not
based on a document that was read for this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MONEY_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "items.radio_cny": "derived: China Mobile's tender of 2020, 37.1 billion yuan for 232,143 "
        "stations, radio equipment only, 153 to 160 thousand yuan per station",
        "items.transmission_cny": "assumption: a tenth of the planned 400 thousand yuan a station",
        "items.site_shares": "quoted: China Tower met over 97 % of demand from existing sites "
        "(18 March 2020, http://en.c114.com.cn/583/a1119459.html); none shared is an assumption",
        "items.site_factors": "assumption: a new site takes three times the works of an upgrade, a "
        "shared one half of them",
        "items.area_factors": "assumption: 1 everywhere, no published figure by area class found",
        "items.terrain_factors": "assumption: 1 everywhere, no published figure by slope found; "
        "hills from 5 and mountains from 15 degrees",
        "running.power_kw": "assumption: 3.5 kW typical, 3.8 kW average as commonly given of a 5G "
        "station of 2020; no document was read",
        "running.load_share": "assumption: the typical power holds all year, no sleep",
        "running.price_cny_kwh": "assumption: middle of the 0.65 to 1.3 yuan per kWh commonly "
        "given for 2020; no document was read",
        "running.rent_cny": "assumption: no published figure was read",
        "running.maintenance_share": "assumption: 3 % of the capital a year",
        "years": "assumption: ten years of service",
        "discount_rate": "assumption: 6 % a year, without inflation",
        "residual_share": "assumption: 3 % of the capital",
        "emission_kg_per_kwh": "given in the scenario",
    }
)
"""Source of each default, by its key below ``[cost]``."""
