"""Many readers at once, in a process of their own: `python -m benchmarks.web.readers < plan.json`.

Each reader has one connection and asks for one page after another. With a pace, a reader begins a
page every so many seconds, or at once where the one before took longer; without, at once always.
A page counts as an error unless it is 200 and whole.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

POPULAR, POPULAR_SHARE = 8, 0.7  # that many first addresses of a kind are asked for that often
END = b"</html>"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def walk(plan: Mapping[str, Any], reader: Mapping[str, Any], seed: int) -> list[list[Any]]:
    """What one reader met: kind, moment of the beginning, seconds, and what was wrong if anything."""
    drawn = random.Random(seed)
    met: list[list[Any]] = []
    kinds = list(reader["pages"])
    weights = [reader["pages"][kind]["weight"] for kind in kinds]
    pace, began = plan["pace"], time.monotonic()
    until = began + plan["seconds"]
    due = began + (drawn.random() * pace if pace else 0.0)
    connection: Connection | None = None
    while max(due, time.monotonic()) < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        kind = drawn.choices(kinds, weights)[0]
        path = _chosen(drawn, reader["pages"][kind]["addresses"])
        start = time.monotonic()
        wrong, connection = await _read(connection, plan["port"], path, reader["headers"])
        end = time.monotonic()
        met.append([kind, start - began, end - start, f"{path}: {wrong}" if wrong else ""])
        due = max(due + pace, end) if pace else end
    if connection is not None:
        connection[1].close()
    return met


def _chosen(drawn: random.Random, addresses: Sequence[str]) -> str:
    first = addresses[:POPULAR] if drawn.random() < POPULAR_SHARE else addresses
    return drawn.choice(first)


async def _read(
    connection: Connection | None, port: int, path: str, headers: Mapping[str, str]
) -> tuple[str, Connection | None]:
    """Read one page; return what is wrong with it, and the connection if it can be used again.

    A connection kept from the page before may have been closed meanwhile, as servers do with idle
    ones: where nothing came on it, the page is asked for again on a new one, as browsers do.
    """
    kept = connection is not None
    try:
        if connection is None:
            connection = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        return await _page(connection, path, headers), connection
    except (OSError, asyncio.IncompleteReadError, ValueError) as problem:
        nothing_came = isinstance(problem, ConnectionError) or (
            isinstance(problem, asyncio.IncompleteReadError) and not problem.partial
        )
        if kept and nothing_came:
            return await _read(None, port, path, headers)
        return type(problem).__name__, None


async def _page(
    connection: Connection,
    path: str,
    headers: Mapping[str, str],
) -> str:
    """Ask for one page and read all of it; return what is wrong with it, empty where nothing is."""
    coming, going = connection
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    going.write(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
    head = await coming.readuntil(b"\r\n\r\n")
    first, *rest = head.decode("latin1").split("\r\n")
    said = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in rest)}
    body = await coming.readexactly(int(said["content-length"]))
    status = first.split(" ")[1]
    if status != "200":
        return status
    return "" if not said["content-type"].startswith("text/html") or END in body else "cut short"


async def main() -> None:
    """Walk as the plan says, and write what was met as one line of JSON."""
    plan = json.load(sys.stdin)
    walks = [walk(plan, reader, plan["seed"] + at) for at, reader in enumerate(plan["readers"])]
    met = [one for walked in await asyncio.gather(*walks) for one in walked]
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"met": met, "cpu_seconds": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    asyncio.run(main())
