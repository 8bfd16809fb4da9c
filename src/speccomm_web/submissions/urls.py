"""Addresses of submissions."""

from django.urls import path

from speccomm_web.submissions.views import challenges, loads, mailbox, sending, submissions

app_name = "submissions"
urlpatterns = [
    path("", submissions.submissions, name="list"),
    path("send", sending.send, name="send"),
    path("<int:submission_id>", submissions.submission, name="submission"),
    path("<int:submission_id>/confirm", sending.confirm, name="confirm"),
    path("<int:submission_id>/progress", submissions.progress, name="progress"),
    path("<int:submission_id>/findings", submissions.findings, name="findings"),
    path("<int:submission_id>/refused", submissions.refused, name="refused"),
    path("mailbox", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:received_id>", mailbox.message, name="message"),
    path("mailbox/<int:received_id>/take-up", mailbox.take_up, name="take_up_message"),
    path("mailbox/<int:received_id>/discard", mailbox.discard, name="discard_message"),
    path("loads", loads.loads, name="loads"),
    path("loads/<slug:load_id>", loads.load, name="load"),
    path("loads/<slug:load_id>/withdraw", loads.withdraw, name="withdraw"),
    path(
        "slices/<slug:slice_dataset>/<slug:slice_provider>/<slug:slice_year>/<int:slice_month>",
        loads.versions,
        name="slice",
    ),
    path(
        "slices/<slug:slice_dataset>/<slug:slice_provider>/<slug:slice_year>/<int:slice_month>/rows",
        challenges.rows,
        name="rows",
    ),
    path(
        "slices/<slug:slice_dataset>/<slug:slice_provider>/<slug:slice_year>/<int:slice_month>"
        "/challenge",
        challenges.raise_,
        name="raise",
    ),
    path("challenges", challenges.challenges, name="challenges"),
    path("challenges/<int:challenge_id>", challenges.challenge, name="challenge"),
    path("challenges/<int:challenge_id>/reply", challenges.reply, name="reply"),
    path("challenges/<int:challenge_id>/propose", challenges.propose, name="propose"),
    path("challenges/<int:challenge_id>/accept", challenges.accept, name="accept_challenge"),
    path("challenges/<int:challenge_id>/drop", challenges.drop, name="drop_challenge"),
    path(
        "challenges/<int:challenge_id>/attachments/<int:attachment_id>",
        challenges.attachment,
        name="attachment",
    ),
    path("calendar", loads.calendar, name="calendar"),
]
