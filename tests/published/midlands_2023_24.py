"""A published table: specialised activity of the Midlands, months 1 to 9 of 2023/24.

Typed in from a service profile pack for Coventry and Warwickshire, slide 12, "Total Activities for
Midlands" (April to December 2023), as printed. Letters O in codes were read as zeros and full stops
in numbers as thousands commas; the one empty cell, F04 imported, is None.
"""

from __future__ import annotations

from typing import NamedTuple


class Printed(NamedTuple):
    """One printed line: A, B, C, A+B, A+C and A+B+C."""

    intra: int
    imported: int | None
    exported: int
    provider_total: int
    patient_total: int
    grand_total: int


LINES = {
    "A06": Printed(761379, 38806, 37405, 800185, 798783, 837589),
    "B03": Printed(723206, 8546, 74570, 731752, 797776, 806322),
    "B05": Printed(332751, 343, 2546, 333094, 335297, 335640),
    "A05": Printed(225064, 8465, 18289, 233529, 243353, 251818),
    "B02": Printed(190405, 17030, 27686, 207435, 218091, 235121),
    "B01": Printed(173641, 3242, 31152, 176883, 204793, 208035),
    "E03": Printed(156469, 7358, 9089, 163827, 165558, 172916),
    "E06": Printed(154286, 3165, 401, 157451, 154687, 157852),
    "D04": Printed(99651, 4807, 26781, 104458, 126432, 131239),
    "E02": Printed(103670, 2598, 11090, 106268, 114760, 117358),
    "E08": Printed(105630, 1225, 9172, 106855, 114802, 116027),
    "D06": Printed(92348, 1555, 5811, 93903, 98159, 99714),
    "D01": Printed(45596, 1068, 2513, 46664, 48109, 49177),
    "A02": Printed(31850, 3463, 4058, 35313, 35908, 39371),
    "E05": Printed(31235, 917, 3217, 32152, 34452, 35369),
    "E04": Printed(25760, 425, 4088, 26185, 29848, 30273),
    "F03": Printed(25665, 488, 1529, 26153, 27194, 27683),
    "A09": Printed(23300, 79, 2256, 23379, 25556, 25635),
    "A04": Printed(20593, 516, 2420, 21109, 23013, 23529),
    "A01": Printed(15767, 90, 4701, 15857, 20468, 20558),
    "A03": Printed(17142, 563, 2381, 17705, 19523, 20086),
    "E07": Printed(13978, 221, 2659, 14199, 16637, 16858),
    "D02": Printed(5499, 516, 201, 6015, 5700, 6216),
    "D03": Printed(4113, 296, 549, 4409, 4662, 4958),
    "A08": Printed(3594, 14, 1074, 3608, 4668, 4682),
    "F06/E03": Printed(2640, 74, 804, 2714, 3444, 3518),
    "E09": Printed(2661, 10, 117, 2671, 2778, 2788),
    "D10": Printed(2081, 460, 66, 2541, 2147, 2607),
    "F04": Printed(120, None, 2202, 120, 2322, 2322),
    "D07": Printed(812, 3, 901, 815, 1713, 1716),
    "A07": Printed(970, 7, 135, 977, 1105, 1112),
    "Unknown": Printed(3956, 93, 1035, 4049, 4991, 5084),
}
GRAND_TOTAL = Printed(3395830, 106444, 290897, 3502273, 3686727, 3793170)

# Cells that contradict the A, B and C printed beside them: (line, column) to printed minus sum.
CONTRADICTED_BY_ROW = {
    ("A06", "patient_total"): -1,
    ("A06", "grand_total"): -1,
    ("F03", "grand_total"): 1,
    ("Grand Total", "provider_total"): -1,
    ("Grand Total", "grand_total"): -1,
}
# Printed grand totals that contradict the lines above them: column to printed minus what the lines'
# A, B and C add up to.
CONTRADICTED_BY_COLUMN = {
    "intra": -2,
    "imported": 1,
    "exported": -1,
    "provider_total": -2,
    "patient_total": -3,
    "grand_total": -3,
}
