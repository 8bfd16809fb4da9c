"""Lines of national reference files in their real shapes, with made-up organisations."""

from __future__ import annotations

ODS_WIDTH = 27
NHSPD_WIDTH = 49


def line(width: int, **cells: str) -> str:
    """One CSV line of quoted cells, given as c1="..." by position from 1, others empty."""
    values = [""] * width
    for name, text in cells.items():
        values[int(name[1:]) - 1] = text
    return ",".join(f'"{value}"' for value in values)


def practice_line(code: str, **cells: str) -> str:
    given = {"c2": "A SURGERY", "c3": "Y60", "c4": "QWU", "c10": "CV1 4FS", "c11": "19740401",
             "c13": "A", "c14": "B", "c15": "B2M3M"}  # fmt: skip
    return line(ODS_WIDTH, c1=code, **{**given, **cells})


def trust_line(code: str, **cells: str) -> str:
    given = {"c2": "A TRUST", "c3": "Y60", "c4": "QWU", "c10": "CV2 2DX", "c11": "19930401"}
    return line(ODS_WIDTH, c1=code, **{**given, **cells})


def site_line(code: str, **cells: str) -> str:
    given = {"c2": "A SITE", "c3": "Y60", "c4": "QWU", "c10": "CV2 2DX", "c11": "19930401",
             "c15": code[:3]}  # fmt: skip
    return line(ODS_WIDTH, c1=code, **{**given, **cells})


def postcode_line(postcode: str, *, width: int = NHSPD_WIDTH, **cells: str) -> str:
    given = {"c3": "198001", "c9": "E08000026", "c13": "E92000001", "c17": "Y60", "c18": "B2M3M",
             "c40": "E01009530", "c43": "QWU", "c48": "E01032529"}  # fmt: skip
    within = {n: v for n, v in {**given, **cells}.items() if int(n[1:]) <= width}
    return line(width, c1=postcode, c2=postcode, **within)
