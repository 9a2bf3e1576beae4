"""The radio network: section ``[radio]``.

Defaults are those of band n41 (2.6 GHz, 100 MHz TDD, 64 transmitters and receivers, 200 W). Naming
another band or preset selects its defaults (:mod:`planner.scenario.radio_presets`); values given in
the scenario take precedence.
:mod:`planner.radio.default_sources` gives the source of each default.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from planner.scenario.base import Section, Share
from planner.scenario.correction import CorrectionSection
from planner.scenario.radio_presets import BandName, PresetName, radio_defaults

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
_OverNoise = Annotated[float, Field(ge=-30.0, le=40.0)]
_ControlSinr = Annotated[float, Field(ge=-30.0, le=20.0)]
_Layers = Annotated[int, Field(ge=1, le=8)]
_TimeShare = Annotated[float, Field(gt=0.0, le=1.0)]
_Overhead = Annotated[float, Field(ge=0.0, le=0.9)]
_Megahertz = Annotated[str, Field(pattern=r"^[1-9][0-9]{2,5}$")]
_MeasuredLoss = Annotated[float, Field(ge=-40.0, le=40.0)]
_Azimuth = Annotated[float, Field(ge=0.0, le=360.0)]
_Beamwidth = Annotated[float, Field(ge=1.0, le=360.0)]
_Tilt = Annotated[float, Field(ge=-30.0, le=30.0)]


class ClassRadio(Section):
    """How radio waves travel in one area class."""

    model: _Model
    base_height_m: _BaseHeight
    building_height_m: _BuildingHeight = 5.0
    street_width_m: float = Field(
        20.0, ge=5.0, le=50.0, description="Mean width of streets; used by rma only."
    )
    correction: CorrectionSection = CorrectionSection()


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

    model: _Model = "uma"
    base_height_m: _BaseHeight = 25.0
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
    pattern_weight: float = Field(
        1.0,
        ge=0.0,
        le=2.0,
        description="Factor on the pattern's loss in dB, for the effective antenna among "
        "reflections (planner calibrate).",
    )
    direction_in_budget: Literal["mean", "main"] = Field(
        "mean",
        description="Direction of the users in the link budget: mean takes the pattern's loss over "
        "all directions, each served by its best sector (for an antenna file, that of pattern "
        "sector); main assumes all users in the main direction.",
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
    load: Share | None = Field(
        None,
        description="Cell load (share of resources in use); scales the interference it causes; "
        "default: radio.cell_load.",
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
    floor: int = Field(
        1,
        ge=1,
        le=60,
        description="Floor on which the terminals are, 1 the lowest, each of 3 m; with place = "
        '"indoor".',
    )
    min_rsrp_dbm: float = Field(
        -105.0,
        ge=-140.0,
        le=-44.0,
        description="Minimum RSRP at which a sector counts as a server.",
    )


class ControlSection(Section):
    """Control and access channels: the link budget checks their range too."""

    ssb_min_sinr_db: _ControlSinr = Field(
        -6.0,
        description="Least SINR to detect and decode the broadcast signal (SSB).",
    )
    prach_min_sinr_db: _ControlSinr = Field(
        -3.6, description="SINR of a random-access preamble, its antennas combined."
    )
    prach_khz: float = Field(
        1048.75, ge=139 * 1.25, le=50_000.0, description="Bandwidth of the preamble."
    )
    pucch_min_sinr_db: _ControlSinr = Field(
        0.0, description="SINR of the uplink control channel, its antennas combined."
    )
    pucch_blocks: int = Field(
        1, ge=1, le=16, description="Resource blocks of the uplink control channel."
    )


class RadioSection(Section):
    """Carrier, base station, terminal and propagation."""

    preset: PresetName = Field(
        "sober",
        description="Assumptions that supply defaults for keys not given: sober, or those of this "
        "program before 2021, with strong terminals and without body loss.",
    )
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
        description="Gain of the array over one of its antennas, in downlink and uplink alike, "
        "with a perfect estimate of the channel.",
    )
    array_pilots: int = Field(
        32,
        ge=0,
        le=100_000,
        description="Pilot symbols averaged for the channel estimate that steers the array: the "
        "fewer, the more of its gain is lost at low SINR. 0: full gain at any SINR.",
    )
    feeder_loss_db: _Loss = Field(0.0, description="Loss between radio unit and antenna.")
    base_noise_figure_db: _Noise = Field(5.0, description="Noise figure of the base station.")
    sounding_blocks: int = Field(
        48,
        ge=1,
        le=275,
        description="Resource blocks over which the terminal spreads its power when it sounds the "
        "channel for the downlink's beam.",
    )
    ue_power_dbm: _UserPower = Field(23.0, description="Transmit power of the terminal.")
    ue_antenna_gain_dbi: _Gain = Field(0.0, description="Antenna gain of the terminal.")
    ue_noise_figure_db: _Noise = Field(7.0, description="Noise figure of the terminal.")
    body_loss_db: _Loss = Field(3.0, description="Loss caused by the user's body.")
    cell_load: Annotated[float, Field(ge=0.0, le=0.95)] = Field(
        0.5,
        description="Load at which the rates at the edge hold: share of the resource blocks that "
        "other users occupy, in this cell and in those around it.",
    )
    downlink_interference_over_noise_db: _OverNoise = Field(
        8.0, description="Interference at a terminal over its noise, other cells fully loaded."
    )
    uplink_interference_over_noise_db: _OverNoise = Field(
        3.3, description="Interference at a base station over its noise, other cells fully loaded."
    )
    downlink_interference_margin_db: _Loss | None = Field(
        None,
        description="Noise rise at the terminal caused by other cells; default: by cell_load and "
        "downlink_interference_over_noise_db.",
    )
    uplink_interference_margin_db: _Loss | None = Field(
        None,
        description="Noise rise at the base station caused by terminals of other cells; default: "
        "by cell_load and uplink_interference_over_noise_db.",
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
        description="Maximum spectral efficiency of a spatial layer of the downlink, bit/s/Hz.",
    )
    uplink_max_bit_s_hz: float = Field(
        2.0,
        gt=0.0,
        le=30.0,
        description="Maximum spectral efficiency of a spatial layer of the uplink, bit/s/Hz.",
    )
    downlink_layers: _Layers = Field(4, description="Maximum spatial layers to one terminal.")
    uplink_layers: _Layers = Field(1, description="Maximum spatial layers from one terminal.")
    outside_validity: Literal["refuse", "flag"] = Field(
        "refuse",
        description="Values outside the propagation model's validity: refuse them, or flag them.",
    )
    dense_urban: DenseUrbanRadio = DenseUrbanRadio()
    urban: UrbanRadio = UrbanRadio()
    suburban: SuburbanRadio = SuburbanRadio()
    rural: RuralRadio = RuralRadio()
    antenna: AntennaSection = AntennaSection()
    carrier_loss_db: Mapping[_Megahertz, _MeasuredLoss] = Field(
        {},
        description="Loss added by carrier, dB by MHz, for all area classes (planner calibrate). "
        "Carriers between two of them: by the logarithm of frequency; beyond them: the nearest.",
    )
    control: ControlSection = ControlSection()
    maps: MapsSection = MapsSection()

    @property
    def maps_load(self) -> float:
        """Load of the cells in radio maps, given or that of the link budget."""
        return self.cell_load if self.maps.load is None else self.maps.load

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
    def _fill_from_band_and_preset(cls, given: Any) -> Any:
        return radio_defaults(given) if isinstance(given, dict) else given

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
