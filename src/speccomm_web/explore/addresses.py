"""Addresses of pages, made quickly: a page has thousands of links, of few different parts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

PARTS = 8192


def page(name: str) -> str:
    """The address of a page of this part, by its name without the part's (`flows`)."""
    return _page(name, get_script_prefix())


def query(said: Mapping[str, str]) -> str:
    """The query of an address, without what is empty."""
    return "&".join([_part(name, value) for name, value in said.items() if value])


@lru_cache
def _page(name: str, _prefix: str) -> str:
    return reverse(f"explore:{name}")


@lru_cache(maxsize=PARTS)
def _part(name: str, value: str) -> str:
    return urlencode({name: value})
