"""Who would get how many: what the page foretells is what then happens, and looking writes nothing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from customers import actions, sharing_preview
from customers.models import AssignmentChange, Batch, Customer, SharingRule
from customers.tests.factories import CustomerFactory, SourceFactory

pytestmark = pytest.mark.django_db
BULK, RANDOM, JSON = "/customers/bulk-assign/", "/customers/random-assign/", {"accept": "application/json"}
ALL = {"matching": "1", "owner": "none"}


@pytest.fixture
def team(asha, ravi):
    """Asha with four open ones, Ravi with none, Tara with room for two, and one on leave."""
    CustomerFactory.create_batch(4, assigned_to=asha)
    tara = UserFactory(username="tara", first_name="Tara", open_cap=2)
    UserFactory(username="gone", away_from=timezone.localdate())
    return {"asha": asha, "ravi": ravi, "tara": tara}


@pytest.fixture
def client(as_user, manager):
    return as_user(manager)


def foretold(client, data, url=RANDOM) -> tuple[dict, int]:
    answer = client.post(url, {**data, "preview": "1"}, headers=JSON)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    return {share["username"]: share["count"] for share in found["shares"]}, found["left"]


def done(client, data, url=RANDOM) -> tuple[dict, int]:
    answer = client.post(url, data, headers=JSON).json()
    names = dict(User.objects.values_list("pk", "username"))
    shares = Batch.objects.get(pk=answer["batch"]).counts["shares"]
    return {names[int(pk)]: count for pk, count in shares.items()}, answer["left"]


@pytest.mark.parametrize("how", ["random", "load", "weights", "rules", "one"])
@pytest.mark.parametrize("chosen", ["ticked", "all that match", "at most seven"])
def test_what_is_foretold_is_what_is_done(how, chosen, client, team):
    fair = SourceFactory()
    SharingRule.objects.create(order=1, source=fair).people.set([team["ravi"], team["tara"]])
    SharingRule.objects.create(order=2, area="Kochi", area_key="kochi").people.set([team["tara"], team["asha"]])
    CustomerFactory.create_batch(5, source=fair)
    CustomerFactory.create_batch(3)
    CustomerFactory(area="Aluva", area_key="aluva")
    CustomerFactory(do_not_call=True)
    data = {"how": how, f"weight_{team['ravi'].pk}": "3", "sales_user": team["tara"].pk if how == "one" else ""}
    free = Customer.objects.unassigned().values_list("pk", flat=True)
    data |= {"customer_ids": [str(pk) for pk in free]} if chosen == "ticked" else ALL
    data |= {"limit": "7"} if chosen == "at most seven" else {}

    shares, left = foretold(client, data)

    assert not AssignmentChange.objects.exists()
    assert not Batch.objects.exists()
    assert shares
    assert set(User.objects.values_list("dealt_ahead", flat=True)) == {0}
    real, real_left = done(client, data)
    assert left == real_left
    assert sum(shares.values()) == sum(real.values())
    assert all(abs(shares.get(name, 0) - real.get(name, 0)) <= 1 for name in {*shares, *real})  # the odd one is drawn
    if how not in ("weights", "load"):  # equal shares are the same numbers whoever draws the odd one
        assert sorted(shares.values()) == sorted(real.values())


def test_those_taken_since_and_those_who_are_hers_stay(client, manager, asha, ravi):
    now = timezone.now()
    CustomerFactory.create_batch(2, assigned_to=asha)
    mine = CustomerFactory.create_batch(3, assigned_to=ravi, assigned_at=now - timedelta(days=1))
    taken = CustomerFactory(assigned_to=ravi)
    actions.assign_one(customer=taken, to=None, by=manager, now=now - timedelta(seconds=1))
    data = {"matching": "1", "as_of": (now - timedelta(minutes=1)).isoformat(), "sales_user": asha.pk}
    assert foretold(client, data, BULK) == ({"asha": len(mine)}, 3)
    assert done(client, data, BULK) == ({"asha": len(mine)}, 3)


def test_without_script_the_page_shows_it_and_its_button_does_it(client, team):
    CustomerFactory.create_batch(10)
    CustomerFactory(do_not_call=True)
    page = client.post(RANDOM, {**ALL, "how": "random", "preview": "1"}).text
    assert "<h1>10 would be shared out</h1>" in page
    assert "Left: 1 must not be called." in page
    assert "Share out 10" in page
    row = re.search(r'<th scope="row">Asha</th>\s*<td class="number">4</td>\s*<td[^>]*>\+4</td>\s*<td[^>]*>8<', page)
    assert row

    form = re.search(r'<form method="post" action="([^"]+)" class="share-preview">(.+?)</form>', page, re.S)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[2]))
    assert "preview" not in fields
    client.post(form[1], fields)

    assert Customer.objects.unassigned().count() == 1
    assert Batch.objects.get().counts["assigned"] == 10


def test_choosing_otherwise_finds_what_was_ticked_and_chosen(client, team):
    chosen, other = CustomerFactory(area="Kochi"), CustomerFactory(area="Kochi")
    drawn = client.get("/customers/unassigned/", {"area": "Kochi"}).text
    token = re.search(r'name="draft" value="([^"]+)"', drawn)[1]
    ask = {"customer_ids": str(chosen.pk), "how": "load", "draft": token, "preview": "1"}
    page = client.post(BULK, ask).text
    form = re.search(r'class="share-preview">(.+?)</form>', page, re.S)[1]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))

    page = client.post(BULK, {**fields, "otherwise": "1"}, follow=True)

    assert page.redirect_chain == [("/customers/unassigned/?area=Kochi", 302)]
    assert f'value="{chosen.pk}" checked' in page.text
    assert f'value="{other.pk}" checked' not in page.text
    assert re.search(r'value="load" checked', page.text)
    assert not Batch.objects.exists()


def test_the_list_evens_out_the_open_load_with_one_button(client, team):
    CustomerFactory.create_batch(2)
    page = client.get("/customers/").text
    button = re.search(r'<button[^>]+name="(how)" value="(load)"[^>]+formaction="([^"]+)"', page)

    client.post(button[3], {**ALL, "sales_user": "", button[1]: button[2]})

    assert Customer.objects.filter(assigned_to=team["asha"]).count() == 4  # she had the most
    assert not Customer.objects.unassigned().exists()


@pytest.mark.parametrize("page", ["/customers/unassigned/", "/customers/"])
def test_both_lists_offer_the_look(page, client, team):
    CustomerFactory()
    assert 'name="preview"' in client.get(page).text


def test_nobody_to_take_and_no_rules_are_said(client, manager):
    CustomerFactory()
    answer = client.post(RANDOM, {**ALL, "preview": "1"}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, actions.NOBODY)
    UserFactory()
    answer = client.post(RANDOM, {**ALL, "how": "rules", "preview": "1"}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, actions.NO_RULES)
    away = UserFactory(first_name="Neha", takes_new=False)
    answer = client.post(BULK, {**ALL, "sales_user": away.pk, "preview": "1"}, headers=JSON)
    assert "Neha cannot take new customers now" in answer.json()["error"]


def test_too_many_to_look_ahead_are_said(client, asha, monkeypatch):
    monkeypatch.setattr(sharing_preview, "MOST", 2)
    CustomerFactory.create_batch(3)
    assert client.post(RANDOM, {**ALL, "preview": "1"}, headers=JSON).status_code == 400
    assert client.post(RANDOM, {**ALL, "preview": "1", "limit": "20001"}, headers=JSON).status_code == 400
    assert client.post(RANDOM, {**ALL, "preview": "1", "limit": "2"}, headers=JSON).status_code == 200


def test_none_free_offers_no_button(client, asha):
    CustomerFactory(do_not_call=True)
    page = client.post(RANDOM, {**ALL, "preview": "1"}).text
    assert "None would be shared out" in page
    assert "Choose otherwise" in page
    assert ">Share out 0<" not in page


@pytest.mark.parametrize("size", [3, 30])
@pytest.mark.parametrize(("how", "reads"), [("random", 10), ("rules", 13)])
def test_many_cost_no_more_queries_than_few(size, how, reads, client, asha, ravi, django_assert_num_queries):
    SharingRule.objects.create(order=1).people.set([asha, ravi])
    CustomerFactory.create_batch(size)
    with django_assert_num_queries(2 + reads):  # session, person
        client.post(RANDOM, {**ALL, "how": how, "preview": "1"}, headers=JSON)


def test_areas_with_a_comma_of_their_own_are_told_apart(client, asha):
    CustomerFactory.create_batch(2, area="Jayanagar, Bengaluru")
    CustomerFactory(area="Kochi")
    page = client.post(RANDOM, {**ALL, "preview": "1"}).content.decode()
    assert "Chosen: 3 customers: 2 Jayanagar, Bengaluru; 1 Kochi." in page


def test_those_chosen_are_told_in_sum(client, asha):
    # Given new customers of five areas, one written in two ways, and one with none
    for area, n in {"Kochi": 3, "KOCHI": 1, "Aluva": 2, "Adyar": 2, "Thrissur": 1, "": 1}.items():
        CustomerFactory.create_batch(n, area=area)
    # When the manager looks who would get them
    page = client.post(RANDOM, {**ALL, "preview": "1"}).content.decode()
    # Then the page says whom it is about, the largest areas first
    assert re.search(
        r"Chosen: 10 customers: 4 (Kochi|KOCHI), 2 Adyar, 2 Aluva, 1 from elsewhere, 1 without an area\.", page
    )


def test_a_sum_without_areas_is_a_number():
    CustomerFactory(area="")
    assert sharing_preview.in_sum(Customer.objects.all()) == "1 customer"


def test_those_dealt_anew_are_nobodys_load_meanwhile(client, manager, asha, ravi):
    """Nine of Asha's ten evened out gave Ravi nine and left her one: they counted as hers while they were dealt."""
    mine = CustomerFactory.create_batch(10, assigned_to=asha)
    now = timezone.now()
    data = {"how": "load", "customer_ids": [str(one.pk) for one in mine[:9]], "as_of": now.isoformat()}

    page = client.post(RANDOM, {**data, "preview": "1"}).content.decode()
    rows = re.findall(r'<th scope="row">(\w+)</th>(.*?)</tr>', page, re.S)
    numbers = {name: [int(n) for n in re.findall(r'<td class="number[^"]*">\+?(\d+)</td>', row)] for name, row in rows}
    assert numbers == {"Asha": [10, 4, 5], "Ravi": [0, 5, 5]}  # open now, would get, open then
    assert "whoever draws one of her own keeps her" in page

    client.post(RANDOM, data)
    assert actions.loads([asha, ravi]) == {asha.pk: 5, ravi.pk: 5}


def test_the_list_looks_ahead_at_evening_out_too(client, team):
    CustomerFactory.create_batch(2)
    button = re.search(
        r'<button[^>]+name="(preview)" value="(load)"[^>]+formaction="([^"]+)"', client.get("/customers/").text
    )

    page = client.post(button[3], {**ALL, "sales_user": "", button[1]: button[2]}).text

    assert '<input type="hidden" name="how" value="load">' in page
    assert "Asha" not in page.split("<tbody>")[1].split("</tbody>")[0]  # she has the most
    assert not Batch.objects.exists()


def test_won_and_lost_ones_are_no_load_when_loads_are_evened(client, asha, ravi):
    """They were dealt like open ones: 46 and 43 open where both were to have 47."""
    CustomerFactory.create_batch(4, assigned_to=asha)
    mine = [*CustomerFactory.create_batch(2), *CustomerFactory.create_batch(4, status_id="NOT_INTERESTED")]
    data = {"how": "load", "customer_ids": [str(one.pk) for one in mine]}

    page = client.post(RANDOM, {**data, "preview": "1"}).text
    rows = re.findall(r'<th scope="row">(\w+)</th>(.*?)</tr>', page, re.S)
    numbers = {name: [int(n) for n in re.findall(r'<td class="number[^"]*">\+?(\d+)</td>', row)] for name, row in rows}
    assert numbers == {"Asha": [4, 2, 4], "Ravi": [0, 4, 2]}  # open now, would get, open then

    client.post(RANDOM, data)
    assert actions.loads([asha, ravi]) == {asha.pk: 4, ravi.pk: 2}
    assert Customer.objects.filter(assigned_to=ravi).count() == 4
