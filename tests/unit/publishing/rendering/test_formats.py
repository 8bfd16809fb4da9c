"""The formats asked for: what is written, what is not, and what is loaded for it."""

import json
import re
import subprocess
import sys

import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.formats import (
    ALL_FORMATS,
    RENDERERS,
    Format,
    NoSuchFormat,
    formats_asked,
)

OF_FORMAT = {Format.HTML: "index.html", Format.PDF: "pack.pdf"}
ALWAYS = {
    "manifest.json",
    "tables/data_dictionary.csv",
    "tables/activity_icb.csv",
    "receipts/activity_icb.html",
}


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.mark.parametrize("wanted", sorted(OF_FORMAT))
def test_only_what_is_asked_for_is_written_and_tables_always(pack, wanted):
    files = pack_files(pack, (wanted,))
    assert set(files) >= ALWAYS
    assert {path for path in OF_FORMAT.values() if path in files} == {OF_FORMAT[wanted]}
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["formats"]) == {"csv", wanted}
    assert OF_FORMAT[wanted] in {entry["path"] for entry in manifest["files"]}


def test_no_link_of_a_receipt_leads_to_a_page_that_was_not_asked_for(pack):
    without = pack_files(pack, (Format.CSV,))
    for path, data in without.items():
        if path.endswith(".html"):
            assert "index.html" not in data.decode()
    whole = pack_files(pack, (Format.HTML,))
    assert b'href="../index.html#activity_icb"' in whole["receipts/activity_icb.html"]


def test_formats_are_read_from_a_list(pack):
    assert formats_asked("PDF, html,pdf") == (Format.HTML, Format.CSV, Format.PDF)
    assert formats_asked("") == (Format.CSV,)
    with pytest.raises(NoSuchFormat, match=re.escape("'docx' is not a format of a pack")):
        formats_asked("html,docx")


def test_every_format_is_drawn_by_default():
    assert ALL_FORMATS == tuple(RENDERERS)
    assert set(OF_FORMAT) <= set(ALL_FORMATS)


def test_the_maker_of_pdfs_is_not_loaded_for_tables():
    code = (
        "import sys; from speccomm.publishing.rendering import files, formats;"
        "print(sorted({'typst', 'pikepdf', 'vl_convert', 'pptx', 'openpyxl'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
