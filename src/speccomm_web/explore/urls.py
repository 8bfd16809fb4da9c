"""Addresses of the app."""

from django.urls import path, re_path

from speccomm_web.explore.views import changes, contract, flows, home, maps, receipts, records

app_name = "explore"
FILE = r"(?P<name>[a-z-]+)\.(?P<format_>csv|xlsx)$"
urlpatterns = [
    path("", home.home, name="home"),
    path("flows", flows.flows, name="flows"),
    re_path(rf"^flows/{FILE}", flows.download, name="flows_download"),
    path("receipt", receipts.flows_receipt, name="receipt"),
    path("rows", records.rows, name="rows"),
    path("rows/why", records.why, name="why"),
    path("map", maps.map_page, name="map"),
    path("changes", changes.changes, name="changes"),
    path("contract", contract.contract, name="contract"),
    re_path(rf"^contract/{FILE}", contract.download, name="contract_download"),
    path("contract/receipt", contract.receipt, name="contract_receipt"),
]
