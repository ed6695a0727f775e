from django.urls import path

from assessments.views import api, attempts, practice, uploads

app_name = "assessments"
urlpatterns = [
    path("<uuid:key>/start/", attempts.start, name="start"),
    path("check/<uuid:key>/", practice.check, name="check"),
    path("attempts/<uuid:uuid>/", attempts.resume, name="resume"),
    path("attempts/<uuid:uuid>/<int:position>/", attempts.player, name="player"),
    path("attempts/<uuid:uuid>/<int:position>/file/", uploads.upload, name="upload"),
    path("files/<uuid:uuid>/", uploads.own, name="file"),
    path("attempts/<uuid:uuid>/review/", attempts.review, name="review"),
    path("attempts/<uuid:uuid>/submit/", attempts.submit, name="submit"),
    path("attempts/<uuid:uuid>/result/", attempts.result, name="result"),
    path("attempts/<uuid:uuid>/save/", api.save, name="save"),
    path("attempts/<uuid:uuid>/flag/", api.flag, name="flag"),
    path("attempts/<uuid:uuid>/state/", api.state, name="state"),
]
