"""Addresses about people."""

from django.urls import path

from speccomm_web.accounts.views import people, tokens

app_name = "accounts"
urlpatterns = [
    path("", people.people, name="people"),
    path("add", people.add_person, name="add_person"),
    path("me", people.own, name="own"),
    path("me/tokens", tokens.tokens, name="tokens"),
    path("me/tokens/<int:token_id>/revoke", tokens.revoke_token, name="revoke_token"),
    path("permissions", people.permissions, name="permissions"),
    path("<int:person_id>", people.person, name="person"),
    path("<int:person_id>/roles", people.grant_role, name="grant_role"),
    path("<int:person_id>/access", people.change_access, name="change_access"),
    path("roles/<int:grant_id>/end", people.end_role, name="end_role"),
]
