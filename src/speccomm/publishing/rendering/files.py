"""Every file of a pack, in the formats asked for, from the one pack."""

from __future__ import annotations

from collections.abc import Iterable

from speccomm.publishing.leaving import DrawablePack, demand_drawable
from speccomm.publishing.model import BadPack
from speccomm.publishing.receipts.documents import receipt_files
from speccomm.publishing.receipts.words import words_json
from speccomm.publishing.rendering.dictionary import dictionary_csv
from speccomm.publishing.rendering.formats import ALL_FORMATS, RENDERERS, Format, with_csv
from speccomm.publishing.rendering.manifest import manifest_json
from speccomm.publishing.rendering.paths import DICTIONARY, MANIFEST, PAGE, WORDS


def pack_files(pack: DrawablePack, formats: Iterable[Format] = ALL_FORMATS) -> dict[str, bytes]:
    """Every file of the pack by its path.

    Tables as CSV, receipts, data dictionary, words and manifest are always among them.
    Raises: BadPack where the pack is put together wrongly; NotThroughTheDoor for one that is
            neither stamped as internal nor protected for publication.
    """
    demand_drawable(pack)
    asked = with_csv(formats)
    files: dict[str, bytes] = {}
    for wanted in asked:
        _add(files, RENDERERS[wanted](pack))
    _add(files, receipt_files(pack, back_to=PAGE if Format.HTML in asked else ""))
    _add(files, {WORDS: words_json(pack), DICTIONARY: dictionary_csv(pack)})
    files[MANIFEST] = manifest_json(pack, files, asked)
    return files


def _add(files: dict[str, bytes], more: dict[str, bytes]) -> None:
    if twice := files.keys() & more.keys():
        raise BadPack(f"two formats both write {', '.join(sorted(twice))}")
    files.update(more)
