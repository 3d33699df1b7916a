"""The card of an unfinished question, as a learner would see it."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin

from catalog import drafts, extras
from catalog.admin_base import QuestionPages
from catalog.render import render_question

SIDES = ("front", "back")
LOOKS = ("light", "dark")


class QuestionPreview(QuestionPages):
    def get_urls(self) -> list[URLPattern]:
        views = [
            path("preview/", self.admin_site.admin_view(self.preview_view), name="catalog_question_preview"),
            path(
                "<path:object_id>/preview/",
                self.admin_site.admin_view(self.stored_preview_view),
                name="catalog_question_stored_preview",
            ),
        ]
        return [*views, *super().get_urls()]

    # The one page of ours that may stand in a frame, and only in one of our own.
    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp_replace({"frame-ancestors": [SELF]}))
    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The card of the form as posted. Nothing of it is checked or saved."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        question, choices = drafts.question_of(request.POST)
        return extras.show_card(request, question, choices, *_shown(request))

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp_replace({"frame-ancestors": [SELF]}))
    def stored_preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The card of a question as it is stored."""
        question = self.question_or_404(request, object_id, change=False)
        choices = list(question.choices.all())
        question.rendered = render_question(question, choices)
        return extras.show_card(request, question, choices, *_shown(request))


def _shown(request: HttpRequest) -> tuple[str, str]:
    side = request.GET.get("side", "")
    look = request.POST.get("preview-look", request.GET.get("look", ""))
    return side if side in SIDES else SIDES[0], look if look in LOOKS else LOOKS[0]
