from django.urls import path

from reports.views import assign, exports, overview, people, report

app_name = "reports"
urlpatterns = [
    path("", report.report, name="report"),
    path("overview/", overview.overview, name="overview"),
    path("people/<uuid:uuid>/", people.person, name="person"),
    path("team/", people.team, name="team"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.create, name="export_create"),
    path("exports/<uuid:uuid>/cancel/", exports.cancel, name="export_cancel"),
    path("exports/<uuid:uuid>/file/", exports.download, name="export_download"),
    path("assign/", assign.assign, name="assign"),
    path("assign/<uuid:uuid>/", assign.plan, name="plan"),
    path("assign/<uuid:uuid>/confirm/", assign.confirm, name="confirm"),
]
