"""The folder: whole or not at all, and never over something that is not a pack."""

import pytest

from speccomm.publishing import folder as folders
from speccomm.publishing.folder import NotAPackFolder, recover_pack, write_pack_folder

FIRST = {"index.html": b"first", "tables/a.csv": b"1", "manifest.json": b'{"pack_format": 1}'}
SECOND = {"index.html": b"second", "manifest.json": b'{"pack_format": 1}'}


def contents(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_a_later_pack_replaces_an_earlier_one_whole(tmp_path):
    place = write_pack_folder(tmp_path / "pack", FIRST)
    assert contents(place) == FIRST
    write_pack_folder(place, SECOND)
    assert contents(place) == SECOND
    assert [p.name for p in tmp_path.iterdir()] == ["pack"]


def test_a_failure_while_writing_leaves_the_earlier_pack(tmp_path, monkeypatch):
    place = write_pack_folder(tmp_path / "pack", FIRST)

    def full_disk(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_write", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_pack_folder(place, SECOND)
    assert contents(place) == FIRST
    assert [p.name for p in tmp_path.iterdir()] == ["pack"]


def test_a_stop_between_the_two_renames_is_put_right(tmp_path):
    place = write_pack_folder(tmp_path / "pack", FIRST)
    place.rename(tmp_path / ".pack-earlier")
    recover_pack(place)
    assert contents(place) == FIRST


def test_an_earlier_pack_left_aside_is_cleared_away(tmp_path):
    place = write_pack_folder(tmp_path / "pack", FIRST)
    aside = tmp_path / ".pack-earlier"
    aside.mkdir()
    (aside / "index.html").write_bytes(b"old")
    write_pack_folder(place, SECOND)
    assert contents(place) == SECOND
    assert not aside.exists()


@pytest.mark.parametrize("manifest", [None, "not json", '["a list"]', '{"run_format": 1}'])
def test_a_folder_with_other_things_is_left_alone(tmp_path, manifest):
    place = tmp_path / "mine"
    place.mkdir()
    (place / "letter.txt").write_text("keep")
    if manifest is not None:
        (place / "manifest.json").write_text(manifest)
    before = contents(place)
    with pytest.raises(NotAPackFolder):
        write_pack_folder(place, FIRST)
    assert contents(place) == before


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "pack").write_text("a file")
    with pytest.raises(NotAPackFolder):
        write_pack_folder(tmp_path / "pack", FIRST)
    assert (tmp_path / "pack").read_text() == "a file"


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "pack").mkdir()
    assert contents(write_pack_folder(tmp_path / "pack", FIRST)) == FIRST
