"""People, for administrators: accounts by their address, their roles, and study profiles to look at."""

from typing import Any

from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from learners import parts, roles
from learners.models import Learner, User

admin.site.unregister([Authenticator, Group])


class AccountCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


class PeopleAdmin(admin.ModelAdmin):
    """Superusers are for superusers alone: a role is not a way to become one, nor to lock one out."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and not is_above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and not is_above(request, obj)


def is_above(request: HttpRequest, person: User | Learner | Authenticator | None) -> bool:
    """Whether the account, or the one that something belongs to, is a superuser's, and the request is not."""
    user = person if person is None or isinstance(person, User) else person.user
    return bool(user and user.is_superuser and not request.user.is_superuser)


class ErasingAdmin(PeopleAdmin):
    """Deletes people as they delete themselves: all that hangs on them goes too, whoever may see it in the admin."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        missing = {self.opts.verbose_name for person in objs if is_above(request, person)}
        return [str(person) for person in objs], {self.opts.verbose_name_plural: len(objs)}, missing, []

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
    filter_horizontal = ("user_permissions",)
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """There are few roles, so each has a box to tick."""
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What reaches beyond the roles is for superusers to grant."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, "is_superuser", "user_permissions")


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


@admin.register(Authenticator)
class SecondStepAdmin(PeopleAdmin, AuthenticatorAdmin):
    """To be removed for somebody who lost her device. Its secret is shown to nobody."""

    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Who is in a role is said with the account; what a role may do, in `learners.roles`, for every site alike."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and not is_role(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and not is_role(obj)


def is_role(group: Group | None) -> bool:
    return group is not None and group.name in roles.ROLES
