"""People, as staff see them."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from learners.models import Learner, User
from learners.roles import CURATOR
from tests.factories import make_card, make_guest, make_learner, make_user


@pytest.fixture
def staff(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def test_accounts_are_found_by_their_address(staff):
    make_user("ada@example.org")
    make_user("grace@example.org")

    page = staff.get("/admin/learners/user/", {"q": "grace"})

    assert "grace@example.org" in page.text
    assert "ada@example.org" not in page.text


def test_account_can_be_added_by_address_and_password(staff):
    data = {"email": "new@example.org", "usable_password": "true"}
    data |= {"password1": "correct horse battery", "password2": "correct horse battery"}

    staff.post("/admin/learners/user/add/", data)

    assert User.objects.get(email="new@example.org").check_password("correct horse battery")


def test_role_is_given_with_a_box_to_tick(staff):
    user = make_user("grace@example.org")
    address = f"/admin/learners/user/{user.pk}/change/"
    group = Group.objects.get(name=CURATOR)
    box = f'<input type="checkbox" name="groups" value="{group.pk}"'
    assert box in staff.get(address).text

    staff.post(address, {"email": user.email, "is_active": "on", "is_staff": "on", "groups": [group.pk]})

    assert list(user.groups.all()) == [group]


def test_learners_are_shown_but_not_changed(staff):
    learner = make_learner()
    address = f"/admin/learners/learner/{learner.pk}/change/"

    assert staff.get(address).status_code == 200
    assert staff.post(address, {"new_per_day": "3"}).status_code == 403


def test_deleting_a_learner_erases_her_account_too(staff, administrator):
    learner = make_learner()
    make_card(learner)

    staff.post(f"/admin/learners/learner/{learner.pk}/delete/", {"post": "yes"})

    assert not Learner.objects.filter(pk=learner.pk).exists()
    assert list(User.objects.all()) == [administrator]


def test_deleting_accounts_erases_their_learners_too(staff, administrator):
    learner = make_learner()
    make_card(learner)

    staff.post(
        "/admin/learners/user/", {"action": "delete_selected", "_selected_action": [learner.user_id], "post": "yes"}
    )

    assert list(User.objects.all()) == [administrator]
    assert not Learner.objects.exists()


def test_list_of_learners_costs_as_many_queries_however_long(staff, django_assert_max_num_queries):
    for _ in range(5):
        make_learner()
        make_guest()

    with django_assert_max_num_queries(8):
        staff.get("/admin/learners/learner/")
