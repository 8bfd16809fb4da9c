"""Addresses of the audit record."""

from django.urls import path

from speccomm_web.accounts.views import audit

app_name = "audit"
urlpatterns = [path("", audit.entries, name="entries")]
