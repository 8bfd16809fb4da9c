"""Organisations, service lines and code lists, each dated, and the maps drawn from them."""

from speccomm.reference.book import NoReferenceFolder, Reference, open_reference
from speccomm.reference.organisations import commissioner_map, current_provider, provider_map
from speccomm.reference.refusals import BadReferenceFile

__all__ = [
    "BadReferenceFile",
    "NoReferenceFolder",
    "Reference",
    "commissioner_map",
    "current_provider",
    "open_reference",
    "provider_map",
]
