"""Addresses of runs and tasks."""

from django.urls import path, re_path

from speccomm_web.runs.views import runs, tasks

app_name = "runs"
urlpatterns = [
    path("", runs.runs, name="list"),
    path("<int:run_id>", runs.run, name="run"),
    path("<int:run_id>/<slug:name>", runs.table, name="table"),
    re_path(
        r"^(?P<run_id>\d+)/(?P<name>[\w-]+)\.(?P<format_>csv|xlsx)$", runs.download, name="download"
    ),
    path("tasks/<uuid:task_id>", tasks.task, name="task"),
    path("tasks/<uuid:task_id>/progress", tasks.progress, name="task_progress"),
    path("tasks/<uuid:task_id>/cancel", tasks.cancel, name="cancel_task"),
]
