"""Customers for tests: only what a test is about is spelled out."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from crm.lib.text import fold, search_text
from customers import milestones
from customers.models import Course, Customer, FollowUp, LikelyDuplicate, Origin, Source, Status, StatusChange


class OriginFactory(DjangoModelFactory):
    class Meta:
        model = Origin

    kind = Origin.Kind.MANUAL
    label = "Typed in"
    created_by = factory.SubFactory(UserFactory, manager=True)
    created_at = factory.LazyFunction(timezone.now)


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"Fair {n}")
    key = factory.LazyAttribute(lambda source: fold(source.name))


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    name = factory.Sequence(lambda n: f"Course {n}")
    key = factory.LazyAttribute(lambda course: fold(course.name))


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Person {n}")
    phone_number = factory.Sequence(lambda n: f"+9198{n + 10_000_000:08d}")
    area = "Kochi"
    status = factory.LazyFunction(lambda: Status.objects.get(pk=Status.NEW))
    origin = factory.SubFactory(OriginFactory)
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")
    area_key = factory.LazyAttribute(lambda customer: fold(customer.area))
    search_text = factory.LazyAttribute(
        lambda customer: search_text(name=customer.name, area=customer.area, numbers=[customer.phone_number])
    )


class StatusChangeFactory(DjangoModelFactory):
    class Meta:
        model = StatusChange

    customer = factory.SubFactory(CustomerFactory)
    previous_status_id = Status.NEW
    new_status_id = "INTERESTED"
    changed_by = factory.SubFactory(UserFactory)
    happened_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("happened_at")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """What is kept of her history on her own row stands there too, also for who saves her as she has her here."""
        change = super()._create(model_class, *args, **kwargs)
        milestones.recount([change.customer_id])
        change.customer.refresh_from_db(fields=milestones.KEPT)
        return change


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = FollowUp

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.assigned_to")
    due_at = factory.LazyFunction(timezone.now)
    promised_at = factory.SelfAttribute("due_at")
    created_by = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)


def likely_pair(a: Customer, b: Customer, **fields) -> LikelyDuplicate:
    """Two who may be one person."""
    one, other = sorted((a, b), key=lambda customer: customer.pk)
    fields = {"why": LikelyDuplicate.Why.CLOSE, "found_at": timezone.now(), **fields}
    return LikelyDuplicate.objects.create(one=one, other=other, **fields)
