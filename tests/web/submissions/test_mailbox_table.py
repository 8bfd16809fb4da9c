"""The administrator's table and settings of a mailbox, and what travels packed."""

from __future__ import annotations

import gzip
import zlib
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from speccomm_web.config.environment import read_environment
from speccomm_web.submissions.mailbox.connection import BLOCK, unpacked, unpacked_if_gzip
from speccomm_web.submissions.mailbox.deciding import datasets_named
from speccomm_web.submissions.mailbox.table import TableRefused, read_mailbox_table
from tests.web.submissions.mesh import TABLE

GIVEN = {
    "SPECCOMM_MESH_MAILBOX": "x26abc1", "SPECCOMM_MESH_URL": "https://mesh.example",
    "SPECCOMM_MESH_PASSWORD": "not-to-be-shown", "SPECCOMM_MESH_SHARED_KEY": "nor-is-this",
    "SPECCOMM_MESH_TABLE": "/etc/mailboxes.toml",
}  # fmt: skip


def table_in(folder: Path, text: str) -> Path:
    file = folder / "mailboxes.toml"
    file.write_text(text)
    return file


def test_a_mailbox_stands_for_a_provider_from_its_first_day_until_its_last(tmp_path: Path) -> None:
    moved = TABLE + (
        '[[sender]]\nmailbox_id = "moved01"\nprovider_code = "RKB"\n'
        "from_date = 2023-04-01\nto_date = 2024-04-01\n"
        '[[sender]]\nmailbox_id = "MOVED01"\nprovider_code = "RRK"\nfrom_date = 2024-04-01\n'
    )
    table = read_mailbox_table(table_in(tmp_path, moved))
    days = [date(2023, 3, 31), date(2023, 4, 1), date(2024, 3, 31), date(2024, 4, 1)]
    assert [table.provider_of("MOVED01", on=day) for day in days] == [None, "RKB", "RKB", "RRK"]
    assert table.provider_of("ELSE", on=days[0]) is None
    workflow = table.workflow("SPECCOMM_PLCM")
    assert workflow is not None
    assert (workflow.purpose, workflow.dataset) == ("load", "plcm")
    assert table.workflow("speccomm_plcm") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[workflow", "cannot be read"),
        (TABLE + "\n[other]\n", "other, which is not known"),
        (TABLE.replace('purpose = "load"', 'purpose = "keep"'), "check or load"),
        (TABLE.replace('"plcm"', '"plc"'), "one of acm, plcm"),
        (TABLE.replace("from_date = 2020-04-01", 'from_date = "2020"'), "without quotation marks"),
        (TABLE.replace("from_date = 2020-04-01", "from_date = 2020-04-01T10:00:00"), "without"),
        (TABLE.replace("2020-04-01", "2020-04-01\nto_date = 2020-04-01", 1), "before it begins"),
        (TABLE.replace("X26ABC3", "x26abc2"), "would stand for two providers"),
        (TABLE.replace("SPECCOMM_CHECK", "SPECCOMM_PLCM"), "twice"),
        (TABLE.replace('provider_code = "RKB"', ""), "lacks provider_code"),
        (TABLE.replace("provider_code", "provider", 1), "provider, which is not known"),
        (TABLE.replace("[[sender]]", "[[workflow]]"), "not known"),
        (TABLE.split("[[sender]]")[0], "names no sender"),
        ('workflow = "SPECCOMM"', "under a heading"),
    ],
)
def test_a_table_that_cannot_be_gone_by_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableRefused, match=said):
        read_mailbox_table(table_in(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match="no table"):
        read_mailbox_table(tmp_path / "none.toml")


def test_settings_are_read_once_and_show_no_secret() -> None:
    given = read_environment(GIVEN).mailbox
    assert given is not None
    assert given.mailbox_id == "X26ABC1"
    assert given.password == "not-to-be-shown"
    assert "not-to-be-shown" not in repr(given)
    assert "nor-is-this" not in repr(given)
    assert read_environment({}).mailbox is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SPECCOMM_MESH_SHARED_KEY": ""}, "SPECCOMM_MESH_SHARED_KEY"),
        ({"SPECCOMM_MESH_URL": "http://mesh.example"}, "https"),
        ({"SPECCOMM_MESH_URL": "mesh.example"}, "https"),
        ({"SPECCOMM_MESH_CERTIFICATE_FILE": "/etc/mesh.pem"}, "or neither"),
    ],
)
def test_settings_that_would_not_do_are_refused(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        read_environment({**GIVEN, **changes})


def test_what_gzip_holds_is_handed_on_in_small_blocks() -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    assert len(bomb) < 1 << 17
    blocks = list(unpacked([bomb]))
    assert max(len(block) for block in blocks) <= BLOCK
    assert sum(len(block) for block in blocks) == 64 << 20


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_members_of_gzip_follow_one_another_wherever_they_were_cut(cut: int) -> None:
    packed = gzip.compress(b"first,") + gzip.compress(b"") + gzip.compress(b"second" * 500)
    blocks = [packed[at : at + cut] for at in range(0, len(packed), cut)]
    assert b"".join(unpacked(blocks)) == b"first," + b"second" * 500
    assert b"".join(unpacked_if_gzip(blocks)) == b"first," + b"second" * 500


def test_what_ends_too_early_is_broken_and_what_is_no_gzip_is_left() -> None:
    with pytest.raises(zlib.error):
        list(unpacked([gzip.compress(b"some rows")[:-1]]))
    assert b"".join(unpacked_if_gzip([b"a", b",b\n1,2\n"])) == b"a,b\n1,2\n"
    assert b"".join(unpacked_if_gzip([])) == b""


def test_the_words_of_a_name_tell_a_data_set() -> None:
    assert datasets_named("RKB_PLCM_2526_M07.csv") == ("plcm",)
    assert datasets_named("drplcm-and-acm.CSV") == ("acm", "drplcm")
    assert datasets_named("RKB_complcm.csv") == ()
