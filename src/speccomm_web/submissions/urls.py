"""Addresses of submissions."""

from django.urls import path

from speccomm_web.submissions.views import sending, submissions

app_name = "submissions"
urlpatterns = [
    path("", submissions.submissions, name="list"),
    path("send", sending.send, name="send"),
    path("<int:submission_id>", submissions.submission, name="submission"),
    path("<int:submission_id>/confirm", sending.confirm, name="confirm"),
    path("<int:submission_id>/findings", submissions.findings, name="findings"),
    path("<int:submission_id>/refused", submissions.refused, name="refused"),
]
