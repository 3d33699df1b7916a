"""People, for staff: accounts by their address, and study profiles to look at."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from learners import parts
from learners.models import Learner, User

# The admin's own sign-in form knows neither codes nor passkeys, nor the limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class AccountCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


class ErasingAdmin(admin.ModelAdmin):
    """Deletes people as they delete themselves: all that hangs on them goes too, whoever may see it in the admin."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        return [str(person) for person in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User | Learner) -> None:
        learner = obj if isinstance(obj, Learner) else Learner.objects.filter(user=obj).first()
        if learner:
            parts.erase(learner)
        else:
            obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for person in queryset:
            self.delete_model(request, person)


@admin.register(User)
class AccountAdmin(ErasingAdmin, UserAdmin):
    add_form = AccountCreationForm
    ordering = ("email",)
    list_display = ("email", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)


@admin.register(Learner)
class LearnerAdmin(ErasingAdmin):
    """Settings are the learner's own: they are shown here, and changed by her."""

    list_display = ("__str__", "user", "time_zone", "last_study_day", "seen_at")
    list_filter = (("user", admin.EmptyFieldListFilter), "buttons")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    search_help_text = _("The address of an account. Guests have none.")
    ordering = ("-seen_at",)
    show_full_result_count = False
    fields = (
        "user",
        "time_zone",
        "day_start",
        "new_per_day",
        "reviews_per_day",
        "buttons",
        "intervals_shown",
        "keys_on",
        "unfollowed",
        "last_study_day",
        "stopped_on",
        "created_at",
        "seen_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Learner | None = None) -> bool:
        return False
