"""The radio network and the service it gives: sections ``[radio]`` and ``[service]``.

Defaults are those of band n41 (2.6 GHz, 100 MHz TDD, 64 transmitters and receivers, 200 W) with
an indoor service. Naming another band selects that band's defaults; values given in the scenario
take precedence. :mod:`planner.radio.default_sources` gives the source of each default.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section

BandName = Literal["n41", "n78", "n28"]
ServiceKind = Literal["indoor", "outdoor"]
PenetrationModel = Literal["tr38901", "p2109"]

BAND_DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "n41": {},
        "n78": {
            "carrier_mhz": 3500.0,
            "downlink_time_share": 0.643,
            "uplink_time_share": 0.329,
        },
        "n28": {
            "carrier_mhz": 700.0,
            "bandwidth_mhz": 30.0,
            "subcarrier_khz": 15,
            "duplex": "fdd",
            "downlink_time_share": 1.0,
            "uplink_time_share": 1.0,
            "base_power_dbm": 52.0,
            "base_antenna_gain_dbi": 14.0,
            "beamforming_gain_db": 3.0,
            "feeder_loss_db": 0.5,
            "ue_power_dbm": 23.0,
        },
    }
)
"""What each band changes against the field defaults of :class:`RadioSection`."""

RESOURCE_BLOCKS: Mapping[int, Mapping[int, int]] = MappingProxyType(
    {
        15: {5: 25, 10: 52, 15: 79, 20: 106, 25: 133, 30: 160, 40: 216, 50: 270},
        30: {
            5: 11, 10: 24, 15: 38, 20: 51, 25: 65, 30: 78, 40: 106, 50: 133, 60: 162, 70: 189,
            80: 217, 90: 245, 100: 273,
        },
        60: {
            10: 11, 15: 18, 20: 24, 25: 31, 30: 38, 40: 51, 50: 65, 60: 79, 70: 93, 80: 107,
            90: 121, 100: 135,
        },
    }
)  # fmt: skip
"""Resource blocks by subcarrier spacing in kHz and channel bandwidth in MHz:
3GPP TS 38.101-1 V17.5.0, Table 5.3.2-1."""


def _model_keys() -> tuple[str, ...]:
    """Return the keys of all propagation models from the names of their files, unopened."""
    folder = Path(__file__).resolve().parents[1] / "radio" / "propagation"
    return tuple(sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")))


MODEL_KEYS: tuple[str, ...] = _model_keys()
"""Keys of the propagation models: each is a file of :mod:`planner.radio.propagation`."""

_Model = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]{0,31}$",
        description=f"Propagation model: {', '.join(MODEL_KEYS)}.",
    ),
]
_BaseHeight = Annotated[
    float,
    Field(ge=3.0, le=150.0, description="Height of the base-station antenna above ground."),
]
_BuildingHeight = Annotated[
    float, Field(ge=5.0, le=50.0, description="Mean height of buildings; used by rma only.")
]

_Power = Annotated[float, Field(ge=0.0, le=90.0)]
_UserPower = Annotated[float, Field(ge=-10.0, le=40.0)]
_Gain = Annotated[float, Field(ge=-20.0, le=60.0)]
_Loss = Annotated[float, Field(ge=0.0, le=60.0)]
_Noise = Annotated[float, Field(ge=0.0, le=30.0)]
_TimeShare = Annotated[float, Field(gt=0.0, le=1.0)]
_Overhead = Annotated[float, Field(ge=0.0, le=0.9)]
_DownlinkRate = Annotated[
    float, Field(gt=0.0, le=20_000.0, description="Downlink rate at the edge of the cell.")
]
_UplinkRate = Annotated[
    float, Field(gt=0.0, le=20_000.0, description="Uplink rate at the edge of the cell.")
]
_HighLossShare = Annotated[
    float,
    Field(
        ge=0.0,
        le=1.0,
        description="Share of buildings with coated glass and concrete: high loss in TR 38.901, "
        "thermally efficient in P.2109.",
    ),
]
_Floors = Annotated[
    int, Field(ge=1, le=8, description="Floors over which indoor users are spread evenly.")
]
_Azimuth = Annotated[float, Field(ge=0.0, le=360.0)]
_Beamwidth = Annotated[float, Field(ge=1.0, le=360.0)]
_Tilt = Annotated[float, Field(ge=-30.0, le=30.0)]
_Radius = Annotated[float, Field(ge=20.0, le=100_000.0)]


class ClassRadio(Section):
    """How radio waves travel in one area class."""

    model: _Model
    base_height_m: _BaseHeight
    building_height_m: _BuildingHeight = 5.0
    street_width_m: float = Field(
        20.0, ge=5.0, le=50.0, description="Mean width of streets; used by rma only."
    )


class DenseUrbanRadio(ClassRadio):
    """How radio waves travel in dense urban areas."""

    model: _Model = "uma"
    base_height_m: _BaseHeight = 25.0


class UrbanRadio(ClassRadio):
    """How radio waves travel in urban areas."""

    model: _Model = "uma"
    base_height_m: _BaseHeight = 25.0


class SuburbanRadio(ClassRadio):
    """How radio waves travel in suburban areas."""

    model: _Model = "rma"
    base_height_m: _BaseHeight = 35.0
    building_height_m: _BuildingHeight = 10.0


class RuralRadio(ClassRadio):
    """How radio waves travel in rural areas."""

    model: _Model = "rma"
    base_height_m: _BaseHeight = 45.0


class AntennaSection(Section):
    """Antennas of a station: number and direction of the sectors, their pattern and tilt.

    The gain in the main direction is set in ``[radio]``; the pattern gives the loss relative to it
    in other directions.
    """

    pattern: Literal["sector", "omni", "file"] = Field(
        "sector",
        description="sector: 3GPP TR 38.901 Table 7.3-1; omni: the same in every direction; file: "
        "from an antenna file.",
    )
    file: Path | None = Field(None, description="Antenna file in MSI Planet format (.msi, .pln).")
    azimuths_deg: tuple[_Azimuth, ...] = Field(
        (0.0, 120.0, 240.0),
        # Not strict: the section is a list once the band's defaults have been filled in.
        strict=False,
        min_length=1,
        max_length=12,
        description="Directions of the sectors, clockwise from north; an omni antenna has one "
        "sector.",
    )
    horizontal_beamwidth_deg: _Beamwidth = Field(
        65.0, description="Angle between the points 3 dB down; used by pattern sector only."
    )
    vertical_beamwidth_deg: _Beamwidth = Field(
        65.0, description="Angle between the points 3 dB down; used by pattern sector only."
    )
    most_loss_db: float = Field(
        30.0,
        ge=0.0,
        le=60.0,
        description="Maximum attenuation of the pattern sector, in either cut.",
    )
    electrical_tilt_deg: _Tilt = Field(
        0.0,
        description="Downtilt by shifting the vertical pattern; added to the tilt of an antenna "
        "file.",
    )
    mechanical_tilt_deg: _Tilt = Field(0.0, description="Downtilt by rotating the antenna.")
    broadcast_beam_gain_db: _Gain | None = Field(
        None,
        description="Beamforming gain of the broadcast (SSB) beams; default: 7 dB less than "
        "radio.beamforming_gain_db, but not below 0; with an antenna file: 0.",
    )

    @model_validator(mode="after")
    def _file_with_its_pattern(self) -> AntennaSection:
        if (self.file is not None) != (self.pattern == "file"):
            raise ValueError('file and pattern = "file" need each other')
        if len({azimuth % 360.0 for azimuth in self.azimuths_deg}) < len(self.azimuths_deg):
            raise ValueError("azimuths_deg names a direction twice")
        return self


class MapsSection(Section):
    """Maps of signal strength, best server, interference and throughput."""

    include: bool = Field(False, description="true: a run writes the radio maps of its plan.")
    reach_m: float = Field(
        5000.0,
        ge=100.0,
        le=100_000.0,
        description="Distance up to which a sector serves and interferes; ignored beyond.",
    )
    load: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        0.5,
        description="Cell load (share of resources in use); scales the interference it causes.",
    )
    sight: Literal["mean", "nlos"] = Field(
        "mean",
        description="mean: losses with and without line of sight, weighted by their "
        "probabilities; nlos: the loss without line of sight.",
    )
    place: Literal["outdoor", "indoor"] = Field(
        "outdoor",
        description="outdoor: at street level; indoor: behind the mean building loss of the class.",
    )
    min_rsrp_dbm: float = Field(
        -105.0,
        ge=-140.0,
        le=-44.0,
        description="Minimum RSRP at which a sector counts as a server.",
    )


class RadioSection(Section):
    """Carrier, base station, terminal and propagation."""

    band: BandName = Field("n41", description="Band that supplies defaults for keys not given.")
    carrier_mhz: float = Field(
        2600.0, ge=450.0, le=100_000.0, description="Nominal carrier frequency."
    )
    bandwidth_mhz: float = Field(100.0, ge=5.0, le=100.0, description="Channel bandwidth.")
    subcarrier_khz: Literal[15, 30, 60] = Field(30, description="Subcarrier spacing.")
    duplex: Literal["tdd", "fdd"] = Field("tdd", description="Time or frequency division.")
    downlink_time_share: _TimeShare = Field(
        0.743, description="Share of time that carries downlink symbols."
    )
    uplink_time_share: _TimeShare = Field(
        0.229, description="Share of time that carries uplink symbols."
    )
    downlink_overhead: _Overhead = Field(
        0.14, description="Share of downlink symbols spent on control and reference signals."
    )
    uplink_overhead: _Overhead = Field(
        0.08, description="Share of uplink symbols spent on control and reference signals."
    )
    base_power_dbm: _Power = Field(
        53.0, description="Transmit power of a sector, summed over its antennas."
    )
    base_antenna_gain_dbi: _Gain = Field(10.0, description="Gain of one antenna column or panel.")
    beamforming_gain_db: _Gain = Field(
        15.0,
        description="Gain of the array over one of its antennas, in downlink and uplink alike.",
    )
    feeder_loss_db: _Loss = Field(0.0, description="Loss between radio unit and antenna.")
    base_noise_figure_db: _Noise = Field(5.0, description="Noise figure of the base station.")
    ue_power_dbm: _UserPower = Field(26.0, description="Transmit power of the terminal.")
    ue_antenna_gain_dbi: _Gain = Field(0.0, description="Antenna gain of the terminal.")
    ue_noise_figure_db: _Noise = Field(7.0, description="Noise figure of the terminal.")
    body_loss_db: _Loss = Field(0.0, description="Loss caused by the user's body.")
    downlink_interference_margin_db: _Loss = Field(
        6.0, description="Noise rise at the terminal caused by other cells."
    )
    uplink_interference_margin_db: _Loss = Field(
        2.0, description="Noise rise at the base station caused by terminals of other cells."
    )
    downlink_shannon_share: float = Field(
        0.6, gt=0.0, le=1.0, description="Share of the Shannon rate that the downlink attains."
    )
    uplink_shannon_share: float = Field(
        0.4, gt=0.0, le=1.0, description="Share of the Shannon rate that the uplink attains."
    )
    min_sinr_db: float = Field(
        -10.0, ge=-20.0, le=20.0, description="SINR below which nothing is received."
    )
    downlink_max_bit_s_hz: float = Field(
        4.4,
        gt=0.0,
        le=30.0,
        description="Maximum spectral efficiency of the downlink, bit/s/Hz; the default is that of "
        "one spatial layer.",
    )
    uplink_max_bit_s_hz: float = Field(
        2.0, gt=0.0, le=30.0, description="Maximum spectral efficiency of the uplink, bit/s/Hz."
    )
    outside_validity: Literal["refuse", "flag"] = Field(
        "refuse",
        description="Values outside the propagation model's validity: refuse them, or flag them.",
    )
    dense_urban: DenseUrbanRadio = DenseUrbanRadio()
    urban: UrbanRadio = UrbanRadio()
    suburban: SuburbanRadio = SuburbanRadio()
    rural: RuralRadio = RuralRadio()
    antenna: AntennaSection = AntennaSection()
    maps: MapsSection = MapsSection()

    @property
    def broadcast_beam_gain_db(self) -> float:
        """Beamforming gain of the broadcast beams, given or by default."""
        if self.antenna.broadcast_beam_gain_db is not None:
            return self.antenna.broadcast_beam_gain_db
        return 0.0 if self.antenna.file else max(self.beamforming_gain_db - 7.0, 0.0)

    @property
    def frequency_ghz(self) -> float:
        """The nominal carrier in GHz."""
        return self.carrier_mhz / 1000.0

    @property
    def resource_blocks(self) -> int:
        """Resource blocks of the channel."""
        return RESOURCE_BLOCKS[self.subcarrier_khz][int(self.bandwidth_mhz)]

    @model_validator(mode="before")
    @classmethod
    def _fill_from_band(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        band = given.get("band", "n41")
        defaults = BAND_DEFAULTS.get(band, {}) if isinstance(band, str) else {}
        return {**defaults, **given}

    @model_validator(mode="after")
    def _consistent(self) -> RadioSection:
        known = RESOURCE_BLOCKS[self.subcarrier_khz]
        if self.bandwidth_mhz not in known:
            raise ValueError(
                f"bandwidth_mhz = {self.bandwidth_mhz:g} does not exist with subcarrier_khz = "
                f"{self.subcarrier_khz}: one of {', '.join(map(str, known))}"
            )
        if self.duplex == "tdd" and self.downlink_time_share + self.uplink_time_share > 1.0:
            raise ValueError(
                "downlink_time_share and uplink_time_share together exceed 1 in time division"
            )
        return self


class ClassService(Section):
    """Service of the users of one area class, and the buildings they are in."""

    downlink_mbit_s: _DownlinkRate = 10.0
    uplink_mbit_s: _UplinkRate = 1.0
    high_loss_building_share: _HighLossShare = 0.0
    floors: _Floors = 1


class DenseUrbanService(ClassService):
    """Service in dense urban areas."""

    downlink_mbit_s: _DownlinkRate = 50.0
    uplink_mbit_s: _UplinkRate = 5.0
    high_loss_building_share: _HighLossShare = 0.2
    floors: _Floors = 6


class UrbanService(ClassService):
    """Service in urban areas."""

    floors: _Floors = 6


class SuburbanService(ClassService):
    """Service in suburban areas."""

    floors: _Floors = 3


class RuralService(ClassService):
    """Service in rural areas."""

    floors: _Floors = 2


class RadiusSection(Section):
    """Service radii given directly instead of computed from the link budget."""

    dense_urban: _Radius | None = Field(None, description="Radius in dense urban areas, metres.")
    urban: _Radius | None = Field(None, description="Radius in urban areas, metres.")
    suburban: _Radius | None = Field(None, description="Radius in suburban areas, metres.")
    rural: _Radius | None = Field(None, description="Radius in rural areas, metres.")


class ServiceSection(Section):
    """The service that counts as coverage."""

    kind: ServiceKind = Field("indoor", description="Users indoors, or outdoors at street level.")
    probability: float = Field(
        0.95, ge=0.5, le=0.999, description="Share of locations that must have the service."
    )
    probability_of: Literal["area", "edge"] = Field(
        "area",
        description="Locations that probability refers to: the whole area of a cell, or its edge.",
    )
    outdoor_ue_height_m: float = Field(
        1.5,
        ge=1.5,
        le=10.0,
        description="Height of a terminal outdoors and of one on the lowest floor.",
    )
    penetration_model: PenetrationModel = Field(
        "tr38901",
        description="Loss into buildings: 3GPP TR 38.901 Table 7.4.3-2, or ITU-R P.2109.",
    )
    penetration_probability: float | None = Field(
        None,
        gt=0.0,
        lt=1.0,
        description="With p2109: use one loss everywhere, the one not exceeded at this share of "
        "indoor locations; default: the whole distribution of P.2109.",
    )
    dense_urban: DenseUrbanService = DenseUrbanService()
    urban: UrbanService = UrbanService()
    suburban: SuburbanService = SuburbanService()
    rural: RuralService = RuralService()
    radius_m: RadiusSection = Field(
        RadiusSection(), description="Radii given directly, by area class."
    )

    @model_validator(mode="after")
    def _probability_with_its_model(self) -> ServiceSection:
        if self.penetration_probability is not None and self.penetration_model != "p2109":
            raise ValueError('penetration_probability needs penetration_model = "p2109"')
        return self
