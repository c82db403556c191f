"""The statuses that the desk starts with."""

from django.db import migrations

# code, label, stage, rung, reached, hotkey, colour, prompts a note, prompts a follow-up
STATUSES = [
    ("NEW", "New", "new", 0, False, "", "#2563a8", False, False),
    ("CALL_NOT_ATTENDED", "Call Not Attended", "contact", None, False, "1", "#8a5a00", False, False),
    ("INTERESTED", "Interested", "interest", 3, True, "2", "#0f7a4d", True, True),
    ("FOLLOW_UP", "Follow Up", "contact", None, True, "3", "#6b3fa0", True, True),
    ("PLAN_PRESENTED", "Plan Presented", "contact", 2, True, "4", "#0b6f85", True, True),
    ("NOT_INTERESTED", "Not Interested", "lost", None, True, "5", "#a3302b", True, False),
    ("CAMPUS_VISIT", "Campus Visit", "interest", 5, True, "6", "#12706a", True, True),
    ("SHORTLISTED", "Shortlisted", "interest", 4, True, "7", "#3d6b12", True, True),
    ("VALID", "Valid", "contact", 1, True, "8", "#3b5b92", False, True),
    ("INVALID", "Invalid", "lost", None, False, "9", "#5c636a", False, False),
    ("REGISTRATION", "Registration", "interest", 6, True, "", "#8a3f7c", True, True),
    ("ADMISSION", "Admission", "won", 7, True, "", "#1d3362", True, False),
]


def seed(apps, schema_editor):
    Status = apps.get_model("customers", "Status")
    names = ("code", "label", "stage", "rung", "reached", "hotkey", "colour", "prompts_note", "prompts_follow_up")
    Status.objects.bulk_create(
        (Status(order=order, **dict(zip(names, row, strict=True))) for order, row in enumerate(STATUSES)),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
