from django.urls import path

from quiz import views

app_name = "quiz"

urlpatterns = [
    path("", views.home, name="home"),
    path("study/", views.study, name="study"),
    path("study/answer/", views.answer, name="answer"),
    path("study/check/", views.check, name="check"),
    path("study/grade/", views.grade, name="grade"),
    path("study/undo/", views.undo, name="undo"),
    path("study/skip/", views.skip, name="skip"),
    path("study/bury/", views.bury, name="bury"),
    path("study/suspend/", views.suspend, name="suspend"),
    path("study/stop/", views.stop, name="stop"),
    path("study/go-on/", views.go_on, name="go_on"),
    path("study/resume/", views.resume, name="resume"),
    path("study/report/", views.report, name="report"),
    path("study/report/told/", views.told, name="told"),
    path("study/keys/", views.keys, name="keys"),
]
