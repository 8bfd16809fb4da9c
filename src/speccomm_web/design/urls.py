"""Addresses of the style pages."""

from django.urls import path

from speccomm_web.design.views import style

app_name = "design"
urlpatterns = [
    path("", style.style, name="style"),
    path("faults/<int:status>", style.fault, name="fault"),
]
