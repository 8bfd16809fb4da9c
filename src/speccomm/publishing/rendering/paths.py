"""Where the files of a pack lie in its folder."""

from __future__ import annotations

from speccomm.publishing.model import PackTable

PAGE = "index.html"
WORKBOOK = "pack.xlsx"
SLIDES = "pack.pptx"
PDF = "pack.pdf"
MANIFEST = "manifest.json"
DICTIONARY = "tables/data_dictionary.csv"
README = "tables/README.txt"
WORDS = "receipts/words.json"


def table_path(table: PackTable) -> str:
    return f"tables/{table.id}.csv"
