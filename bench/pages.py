"""The pages that are measured and whose query plans are looked at, filled in for a made-up institute."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.timezone import localdate

from accounts.models import Role, User
from customers.models import Customer, Origin, Source
from customers.models.vocabulary import CLOSED_STAGES

MANAGER, SALES, BUSY, QUIET = "manager", "sales", "busy", "quiet"
SORTS = ("newest", "date", "last_contact", "follow_up", "name")


@dataclass(frozen=True)
class Page:
    name: str
    who: str  # a key of Facts.people
    url: str
    kind: str = "list"  # which bar it is measured against


@dataclass(frozen=True)
class Facts:
    """What the addresses are filled in with."""

    people: dict[str, User]
    source: int
    origin: str
    area: str
    number: str
    customer: Customer  # of the counsellor "sales"

    @classmethod
    def of_world(cls) -> "Facts":
        """Looked up in the database; the same for the same world."""
        open_ones = Count("customers", filter=~Q(customers__status__stage__in=CLOSED_STAGES))
        team = list(
            User.objects.filter(role=Role.SALES).annotate(n=Count("customers"), open=open_ones).order_by("-n", "pk")
        )
        busy = min(team, key=lambda user: (abs(user.open - 20_000), user.pk))
        quiet = min(team, key=lambda user: (abs(user.open - 200), user.pk))
        sales = team[len(team) // 2]
        hers = Customer.objects.visible_to(sales).exclude(name="").order_by("pk")
        origin = Origin.objects.filter(kind=Origin.Kind.IMPORT).order_by("-pk")[1:2].get()
        with_area = Customer.objects.filter(area__contains="Kochi").order_by("pk").first()
        return cls(
            people={
                MANAGER: User.objects.filter(role=Role.MANAGER).order_by("pk").first(),
                SALES: sales, BUSY: busy, QUIET: quiet,
            },
            source=Source.objects.order_by("pk").first().pk,
            origin=str(origin.pk),
            area=with_area.area,
            number=with_area.phone_number,
            customer=hers.first(),
        )  # fmt: skip


def empty_page(facts: Facts) -> Page:
    """The least that a signed-in page costs."""
    return Page("empty signed-in page", MANAGER, "/team/message/", "empty")


def lists(facts: Facts) -> list[Page]:
    """The lists that the pages offer, each by newest; the owner by each sort."""
    owner = facts.people[SALES].pk

    def page(name: str, who: str = MANAGER, **params) -> Page:
        return Page(f"list: {name}", who, f"/customers/?{urlencode(params)}")

    found = [
        page("no filter"),
        page("status", status="INTERESTED"),
        page("rare status", status="REGISTRATION"),
        page("owner", owner=owner),
        page("owner + status", owner=owner, status="INTERESTED"),
        page("unassigned", owner="none"),
        page("source", source=facts.source),
        page("origin", origin=facts.origin),
        *(page(f"owner by {sort}", owner=owner, sort=sort) for sort in SORTS[1:]),
        *(page(f"a counsellor's own by {sort}", SALES, sort=sort) for sort in SORTS),
        page("a counsellor's own + status", SALES, status="INTERESTED"),
    ]
    return [*found, Page("unassigned page", MANAGER, "/customers/unassigned/")]


def odd_lists(facts: Facts) -> list[Page]:
    """Combinations that nobody made an index for: they end in time, or say that they must be narrowed."""
    owner = facts.people[SALES].pk
    combinations = [
        {"status": "INTERESTED", "sort": "name"},
        {"status": "ADMISSION", "sort": "follow_up"},
        {"source": facts.source, "sort": "last_contact"},
        {"source": "none", "status": "NEW", "tries": "2"},
        {"area": facts.area, "sort": "date"},
        {"area": facts.area, "owner": owner, "status": "INTERESTED"},
        {"course": 1, "source": facts.source, "status": "SHORTLISTED"},
        {"tries": "6+", "enquired": "again"},
        {"do_not_call": "yes", "sort": "name"},
        {"do_not_call": "yes", "status": "REGISTRATION", "area": facts.area},
        {"contacted": "never", "follow_up": "later"},
        {"reached": "ADMISSION", "sort": "date"},
        {"won": "month"},
        {"stage": "won", "tries": "0"},
        {"added_from": "2020-01-01", "added_to": "2020-12-31"},
        {"date_from": "2020-01-01", "date_to": "2020-12-31", "status": "ADMISSION"},
        {"contact_from": "2020-01-01", "contact_to": "2020-02-01"},
        {"follow_up": "exhausted", "sort": "name"},
        {"search": "sharma", "status": "ADMISSION", "sort": "follow_up"},
        {"assigned": "today", "sort": "name"},
        {"course": [1, 2, 3], "owner": "any", "sort": "name"},
        {"count": "exact"},
    ]
    return [
        Page(
            "odd: " + ", ".join(f"{k}={v}" for k, v in each.items()),
            MANAGER,
            f"/customers/?{urlencode(each, True)}",
            "odd",
        )
        for each in combinations
    ]


def searches(facts: Facts) -> list[Page]:
    number = facts.number.removeprefix("+91")
    words = {
        "number": number,
        "number with spaces": f"{number[:5]} {number[5:]}",
        "part of a number": number[3:8],
        "4 digits": number[:4],
        "name": "sharma",
        "part of a name": "shar",
        "3 letters": "nai",
        "other script": "നായർ",
        "area": "kakkanad",
        "no such name": "zzyzzx",
        "no such number": "9999900000",
    }
    found = [
        Page(f"search: {name}", who, f"/customers/?{urlencode({'search': text})}", "search")
        for name, text in words.items()
        for who in (MANAGER,)
    ]
    return [*found, Page("search: a counsellor's, name", SALES, "/customers/?search=sharma", "search")]


def of_one(facts: Facts) -> list[Page]:
    url = f"/customers/{facts.customer.pk}/"
    return [Page("customer", MANAGER, url, "one"), Page("customer, her counsellor", SALES, url, "one")]


def days(facts: Facts) -> list[Page]:
    return [
        Page("next call, many open", BUSY, "/customers/next/", "next"),
        Page("next call, few open", QUIET, "/customers/next/", "next few"),
        Page("follow-ups", SALES, "/follow-ups/", "day"),
        Page("follow-ups, the team's", MANAGER, "/follow-ups/", "day"),
        Page("my day", SALES, "/my-day/", "day"),
        Page("sales dashboard", SALES, "/dashboard/sales/", "day"),
        Page("team", MANAGER, "/team/", "team"),
        Page("import history", MANAGER, "/import/history/", "day"),
    ]


def dashboard(facts: Facts) -> Page:
    return Page("manager dashboard", MANAGER, "/dashboard/manager/", "dashboard")


REPORTS = (
    ("funnel", "/reports/"),
    ("sources", "/reports/sources/"),
    ("files", "/reports/files/"),
    ("counsellors", "/reports/counsellors/"),
    ("first contact", "/reports/first-contact/"),
    ("untouched", "/reports/untouched/"),
    ("activity", "/reports/activity/"),
    ("follow-ups kept", "/reports/follow-ups/"),
    ("lost reasons", "/reports/lost/"),
)


def reports(facts: Facts) -> list[Page]:
    """Each report over the last year."""
    last = localdate()
    asked = urlencode({"date_from": last - timedelta(days=365), "date_to": last})
    return [Page(f"report: {name}", MANAGER, f"{url}?{asked}", "report") for name, url in REPORTS]


def served_by_indexes(facts: Facts) -> list[Page]:
    """All pages on which nobody need wait, however large the institute has become."""
    found = [empty_page(facts), *lists(facts), *searches(facts), *of_one(facts), *days(facts)]
    return [*found, dashboard(facts)]


def every(facts: Facts) -> list[Page]:
    return [*served_by_indexes(facts), *odd_lists(facts), *reports(facts)]
