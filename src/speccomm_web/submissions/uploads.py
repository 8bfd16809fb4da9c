"""Files on their way in: written to disk as they arrive, measured, and never held whole in memory."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest

CHUNK = 1 << 18
LONGEST_NAME = 100
UNSAFE = re.compile(r"[^A-Za-z0-9._ -]+")


@dataclass(frozen=True)
class ReceivedFile:
    """A file that has arrived whole: what it was called, where it lies, its hash and size."""

    name: str
    path: Path
    sha256: str
    bytes: int


class ArrivedFile(UploadedFile):  # type: ignore[type-arg]
    """What Django is told of a file that already lies on disk."""

    def __init__(self, received: ReceivedFile, *, field_name: str | None) -> None:
        super().__init__(file=None, name=received.name, size=received.bytes)
        self.received = received
        self.field_name = field_name

    def close(self) -> None:
        """Nothing is open: the handler closed it."""


class StreamToDisk(FileUploadHandler):
    """Write each file under a name of ours in `folder` while its hash and size are taken.

    A file over `largest` bytes stops the whole upload: `too_large` then tells, and nothing of it
    is left. `no_room` tells that the disk was full.
    """

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest, *, folder: Path, largest: int) -> None:
        super().__init__(request)
        self.folder = folder
        self.largest = largest
        self.too_large = False
        self.no_room = False
        self.received: list[ReceivedFile] = []
        self._path: Path | None = None
        self._open: BinaryIO | None = None
        self._seen = 0
        self._hash = hashlib.sha256()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = self.folder / f"{secrets.token_hex(16)}.part"
        self._path.touch(mode=0o600)
        self._open = self._path.open("wb")
        self._seen, self._hash = 0, hashlib.sha256()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write some more. Raises StopUpload where the file is too large or the disk is full."""
        assert self._open is not None
        self._seen += len(raw_data)
        if self._seen > self.largest:
            self.too_large = True
            self.drop()
            raise StopUpload(connection_reset=False)
        try:
            self._open.write(raw_data)
        except OSError as problem:
            self.no_room = True
            self.drop()
            raise StopUpload(connection_reset=False) from problem
        self._hash.update(raw_data)
        return None

    def file_complete(self, file_size: int) -> ArrivedFile | None:
        """End a file."""
        if self._open is None or self._path is None:
            return None
        self._open.close()
        found = ReceivedFile(
            safe_name(self.file_name or ""), self._path, self._hash.hexdigest(), self._seen
        )
        self.received.append(found)
        self._open = self._path = None
        return ArrivedFile(found, field_name=self.field_name)

    def upload_interrupted(self) -> None:
        """The sender went away: leave nothing."""
        self.drop()

    def drop(self) -> None:
        """Take away everything of this upload that is still here."""
        if self._open is not None:
            self._open.close()
        paths = [received.path for received in self.received]
        for path in filter(None, [*paths, self._path]):
            path.unlink(missing_ok=True)
        self.received.clear()
        self._open = self._path = None


def safe_name(given: str) -> str:
    """A file name with nothing in it but plain letters, digits, dots, dashes and spaces.

    Folders, control characters, marks that turn the reading direction and leading dots go; what
    remains is short. A name with nothing left is "file".
    """
    plain = unicodedata.normalize("NFKD", given).encode("ascii", "ignore").decode()
    last = re.split(r"[/\\]", plain)[-1]
    name = UNSAFE.sub("_", last).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem.strip(' .')[:LONGEST_NAME] or 'file'}.{ending}"
    return name[:LONGEST_NAME] or "file"


def different_names(names: list[str]) -> list[str]:
    """The same names, those met before with a number, so that no two are alike."""
    met: set[str] = set()
    found = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        base, tail = (stem, f".{ending}") if dot else (name, "")
        candidate, number = name, 2
        while candidate.casefold() in met:
            candidate, number = f"{base} ({number}){tail}", number + 1
        met.add(candidate.casefold())
        found.append(candidate)
    return found
