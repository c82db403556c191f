"""A team with customers and histories to look around in, made by the product's own actions."""

import csv
import io
import os
import random
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from customers import actions as customer_actions
from customers.models import Customer, Status
from imports import actions as import_actions
from imports import pipeline

SIGN_INS = settings.VAR_DIR / "demo-sign-ins.txt"
TEAM = [
    ("meena", "Meena", "Iyer", Role.MANAGER),
    ("asha", "Asha", "Nair", Role.SALES),
    ("vikram", "Vikram", "Rao", Role.SALES),
    ("farah", "Farah", "Khan", Role.SALES),
]
FILES = [("Kochi education fair.csv", 90), ("Website enquiries.csv", 70), ("Walk-ins.csv", 40)]
FIRST_NAMES = (
    "Aarav Ananya Balaji Chitra Deepa Devika Elsa Faizal Gita Hari Irfan Jaya Kiran Lakshmi Manoj Nisha".split()
)
LAST_NAMES = "Nair Menon Pillai Rao Sharma Khan Thomas Varghese Iyer Das Jacob Reddy".split()
OTHER_SCRIPTS = ["देव शर्मा", "അനിൽ കുമാർ", "கவிதா ராஜன்", "প্রিয়া সেন"]
AREAS = ["Kochi", "Aluva", "Thrissur", "Kollam", "Kottayam", "Kannur", "Palakkad", "Edappally, Kochi"]
COURSES = ["BCA", "BBA", "B.Com", "MBA", "B.Tech CSE"]
REMARKS = ["", "", "wants hostel", "asked for the fees", "call after 5 pm", "father decides"]
OUTCOMES = {
    "CALL_NOT_ATTENDED": ["", "rang out", "switched off"],
    "INTERESTED": ["asked for the fees", "wants to see the campus"],
    "FOLLOW_UP": ["after talking to her father", "after the results"],
    "PLAN_PRESENTED": ["sent the brochure on WhatsApp"],
    "NOT_INTERESTED": ["joined elsewhere"],
    "CAMPUS_VISIT": ["Saturday, with her parents"],
    "VALID": [""],
    "INVALID": ["wrong number"],
    "ADMISSION": ["fees paid"],
}
WEIGHTS = [30, 18, 18, 8, 8, 5, 6, 4, 3]


class Command(BaseCommand):
    help = "Fill an empty database with a demo team and its work, and print how to sign in."

    def handle(self, **options) -> None:
        if not User.objects.exists():
            _seed(timezone.now())
        if SIGN_INS.exists():
            self.stdout.write(SIGN_INS.read_text())


def _seed(now: datetime) -> None:
    """Everything at once or nothing: an interrupted first start begins again with an empty database."""
    draw = random.Random(20260305)  # noqa: S311 - the same demo every time
    password = "-".join(secrets.choice(["banyan", "monsoon", "saffron", "tamarind", "lotus", "peacock"]) for _ in "123")
    password += f"-{secrets.randbelow(9000) + 1000}"
    with transaction.atomic():
        manager, *sales = _people(password)
        for days_ago, (name, size) in zip((9, 5, 1), FILES, strict=True):
            _import(draw, name, size, manager, now - timedelta(days=days_ago))
        shared = Customer.objects.filter(origin__label__in=[name for name, _ in FILES[:2]])
        customer_actions.distribute(customers=shared, among=sales, by=manager, now=now - timedelta(days=4), seed=7)
        _work(draw, now)
    _write_sign_ins(password)


def _people(password: str) -> list[User]:
    User.objects.create_superuser("admin", password=password, first_name="Admin")
    return [
        User.objects.create_user(username, password=password, first_name=first, last_name=last, role=role)
        for username, first, last, role in TEAM
    ]


def _import(draw: random.Random, name: str, size: int, by: User, now: datetime) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Name", "Mobile Number", "Area", "Enquiry Date", "Course", "Source", "Remarks"])
    for number in draw.sample(range(10_000_000, 99_999_999), size):
        person = (
            draw.choice(OTHER_SCRIPTS)
            if draw.random() < 0.05
            else f"{draw.choice(FIRST_NAMES)} {draw.choice(LAST_NAMES)}"
        )
        day = (now - timedelta(days=draw.randrange(1, 20))).strftime("%d/%m/%Y")
        row = [person, f"98{number}", draw.choice(AREAS), day, draw.choice(COURSES), name.removesuffix(".csv")]
        writer.writerow([*row, draw.choice(REMARKS)])
    writer.writerow(["Nobody Reachable", "12345", "Kochi", "", "", "", ""])
    content = ContentFile(out.getvalue().encode("utf-8-sig"))
    upload = import_actions.upload(
        file=content, original_name=name, token=secrets.token_hex(16), by=by, now=now, enqueue=False
    )
    pipeline.run(upload.pk)


def _work(draw: random.Random, now: datetime) -> None:
    """Three days of calls in working hours, the last of them today: some customers untouched, some called again."""
    statuses = Status.objects.in_bulk()
    for customer in Customer.objects.filter(assigned_to__isnull=False).select_related("assigned_to"):
        for days_ago in sorted(draw.sample([3, 2, 1, 0], draw.choice([0, 0, 1, 1, 2])), reverse=True):
            code = draw.choices(list(OUTCOMES), WEIGHTS)[0]
            status, moment = statuses[code], _called_at(draw, now, days_ago)
            later = _at(moment + timedelta(days=draw.choice([1, 1, 2, 3, 5])), draw.randrange(10, 19))
            customer_actions.record_status(
                customer=customer,
                status=status,
                by=customer.assigned_to,
                now=moment,
                notes=draw.choice(OUTCOMES[code]),
                **({"follow_up_at": later} if status.prompts_follow_up else {}),
            )


def _called_at(draw: random.Random, now: datetime, days_ago: int) -> datetime:
    if not days_ago:
        return now - timedelta(minutes=draw.randrange(2, 90))
    return _at(now - timedelta(days=days_ago), draw.randrange(10, 18), draw.randrange(60))


def _at(moment: datetime, hour: int, minute: int = 0) -> datetime:
    return timezone.localtime(moment).replace(hour=hour, minute=minute, second=0, microsecond=0)


def _write_sign_ins(password: str) -> None:
    SIGN_INS.parent.mkdir(exist_ok=True)
    with os.fdopen(os.open(SIGN_INS, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"Demo sign-ins, all with the password {password}\n")
        for username, first, last, role in TEAM:
            file.write(f"  {username:<8} {first} {last}, {Role(role).label.lower()}\n")
        file.write("  admin    Django admin at /admin/\n")
