"""Every change of a pack and every decision about one: one transaction each, with its audit entry."""

from speccomm_web.packs.actions.asking import (
    ask_for_annual_report,
    ask_for_pack,
    ask_for_region_packs,
)
from speccomm_web.packs.actions.deciding import approve, build_again, publish, withdraw
from speccomm_web.packs.actions.saying import (
    BadWords,
    comment,
    record_reading,
    settle_comment,
    write_words,
)
from speccomm_web.packs.actions.steps import (
    ChangedMeanwhile,
    NotAsked,
    NotThisPack,
    NotYet,
    YourOwnPack,
)

__all__ = [
    "BadWords",
    "ChangedMeanwhile",
    "NotAsked",
    "NotThisPack",
    "NotYet",
    "YourOwnPack",
    "approve",
    "ask_for_annual_report",
    "ask_for_pack",
    "ask_for_region_packs",
    "build_again",
    "comment",
    "publish",
    "record_reading",
    "settle_comment",
    "withdraw",
    "write_words",
]
