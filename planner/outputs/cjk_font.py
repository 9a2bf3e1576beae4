"""The Chinese font of pages and figures; a page embeds only the glyphs that it shows.

Noto Sans SC (SIL Open Font License 1.1), from the package ``pylopdf-fonts-zh-cn``.
"""

from __future__ import annotations

import base64
import io
import re
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path

FAMILY = "Planner Noto Sans SC"

_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_UNUSED = ["BASE", "VORG", "vhea", "vmtx", "GSUB", "GPOS", "GDEF"]


def font_face(text: str) -> str:
    """Return the CSS rule of the font with the Chinese signs of a text; empty if it has none."""
    signs = "".join(sorted(set(_CHINESE.findall(text))))
    if not signs:
        return ""
    return (
        f'@font-face {{ font-family: "{FAMILY}"; '
        f"src: url(data:font/woff;base64,{_woff(signs)}) format('woff'); }}"
    )


@lru_cache(maxsize=8)
def _woff(signs: str) -> str:
    """Return the font with these signs only, as WOFF in base64; the same signs, the same bytes."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[], notdef_outline=True)
    options.drop_tables += _UNUSED
    file = io.BytesIO()
    with TTFont(sans_path(), lazy=True) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(text=signs)
        chosen.subset(font)
        font.flavor = "woff"
        font.save(file)
    return base64.b64encode(file.getvalue()).decode("ascii")
