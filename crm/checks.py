"""System check: a URL whose view names neither its roles nor "no login needed" is an error."""

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

# Django admin asks for its own permission in every view of its site.
OWN_LOCKS = {"admin"}


def walk(resolver: URLResolver | None = None, prefix: str = "", namespaces: tuple[str, ...] = ()):
    """Yield (route, pattern, namespaces) for every URL pattern of the project."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry, namespaces
        else:
            yield from walk(entry, route, (*namespaces, entry.namespace or ""))


@register("urls")
def every_url_names_its_roles(app_configs, **kwargs) -> list[Error]:
    errors = []
    for route, pattern, namespaces in walk():
        view = pattern.callback
        labelled = getattr(view, "allowed_roles", None) or getattr(view, "login_required", True) is False
        if not labelled and not OWN_LOCKS.intersection(namespaces):
            errors.append(Error(f"{route}: the view {view.__qualname__} names no role", id="crm.E001"))
    return errors
