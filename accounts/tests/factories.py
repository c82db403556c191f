"""People for tests: a role is a trait, only what a test is about is spelled out."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Role, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"counsellor{n}")
    password = factory.django.Password(PASSWORD)
    role = Role.SALES
    last_seen_at = factory.LazyFunction(timezone.now)  # her first request writes nothing, so queries can be counted

    class Params:
        manager = factory.Trait(role=Role.MANAGER, username=factory.Sequence(lambda n: f"manager{n}"))
        admin = factory.Trait(
            role="", is_staff=True, is_superuser=True, username=factory.Sequence(lambda n: f"admin{n}")
        )
