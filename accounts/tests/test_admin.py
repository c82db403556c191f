"""The admin: its door, and people in it."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Role, User
from accounts.tests.factories import PASSWORD, UserFactory

NEW_PERSON = {"username": "divya", "first_name": "Divya", "last_name": "", "email": "d@institute.example"}


@pytest.fixture
def client(as_user, admin_user):
    return as_user(admin_user)


@pytest.fixture
def helper(db):
    """Staff who may look after people, but no superuser."""
    user = UserFactory(username="helper", role=Role.MANAGER, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    return user


def url(user, page="change"):
    return f"/admin/accounts/user/{user.pk}/{page}/"


def fields(client, path):
    """What the form at `path` would send unchanged."""
    form = client.get(path).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else value for name, value in data.items() if value is not False}


# --- the door -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/no-such-page/"])
def test_signed_out_it_asks_for_the_products_own_login(db, path):
    assert Client().get(path).headers["Location"] == f"/login/?next={path}"


def test_its_own_login_page_is_ours(db):
    assert Client().get("/admin/login/").headers["Location"] == "/login/?next=%2Fadmin%2F"
    assert Client().get("/admin/login/?next=/admin/axes/").headers["Location"] == "/login/?next=%2Fadmin%2Faxes%2F"


def test_nobody_signs_in_past_the_lock_out(admin_user):
    client = Client()
    client.post("/admin/login/", {"username": "admin", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_signing_in_leads_back(admin_user):
    answer = Client().post("/login/", {"username": "admin", "password": PASSWORD, "next": "/admin/"})
    assert answer.headers["Location"] == "/admin/"


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/user/", "/admin/customers/customer/"])
def test_who_is_no_admin_gets_a_plain_no(as_user, asha, manager, path):
    for user in (asha, manager):
        answer = as_user(user).get(path)
        assert answer.status_code == 403
        assert "The admin is for administrators" in answer.text
        assert as_user(user).get(path, headers={"Accept": "application/json"}).json()["error"]


def test_an_admin_is_let_in(client):
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/").headers["Location"] == "/admin/"


def test_signing_out_and_the_password_are_the_products(client):
    assert client.get("/admin/password_change/").headers["Location"] == "/password/change/"
    assert client.post("/admin/logout/").headers["Location"] == "/logout/"


# --- making people --------------------------------------------------------------------------------


def test_a_new_person_chooses_her_password_by_a_link(client):
    answer = client.post("/admin/accounts/user/add/", {**NEW_PERSON, "role": "sales"}, follow=True)
    user = User.objects.get(username="divya")
    assert (user.role, user.first_name, user.has_usable_password()) == (Role.SALES, "Divya", False)
    path = re.search(r"http://testserver(/password/set/[^\s<]+)", answer.text)[1]
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize("changed", [{"role": ""}, {"role": "boss"}, {"username": "ADMIN"}, {"username": ""}])
def test_a_person_without_role_or_with_a_taken_name_is_refused(client, changed):
    answer = client.post("/admin/accounts/user/add/", {**NEW_PERSON, "role": "sales", **changed})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert User.objects.count() == 1


def test_rights_are_not_given_while_making_somebody(client):
    client.post("/admin/accounts/user/add/", {**NEW_PERSON, "role": "sales", "is_superuser": "on", "is_staff": "on"})
    user = User.objects.get(username="divya")
    assert (user.is_staff, user.is_superuser) == (False, False)


# --- changing them --------------------------------------------------------------------------------


def test_no_password_and_no_hash_is_shown(client, asha):
    text = client.get(url(asha)).text
    assert asha.password not in text
    assert "hash" not in text.lower()
    assert client.get(url(asha, "password")).status_code in (302, 404)


def test_a_person_is_changed(client, asha):
    answer = client.post(url(asha), {**fields(client, url(asha)), "last_name": "Nair", "role": "manager"})
    assert answer.status_code == 302
    asha.refresh_from_db()
    assert (asha.last_name, asha.role) == ("Nair", Role.MANAGER)


def test_deactivating_is_an_act_of_its_own(client, asha):
    text = client.get(url(asha)).text
    assert f'href="/team/{asha.pk}/deactivate/"' in text
    assert 'name="is_active"' not in text
    client.post(url(asha), {**fields(client, url(asha)), "is_active": ""})
    asha.refresh_from_db()
    assert asha.is_active


def test_nobody_is_deleted(client, asha):
    assert client.get(url(asha, "delete")).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [asha.pk], "post": "yes"}
    client.post("/admin/accounts/user/", data)
    assert User.objects.filter(pk=asha.pk).exists()


def test_a_superuser_gives_rights(client, asha):
    client.post(url(asha), {**fields(client, url(asha)), "role": "manager", "is_staff": "on", "is_superuser": "on"})
    asha.refresh_from_db()
    assert (asha.is_staff, asha.is_superuser) == (True, True)


def test_nobody_takes_her_own_rights_away(client, admin_user):
    client.post(url(admin_user), {**fields(client, url(admin_user)), "is_superuser": "", "is_staff": ""})
    admin_user.refresh_from_db()
    assert admin_user.is_superuser


def test_other_staff_give_no_rights(as_user, helper, asha):
    client = as_user(helper)
    data = {**fields(client, url(asha)), "is_staff": "on", "is_superuser": "on", "groups": "", "user_permissions": "1"}
    assert client.post(url(asha), {**data, "last_name": "Nair"}).status_code == 302
    asha.refresh_from_db()
    assert (asha.last_name, asha.is_staff, asha.is_superuser) == ("Nair", False, False)
    assert not asha.user_permissions.exists()


def test_other_staff_leave_superusers_alone(as_user, helper, admin_user):
    client = as_user(helper)
    assert client.post(url(admin_user), {"email": "mine@institute.example"}).status_code == 403
    assert client.post(url(helper), {"email": "mine@institute.example"}).status_code == 403
    data = {"action": "make_links", "_selected_action": [admin_user.pk]}
    text = client.post("/admin/accounts/user/", data, follow=True).text
    assert "/password/set/" not in text
    assert "Only a superuser" in text


def test_links_are_made_for_several(client, asha, ravi):
    ravi.is_active = False
    ravi.save()
    data = {"action": "make_links", "_selected_action": [asha.pk, ravi.pk]}
    text = client.post("/admin/accounts/user/", data, follow=True).text
    assert len(re.findall(r"/password/set/", text)) == 1
    assert "No link for ravi, who is deactivated." in text


def test_the_list_makes_the_same_queries_for_many(client, django_assert_max_num_queries):
    UserFactory.create_batch(30)
    with django_assert_max_num_queries(8):
        assert client.get("/admin/accounts/user/?q=counsellor").status_code == 200
