"""The customer, her numbers and her enquiries; above them the one rule who may see whom."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import cached_property
from uuid6 import uuid7

from accounts.models import User
from crm.lib import lookups, phones  # noqa: F401 - one_of
from crm.lib.text import fold
from customers.models.vocabulary import CLOSED_STAGES, Course, Origin, Source, Status
from customers.search_index import Holds, finding_many

NAME_LENGTH = 200
AREA_LENGTH = 200
# Who and what a customer points at, as far as most pages show it.
PEOPLE = ("status", "assigned_to", "source", "course")
UNKNOWN_NAME = "Unknown"
ERASED_NAME = "Erased"

# To be said wherever customers are looked up by their number: the index leaves out those without one, and neither
# database makes sure by itself that a number (SQLite) or each of more than a hundred (PostgreSQL) is not blank.
HAS_NUMBER = ~Q(phone_number="")

# Bits of Customer.hand_edited: which fields a person has edited. The values are stored: append, never renumber.
EDITABLE_FIELDS = ("name", "area", "date", "remark", "email", "source", "course", "phone_number", "do_not_call")


def edit_bit(field: str) -> int:
    """The bit of `field` in Customer.hand_edited."""
    return 1 << EDITABLE_FIELDS.index(field)


class CustomerQuerySet(models.QuerySet):
    def visible_to(self, user: User | AnonymousUser):
        """The customers `user` may know of; every read of customer data starts here.

        A manager sees all, a sales user her own, everybody else none. Merged-away rows are nobody's.
        """
        living = self.filter(merged_into__isnull=True)
        if getattr(user, "is_manager", False):
            return living
        if getattr(user, "is_sales", False):
            return living.filter(assigned_to=user)
        return self.none()

    def unassigned(self):
        return self.filter(assigned_to__isnull=True)

    def open(self):
        """Those somebody still has to work on."""
        return self.exclude(status__stage__in=CLOSED_STAGES)

    def needing_work(self):
        """The open ones, and any with a follow-up to come: what has to be handed over when her counsellor leaves.

        The other won and lost ones stay with whoever won or lost them, so that the figures of her time stay true; so
        do those who were erased.
        """
        work = ~Q(status__stage__in=CLOSED_STAGES) | Q(next_follow_up_at__isnull=False)
        return self.filter(work, erased_at=None)

    def callable(self):
        return self.filter(do_not_call=False)

    def at_numbers(self, numbers: Iterable[str]):
        """Those with one of these numbers, be they thousands."""
        return self.filter(HAS_NUMBER, phone_number__one_of=numbers)

    def search(self, text: str):
        """Those whose name or area contains `text`, or one of whose numbers is it or (4 digits up) contains it."""
        query, held = phones.search_terms(text, settings.HOME_COUNTRY), fold(text)
        if query.exact:
            # Two indexed look-ups, so that a whole number never scans.
            others = ContactNumber.objects.filter(number__in=query.exact).values_list("customer_id", flat=True)
            return self.filter(HAS_NUMBER & Q(phone_number__in=query.exact) | Q(pk__in=list(others[:100])))
        held = query.digits or held
        return finding_many(self.filter(search_text__contains=held), held) if held else self.all()

    def with_people(self):
        """What her page and JSON say of the rows a customer points at, in the same query."""
        return self.select_related(*PEOPLE)


class Customer(models.Model):
    """One person at one number. Written only by the actions and the import."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    phone_number = models.CharField(max_length=16, help_text="E.164")
    person = models.PositiveSmallIntegerField(default=1, help_text="1, unless more aspirants live at that number.")
    area = models.CharField(max_length=AREA_LENGTH, blank=True)
    area_key = models.CharField(max_length=AREA_LENGTH * 2, blank=True, editable=False)
    date = models.DateField("date of the first enquiry", null=True, blank=True)
    remark = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="customers", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="customers", db_index=False)
    status = models.ForeignKey(
        Status,
        models.PROTECT,
        db_column="status",
        default=Status.NEW,
        related_name="customers",
        db_index=False,
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="customers", db_index=False
    )
    assigned_at = models.DateTimeField(
        null=True, blank=True, help_text="When she last changed hands, the pool included."
    )
    extra = models.JSONField(default=dict, blank=True)
    origin = models.ForeignKey(Origin, models.PROTECT, related_name="customers", db_index=False)
    hand_edited = models.PositiveIntegerField(default=0)
    search_text = models.TextField(blank=True, editable=False)
    # Her history in short, kept by `customers.milestones`, so that the reports need not read it.
    been_at = models.BigIntegerField(
        default=0, db_default=0, editable=False, help_text="The marks of all statuses that were recorded of her."
    )
    first_contact_at = models.DateTimeField(null=True, blank=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_follow_up_at = models.DateTimeField(null=True, blank=True)
    exhausted_at = models.DateTimeField(null=True, blank=True, help_text="When she had been tried often enough.")
    enquiry_count = models.PositiveIntegerField(default=1)
    last_enquired_at = models.DateField(null=True, blank=True)
    do_not_call = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When it was forgotten who she was.")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_number", "person"], condition=HAS_NUMBER, name="customer_once_per_number"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="customer_not_merged_into_itself"
            ),
        ]
        indexes = [
            # Each index serves a list that the pages offer; "id" is the newest-first order. One more stands in
            # migration 0003, because only PostgreSQL has its like: the search.
            models.Index(
                fields=["assigned_to", "id", "merged_into"], name="customer_hers"
            ),  # own and unassigned lists; whose history is hers, of which SQLite makes a list first, from it alone
            models.Index(
                fields=["assigned_to", "status", "id"], condition=Q(merged_into__isnull=True), name="customer_standing"
            ),  # own list by status; dashboards and team page count from it alone, so it must know who is merged away
            # Follow-ups; how many of hers are due, on each of her pages, is counted from it alone. Who is merged away
            # is a column and no condition: SQLite would take it for whatever leaves those out.
            models.Index(fields=["assigned_to", "next_follow_up_at", "merged_into"], name="customer_due_of_hers"),
            models.Index(
                fields=["next_follow_up_at", "assigned_to"],
                condition=Q(next_follow_up_at__isnull=False, merged_into__isnull=True),
                name="customer_due",
            ),  # the whole team's follow-ups; due and overdue on the dashboards
            models.Index(
                F("assigned_to"),  # always null: SQLite would else take another index of nobody's customers, and sort
                Coalesce("assigned_at", "created_at"),
                condition=Q(assigned_to__isnull=True, merged_into__isnull=True),
                name="customer_waiting_since",
            ),  # who has waited longest: the unassigned page, the dashboard
            models.Index(
                F("assigned_to"),
                Coalesce("assigned_at", "created_at"),
                condition=Q(assigned_to__isnull=False, status="NEW", merged_into__isnull=True),
                name="customer_untouched",
            ),  # whom she has had longest without a call: the team page
            models.Index(
                fields=["assigned_at", "assigned_to"],
                condition=Q(assigned_at__isnull=False, merged_into__isnull=True),
                name="customer_given",
            ),  # given today: the team page and its list
            # One counsellor's list in the other orders. Only rows with a counsellor pay for them.
            models.Index(
                fields=["assigned_to", "date", "id"],
                condition=Q(assigned_to__isnull=False),
                name="customer_owner_by_date",
            ),
            models.Index(
                F("assigned_to"),
                NullIf(F("name"), Value("")),
                F("id"),
                condition=Q(assigned_to__isnull=False),
                name="customer_owner_by_name",
            ),
            models.Index(
                fields=["assigned_to", "last_contact_at", "id"],
                condition=Q(assigned_to__isnull=False, last_contact_at__isnull=False),
                name="customer_owner_contact",
            ),
            models.Index(
                fields=["last_contact_at", "id"], condition=Q(last_contact_at__isnull=False), name="customer_contact"
            ),  # by last contact; whom nobody has called yet costs it nothing
            models.Index(
                fields=["status", "id", "merged_into"], name="customer_by_status"
            ),  # list by status; a rare one is counted from it alone, so it must know who is merged away
            models.Index(
                fields=["source", "id", "merged_into"], name="customer_of_source"
            ),  # list by source, its count
            models.Index(
                fields=["course"], condition=Q(course__isnull=False), name="customer_course"
            ),  # list by course
            models.Index(  # whom a survivor stands for; most stand for nobody, and cost it nothing
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="customer_merged"
            ),
            models.Index(fields=["origin", "id"], name="customer_origin"),  # list of one import
            models.Index(fields=["area_key", "id"], name="customer_area"),  # list by area
            models.Index(
                fields=["date", "id", "status", "been_at"],
                condition=Q(merged_into__isnull=True),
                name="customer_how_far",
            ),  # by enquiry date; the funnel, on the dashboard and as a report, counts from it alone
            models.Index(NullIf(F("name"), Value("")), F("id"), name="customer_by_name"),  # by name, a blank is none
            # The steps of the next call, each read in its order. Only rows with a counsellor pay for them.
            models.Index(
                fields=["assigned_to", "last_enquired_at", "id"],
                condition=Q(status="NEW", assigned_to__isnull=False, next_follow_up_at__isnull=True),
                name="customer_next_new",
            ),
            models.Index(
                fields=["assigned_to", "last_enquired_at"],
                condition=Q(assigned_to__isnull=False, enquiry_count__gt=1),
                name="customer_next_again",
            ),
            models.Index(
                fields=["assigned_to", "last_contact_at", "id"],
                condition=Q(assigned_to__isnull=False, next_follow_up_at__isnull=True, exhausted_at__isnull=True),
                name="customer_next_unplanned",
            ),
            models.Index(
                fields=["exhausted_at"], condition=Q(exhausted_at__isnull=False), name="customer_exhausted"
            ),  # the managers' list
        ]

    def __str__(self) -> str:
        return f"{self.shown_name} {self.phone_number}"

    @property
    def shown_name(self) -> str:
        return ERASED_NAME if self.erased_at else self.name or UNKNOWN_NAME

    @property
    def waiting_since(self):
        """Since when nobody has looked after her, if nobody does."""
        return self.assigned_at or self.created_at

    @property
    def dialled(self) -> str:
        """The number as it is dialled at home."""
        return phones.as_dialled(self.phone_number, settings.HOME_COUNTRY) if self.phone_number else ""

    @property
    def spaced_number(self) -> str:
        return phones.spaced(self.phone_number, settings.HOME_COUNTRY) if self.phone_number else ""

    @cached_property
    def row_ids(self) -> list[uuid.UUID]:
        """Her own id and those of the rows merged into her, whose histories are hers. One query."""
        return [self.pk, *self.merged.order_by("pk").values_list("pk", flat=True)]

    def is_hand_edited(self, field: str) -> bool:
        return bool(self.hand_edited & edit_bit(field))


class OfCustomerQuerySet(models.QuerySet):
    """Rows that belong to a customer: visible exactly when she is."""

    def visible_to(self, user, *, merged: bool = False, few: bool = False):
        """`merged`: also those of the rows that were merged into a customer who is visible.

        `few`: something else narrows them to a few, so that each is asked for its customer. SQLite would else list all
        of a counsellor's customers first; PostgreSQL does the same in either case.
        """
        visible = Customer.objects.visible_to(user)
        if few:
            return self.filter(Exists(visible.filter(pk=OuterRef("customer"))))
        if not merged and getattr(user, "is_manager", False):
            # All but the few that were merged away: to look these up costs nothing beside matching a million others.
            return self.filter(~Exists(Customer.objects.filter(pk=OuterRef("customer"), merged_into__isnull=False)))
        if not merged:
            return self.filter(customer__in=visible)
        # One comparison and no "or": PostgreSQL would read the whole table of customers for that.
        whose = Coalesce("customer__merged_into", "customer")
        return self.alias(whose=whose).filter(whose__in=visible.values("pk"))


# What is found by a part of a name, an area or a number is looked up in an index on SQLite too.
Customer._meta.get_field("search_text").register_lookup(Holds)


class ContactNumber(models.Model):
    """A further number of a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="numbers")
    number = models.CharField(max_length=16, db_index=True, help_text="E.164")

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "number"], name="contact_number_once")]

    def __str__(self) -> str:
        return self.number

    @property
    def spaced_number(self) -> str:
        return phones.spaced(self.number, settings.HOME_COUNTRY)


class Enquiry(models.Model):
    """She asked: the first time, and each time a known number arrives later or about something else."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="enquiries")
    enquired_on = models.DateField(null=True, blank=True)
    # No page asks for the enquiries of a source or course, and every imported row would pay for the index. Nor is each
    # row checked once more for what the customer's own row was checked for in the same transaction.
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    origin = models.ForeignKey(Origin, models.PROTECT, related_name="enquiries", db_constraint=False)
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField(null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "enquiries"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.enquired_on}"


FIELDS = ("name", "area", "date", "remark", "email", "source", "course")
# What a manager chooses when two are merged: each of the one or of the other.
CHOICES = (*FIELDS, "extra", "status", "owner")


class MergeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of which one of the two is visible."""
        visible = Customer.objects.visible_to(user)
        either = [Exists(visible.filter(pk=OuterRef(column))) for column in ("winner", "loser")]
        return self.filter(either[0] | either[1])


class Merge(models.Model):
    """Two rows were one person: who decided, which values were chosen, and what undoing it takes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    winner = models.ForeignKey(Customer, models.PROTECT, related_name="merges_won")
    loser = models.ForeignKey(Customer, models.PROTECT, related_name="merges_lost")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["loser"],
                condition=Q(undone_at__isnull=True),
                name="merge_once",
                violation_error_message="This customer was merged already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} into {self.winner_id}"
