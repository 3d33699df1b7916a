from django.urls import path

from reminders import views

app_name = "reminders"

urlpatterns = [
    path("reminders/open/<str:token>/", views.open_quiz, name="open"),
    path("reminders/stop/<slug:key>/", views.stop, name="stop"),
    path("reminders/pause/<slug:key>/", views.pause, name="pause"),
    path("reminders/try-again/", views.try_again, name="try_again"),
]
