"""Telling a part that does not answer from a fault of the program."""

from __future__ import annotations

import errno

import duckdb
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

# What a disk says that is full, gone, or no longer ours to read.
DISK_FAULTS = frozenset(
    {errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT,
     errno.ENOSPC, errno.EROFS}
)  # fmt: skip


def part_is_down(fault: BaseException | None) -> bool:
    """Whether database, cache or the disk of the store is what went wrong, and not the program."""
    if isinstance(fault, OperationalError | InterfaceError | RedisError | duckdb.IOException):
        return True
    return isinstance(fault, OSError) and fault.errno in DISK_FAULTS
