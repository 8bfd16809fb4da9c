"""The Jinja environment of every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from speccomm_web.design import formats, forms
from speccomm_web.design.states import State
from speccomm_web.design.tables import address_with

# Jinja's own undefined names would render as nothing; the NHS templates rely on that for the
# parameters they were not given, so they alone may chain through what is missing.


def environment(**options: Any) -> Environment:
    """Templates of the apps first, then those of nhsuk-frontend-jinja."""
    loader = options.pop("loader")
    made = Environment(
        autoescape=True,
        loader=ChoiceLoader([loader, PackageLoader("nhsuk_frontend_jinja")]),
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **{
            name: value
            for name, value in options.items()
            if name not in {"undefined", "autoescape"}
        },
    )
    made.globals.update(
        static=static,
        static_folder=_static_folder,
        url=_url,
        get_messages=get_messages,
        address_with=address_with,
        field_parts=forms.field_parts,
        error_list=forms.error_list,
        states=State,
    )
    made.filters.update(
        whole=formats.whole,
        counted=formats.counted,
        decimal=formats.decimal,
        pounds=formats.pounds,
        percent=formats.percent,
        day=formats.day,
        moment=formats.moment,
        month=formats.month,
    )
    return made


def _static_folder(name: str) -> str:
    """The address of a folder of static files: a manifest knows files only, and refuses it."""
    return f"{settings.STATIC_URL}{name}"


def _url(name: str, **arguments: Any) -> str:
    return reverse(name, kwargs=arguments or None)
