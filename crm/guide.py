"""The guide, a page for each role: docs/guide/ as it lies in the repository, drawn in the frame."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from accounts.access import EVERYBODY, MANAGER, roles_allowed
from crm.lib.http import require_methods, wants_json

FOLDER = settings.BASE_DIR / "docs" / "guide"
PAGES = {"counsellor": "guide_counsellor", "manager": "guide_manager", "admin": "guide_admin"}


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def help_page(request):
    """Everybody starts at the page of her role."""
    user = request.user
    return redirect(PAGES["admin" if user.is_staff else "manager" if user.is_manager else "counsellor"])


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def counsellor(request):
    return _page(request, "counsellor")


@roles_allowed(MANAGER)
@require_methods("GET")
def manager(request):
    return _page(request, "manager")


@roles_allowed(MANAGER)
@require_methods("GET")
def admin(request):
    return _page(request, "admin")


def _page(request: HttpRequest, name: str) -> HttpResponse:
    """One page, with the way to the others that are of use to her."""
    title, text = read(name)
    if wants_json(request):
        return JsonResponse({"title": title, "text": text})
    user = request.user
    others = ["manager"] * user.is_manager + ["counsellor"] + ["admin"] * user.is_staff
    pages = [(page, reverse(PAGES[page]), page == name) for page in others] if user.is_manager else []
    return render(request, "guide.html", {"title": title, "text": drawn(text), "pages": pages})


def read(name: str) -> tuple[str, str]:
    """The title of a page, and what stands below it."""
    title, _, text = (FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# "), text


def drawn(text: str) -> SafeString:
    """The text as HTML: its pictures from the static files, its links to other pages of the guide as our addresses."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    for token in (child for block in tokens for child in block.children or ()):
        if token.type == "image":
            token.attrs |= {"src": static(f"guide/{Path(str(token.attrs['src'])).name}"), "loading": "lazy"}
        elif token.type == "link_open":
            token.attrs["href"] = reverse(PAGES[str(token.attrs["href"]).removesuffix(".md")])
    return mark_safe(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S308 - our own pages
