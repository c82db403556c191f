"""Rules of the house that a reviewer would otherwise have to remember, read off the code."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "customers", "imports", "dashboards", "crm")
# Where a request is read or answered: here a row of a customer is only ever one that the viewer may see.
READING = (
    "views",
    "forms",
    "figures",
    "presenters",
    "timeline",
    "context",
    "worklist",
    "planning",
    "my_day",
    "notices",
    "reports",
)


def modules(*names: str) -> list[Path]:
    """Every module of the apps of one of these names, or in a folder of one of these names."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT / app).with_suffix("").parts
            if "tests" not in parts and "migrations" not in parts and set(names) & set(parts):
                found.append(path)
    return found


def customer_models() -> set[str]:
    """The models whose rows belong to a customer: those that know `visible_to`."""
    return {
        model.__name__
        for model in apps.get_app_config("customers").get_models()
        if hasattr(model.objects, "visible_to")
    }


def bare_reads(path: Path) -> list[str]:
    """Uses of `Model.objects` that `.visible_to(…)` does not follow at once."""
    tree = ast.parse(path.read_text())
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    guarded_models = customer_models()
    found = []
    for node in ast.walk(tree):
        is_manager = isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
        if not (is_manager and isinstance(node.value, ast.Name) and node.value.id in guarded_models):
            continue
        parent = parents[node]
        if not (isinstance(parent, ast.Attribute) and parent.attr == "visible_to"):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.{node.attr}")
    return found


def test_the_rule_knows_the_models_it_is_about():
    assert {"Customer", "StatusChange", "FollowUp", "Note", "Enquiry", "AssignmentChange", "FieldChange"} <= (
        customer_models()
    )


def test_the_rule_notices_a_bare_read(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "views.py"
    module.write_text("Customer.objects.visible_to(user)\nCustomer.objects.filter(pk=1)\n")

    assert bare_reads(module) == ["views.py:2 Customer.objects"]


def test_every_read_of_customer_data_begins_with_who_is_looking():
    paths = modules(*READING)
    assert len(paths) > 10
    assert [read for path in paths for read in bare_reads(path)] == []


@pytest.mark.parametrize("path", modules("views"), ids=str)
def test_views_write_nothing_themselves(path):
    """A view calls an action; `.save()`, `.create()`, `.update()` and `.delete()` of models are not its business."""
    allowed = {"request", "session", "cookies", "form"}
    writes = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("save", "create", "bulk_create", "bulk_update", "delete")
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in allowed)
    ]
    assert writes == []


def test_templates_are_free_of_inline_code_and_of_other_hosts():
    offences = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text().lower()
        for needle in (
            " onclick=",
            " onsubmit=",
            " onchange=",
            " style=",
            "javascript:",
            'src="http',
            "<script>",
            "|safe",
        ):
            if needle in text:
                offences.append(f"{path.relative_to(ROOT)}: {needle.strip()}")
    assert offences == []


def test_no_module_grows_past_four_hundred_lines():
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for app in (*APPS, "tests")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    ]
    assert long == []


def test_no_model_orders_itself():
    """An order in Meta joins every GROUP BY and makes the figures wrong without a word."""
    ours = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    assert [model.__name__ for model in ours if model._meta.ordering] == []
