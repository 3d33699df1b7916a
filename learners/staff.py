"""The admin's door: staff alone, and in production nobody without a second step at sign-in."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

SECOND_STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
ON_THE_WAY = "to_admin"

View = TypeVar("View", bound=Callable[..., Any])


class StaffSite(AdminSite):
    """Every page of the admin comes through `admin_view`, and so do those that a room adds to it."""

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff(request) and not self.must_add_second_step(request)

    def must_add_second_step(self, request: HttpRequest) -> bool:
        return settings.PRODUCTION and is_staff(request) and not has_second_step(request)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        guarded = super().admin_view(view, cacheable)

        def second_step_first(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if self.must_add_second_step(request):
                request.session[ON_THE_WAY] = _address_to_come_back_to(request)
                return redirect("admin:second_step")
            if is_staff(request):
                request.session.pop(ON_THE_WAY, None)
            return guarded(request, *args, **kwargs)

        return cast("View", update_wrapper(second_step_first, guarded))

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Nobody signs in here: Django's own form knows no second step, and no limit on guessing."""
        return redirect("admin:index")

    @method_decorator(never_cache)
    def second_step(self, request: HttpRequest) -> HttpResponse:
        """Says why a second step is needed, and leads to one; the pages that follow it lead back."""
        if not is_staff(request):
            return self.login(request)
        if has_second_step(request):
            return redirect(request.session.pop(ON_THE_WAY, "admin:index"))
        request.session.setdefault(ON_THE_WAY, reverse("admin:index"))
        return render(request, "learners/second_step.html", {"required": settings.PRODUCTION})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [path("second-step/", self.second_step, name="second_step"), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        missing = self.has_permission(request) and not has_second_step(request)
        return {**super().each_context(request), "second_step_missing": missing}


def is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff


def has_second_step(request: HttpRequest) -> bool:
    """Whether a sign-in to this account asks for more than its password. One query a request."""
    known: bool | None = getattr(request, "_has_second_step", None)
    if known is None:
        known = request.user.is_authenticated and is_mfa_enabled(request.user, SECOND_STEPS)
        request._has_second_step = known  # type: ignore[attr-defined]
    return known


def _address_to_come_back_to(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else reverse("admin:index")
