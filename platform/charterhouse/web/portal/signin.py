"""Signing in by phone and one-time code; then choosing who of the household it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, session, url_for

from charterhouse import clock
from charterhouse.desk.access import CodeError, request_code, verify_code
from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.errors import DeskError
from charterhouse.desk.people import get_person, read_phone
from charterhouse.web.app import config, tenant
from charterhouse.web.auth.session import current_principal, safe_next, sign_out
from charterhouse.web.i18n import current_language, gettext
from charterhouse.web.permissions import public, signed_in
from charterhouse.web.portal.base import enter, own_ref, portal
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    Answer = str | Response | tuple[str, int]

_PHONE, _CHOICE, _NEXT = "portal_phone", "portal_choice", "portal_next"
_CHOICE_SECONDS: Final = 5 * 60


def _home() -> str:
    return url_for("portal.home")


@portal.get("/sign-in")
@public(reason="the page on which members sign in")
def sign_in() -> Answer:
    """Ask for the phone number."""
    principal = current_principal()
    if principal is not None and principal.audience == "member":
        return redirect(safe_next(request.args.get("next"), _home()), code=303)
    if "next" in request.args:
        session[_NEXT] = safe_next(request.args["next"], _home())
    expired = request.args.get("expired") == "1"
    return render_template("portal/sign_in.html", phone="", errors={}, expired=expired)


@portal.post("/sign-in")
@public(reason="the page on which members sign in")
@limiter.limit("12 per minute")
def send_code() -> Answer:
    """Send a code. The answer is the same whether anybody here has this phone."""
    phone = request.form.get("phone", "")
    try:
        request_code(phone, language=current_language())
    except DeskError as error:
        errors = {"phone": _problem(error)}
        page = render_template("portal/sign_in.html", phone=phone, errors=errors, expired=False)
        return page, error.status
    session[_PHONE] = read_phone(phone)
    return redirect(url_for("portal.code"), code=303)


@portal.get("/sign-in/code")
@public(reason="the page on which members sign in")
def code() -> Answer:
    """Ask for the code."""
    return _code_page({})


@portal.post("/sign-in/code")
@public(reason="the page on which members sign in")
@limiter.limit("12 per minute")
def check_code() -> Answer:
    """Take the code; with several people on one phone ask who it is."""
    phone = session.get(_PHONE)
    if not phone:
        return redirect(url_for("portal.sign_in"), code=303)
    try:
        refs = verify_code(phone, request.form.get("code", ""))
    except CodeError:
        wrong = gettext("This code is not right, or too old. Check it, or have a new one sent.")
        page = _code_page({"code": wrong})
        return (page, 422) if isinstance(page, str) else page
    if len(refs) == 1:
        return _in(refs[0])
    session[_CHOICE] = {"refs": refs, "at": _seconds()}
    return redirect(url_for("portal.choose"), code=303)


@portal.get("/sign-in/choose")
@public(reason="the code was given: the session names who may be chosen")
def choose() -> Answer:
    """Ask who of the people with this phone it is."""
    refs = _choice()
    if not refs:
        return redirect(url_for("portal.sign_in"), code=303)
    people = [get_person(ref) for ref in refs]
    return render_template("portal/choose.html", people=people)


@portal.post("/sign-in/choose")
@public(reason="the code was given: the session names who may be chosen")
def chosen() -> Answer:
    """Sign in as one of them."""
    ref = request.form.get("ref", "")
    if ref not in _choice():
        return redirect(url_for("portal.sign_in"), code=303)
    return _in(ref)


def _choice() -> list[str]:
    """The people among whom the code lets choose; for minutes only, or the cookie were a key."""
    kept = session.get(_CHOICE)
    if not kept or not 0 <= _seconds() - kept["at"] <= _CHOICE_SECONDS:
        return []
    refs: list[str] = kept["refs"]
    return refs


def _seconds() -> int:
    return int(clock.now().timestamp())


@portal.post("/sign-out")
@signed_in("member")
def leave() -> Answer:
    """Sign out on this device."""
    own_ref()
    sign_out()
    return redirect(url_for("portal.sign_in"), code=303)


def _in(ref: str) -> Response:
    target = safe_next(session.get(_NEXT), _home())
    enter(ref)
    return redirect(target, code=303)


def _code_page(errors: dict[str, str]) -> Answer:
    phone = session.get(_PHONE)
    if not phone:
        return redirect(url_for("portal.sign_in"), code=303)
    sample = _sample_code(phone) if config().demo else ""
    tail = f"{phone.removeprefix('+86')[:3]}****{phone[-4:]}"
    return render_template("portal/code.html", errors=errors, phone=tail, sample=sample)


def _sample_code(phone: str) -> str:
    """The message that a demonstration, which sends nothing, would have sent."""
    path = config().data_dir / OUTBOX
    if not path.exists():
        return ""
    wanted = f"\t{tenant().slug}\tcode\t{phone}\t"
    for line in reversed(path.read_text(encoding="utf-8").splitlines()[-200:]):
        if wanted in line:
            return str(line.partition(wanted)[2])
    return ""


def _problem(error: DeskError) -> str:
    if error.code == "too_many_codes":
        told = gettext("Too many codes were sent to this phone. Try again in an hour.")
    else:
        told = gettext(
            "Enter the phone number that the institution has on file, such as 138 0013 8000."
        )
    return str(told)
