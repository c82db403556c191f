"""Signing in and out, the password, the profile."""

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import tasks
from accounts.access import EVERYBODY, roles_allowed, safe_next, start_page
from accounts.forms import ChoosePasswordForm, LoginForm, OwnPasswordForm, ProfileForm, ResetForm
from accounts.models import User
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json

LOCKED_OUT = "Five wrong passwords. Wait 15 minutes, then try again, or set a new password."
DEAD_LINK = "This link has been used already, or is older than a day. Ask for a new one."


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_methods("GET", "POST")
def login(request):
    data = request_data(request) if request.method == "POST" else None
    there = safe_next(request, (data or request.GET).get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return _go(request, there or start_page(request.user))
    form = LoginForm(request, data)
    if form.is_valid():
        auth.login(request, form.get_user())
        drafts.drop_others(request)
        return _go(request, there or start_page(request.user))
    if data is not None and wants_json(request):
        return error(request, 400, form_errors(form))
    return _login_page(request, form, there)


def _login_page(request, form: LoginForm, there: str, status: int = 200, locked: str = ""):
    context = {"form": form, "next": there, "locked": locked, "kept": drafts.waiting(request)}
    return render(request, "accounts/login.html", context, status=status)


def locked_out(request, original_response=None, credentials=None):
    """django-axes asks here what somebody sees who is locked out for a while."""
    if wants_json(request):
        return error(request, 429, LOCKED_OUT)
    form = LoginForm(request, initial={"username": (credentials or {}).get("username", "")})
    there = safe_next(request, request.POST.get("next", ""))
    return _login_page(request, form, there, status=429, locked=LOCKED_OUT)


@login_not_required
@never_cache
@require_methods("GET", "POST")
def logout(request):
    auth.logout(request)
    return redirect("accounts:login")


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST")
def profile(request):
    data = request_data(request) if request.method == "POST" else None
    form = ProfileForm(data, instance=User.objects.get(pk=request.user.pk))
    if form.is_valid():
        form.save()
        messages.success(request, "Your profile is saved.")
        return _go(request, reverse("accounts:profile"))
    return _form_page(request, "accounts/profile.html", form)


@roles_allowed(*EVERYBODY)
@sensitive_post_parameters()
@never_cache
@require_methods("GET", "POST")
def password_change(request):
    data = request_data(request) if request.method == "POST" else None
    form = OwnPasswordForm(request.user, data)
    if form.is_valid():
        auth.update_session_auth_hash(request, form.save())
        return _go(request, reverse("accounts:password_change_done"))
    return _form_page(request, "accounts/password_change.html", form)


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def password_change_done(request):
    return render(request, "accounts/password_change_done.html")


@login_not_required
@require_methods("GET", "POST")
def password_reset(request):
    """The same answer whether or not anybody has that address."""
    form = ResetForm(request_data(request) if request.method == "POST" else None)
    if form.is_valid():
        base_url = f"{request.scheme}://{request.get_host()}"
        tasks.mail_set_password_links.enqueue(form.cleaned_data["email"], base_url)
        return _go(request, reverse("accounts:password_reset_sent"))
    return _form_page(request, "accounts/password_reset.html", form)


@login_not_required
@require_methods("GET")
def password_reset_sent(request):
    return render(request, "accounts/password_reset_sent.html")


@login_not_required
@sensitive_post_parameters()
@never_cache
@require_methods("GET", "POST")
def set_password(request, uidb64, token):
    """The page behind a one-time link: whoever holds it chooses the password."""
    user = _user_of(uidb64)
    if user is None or not default_token_generator.check_token(user, token):
        if wants_json(request):
            return error(request, 400, DEAD_LINK)
        return render(request, "accounts/set_password_dead.html", {"message": DEAD_LINK}, status=400)
    form = ChoosePasswordForm(user, request_data(request) if request.method == "POST" else None)
    if form.is_valid():
        form.save()
        return _go(request, reverse("accounts:set_password_done"))
    return _form_page(request, "accounts/set_password.html", form)


@login_not_required
@require_methods("GET")
def set_password_done(request):
    return render(request, "accounts/set_password_done.html")


def _user_of(uidb64: str) -> User | None:
    try:
        user_id = int(urlsafe_base64_decode(uidb64))
    except (ValueError, OverflowError):
        return None
    return User.objects.filter(pk=user_id, is_active=True).first()


def _go(request, path: str):
    """Done: on to `path`; or its name, for a script."""
    return JsonResponse({"success": True, "next": path}) if wants_json(request) else redirect(path)


def _form_page(request, template: str, form):
    """The page with its form: new, or (400) with what is wrong."""
    if form.is_bound and wants_json(request):
        return error(request, 400, form_errors(form))
    return render(request, template, {"form": form}, status=400 if form.is_bound else 200)
