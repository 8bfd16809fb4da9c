"""Tests on codes that are never null: a missing code answers no to any test naming values."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

NO = False
YES = True


def text(code: ir.StringValue) -> ir.StringValue:
    """The code, or empty text when missing: no list or test holds empty text."""
    return code.fill_null("")


def within(code: ir.StringValue, codes: Iterable[str]) -> ir.BooleanValue:
    """Whether the code is one of `codes`."""
    return text(code).isin(list(codes))


def starts(code: ir.StringValue, prefixes: Iterable[str]) -> ir.BooleanValue:
    """Whether the code starts with one of `prefixes`."""
    return any_of(text(code).startswith(prefix) for prefix in prefixes)


def is_true(flag: ir.BooleanValue) -> ir.BooleanValue:
    """The flag, with unknown counting as no."""
    return flag.fill_null(NO)


def cleaned(code: ir.StringValue) -> ir.StringValue:
    """The code without spaces around it; blank is missing."""
    return code.strip().nullif("")


def any_of(tests: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether any test holds; no tests, no."""
    return functools.reduce(operator.or_, tests, ibis.literal(NO))


def all_of(tests: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether every test holds; no tests, yes."""
    return functools.reduce(operator.and_, tests, ibis.literal(YES))


def outward(postcode_key: ir.StringValue) -> ir.StringValue:
    """The outward part of a postcode written without spaces; empty where missing."""
    key = text(postcode_key)
    return key.substr(0, ibis.greatest(key.length() - 3, 0))
