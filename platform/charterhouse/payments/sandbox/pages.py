"""The hosted payment page (docs.stripe.com/payments/checkout/how-checkout-works).

Plain HTML, one form per way to act, nothing to run in the browser. Whoever has the
session's address may pay it, as with the real page.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup

from charterhouse.payments.sandbox import payments
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.ids import PREFIXES
from charterhouse.payments.sandbox.methods import METHODS
from charterhouse.payments.sandbox.ticks import tick
from charterhouse.payments.sandbox.words import WORDS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from charterhouse.payments.sandbox.state import Call, SandboxState
    from charterhouse.payments.sandbox.store import JSON

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
NOTICES = ("declined", "incorrect_number")


def blueprint(state: SandboxState) -> Blueprint:
    """Make the routes under `/pay`."""
    pages = Blueprint("pages", __name__)

    @pages.get("/pay/<session_id>")
    def show(session_id: str) -> BaseResponse:
        tick(state)
        found = _find(state, session_id)
        return _page(state, *found) if found else _missing()

    @pages.post("/pay/<session_id>")
    def act(session_id: str) -> BaseResponse:
        tick(state)
        found = _find(state, session_id)
        if found is None:
            return _missing()
        account, session = found
        if session["status"] != "open":
            return _again(session)
        try:
            with state.change(account) as call:
                session = call.require("checkout.session", session_id, "session")
                target = _act(call, session)
        except ApiError as error:
            if error.code == "incorrect_number":
                return _again(session, error.code)
            if error.param == "session":
                # Somebody else finished this page at the same moment.
                return _again(session)
            return Response(error.message, status=400, content_type="text/plain; charset=utf-8")
        return redirect(target, code=303)

    return pages


def _act(call: Call, session: JSON) -> str:
    """Do what the payer chose; answers where to go next."""
    action = request.form.get("action", "")
    method = request.form.get("method", "")
    success: str = session["success_url"].replace(PLACEHOLDER, session["id"])
    if action == "abandon":
        # The real page leaves the session open for another try, and so does this one.
        return session["cancel_url"] or _address(session)
    if action == "late" and method != "card":
        payments.pay_late(call, session, method)
        return success
    if action == "fail":
        payments.decline(call, session, method)
        return _address(session, "declined")
    if action == "pay":
        number = "".join(request.form.get("card", "").split())
        paid = payments.pay(call, session, method, number)
        return success if paid else _address(session, "declined")
    raise ApiError("Choose pay, fail, late or abandon.", param="action")


def _find(state: SandboxState, session_id: str) -> tuple[str, JSON] | None:
    if not session_id.startswith(PREFIXES["checkout.session"]):
        return None
    return state.store.find("checkout.session", session_id)


def _address(session: JSON, notice: str | None = None) -> str:
    return url_for(
        "pages.show",
        session_id=session["id"],
        method=request.values.get("method") or None,
        lang=request.args.get("lang"),
        notice=notice,
    )


def _again(session: JSON, notice: str | None = None) -> BaseResponse:
    return redirect(_address(session, notice), code=303)


def _page(state: SandboxState, account: str, session: JSON) -> BaseResponse:
    lang = _language(session)
    words = WORDS[lang]
    method = request.args.get("method", "")
    method = method if method in METHODS else "card"
    notice = request.args.get("notice", "")
    shown = render_template(
        "pay.html",
        lang=lang,
        words=words,
        session=session,
        merchant=(state.account(account) or {}).get("name") or "Charterhouse",
        item=session["_line_items"][0]["description"],
        amount=yuan(session["amount_total"]),
        methods=list(METHODS),
        method=method,
        notice=words[notice] if notice in NOTICES else None,
        time_left=_time_left(session["expires_at"] - state.clock.now(), words),
        qr=None if method == "card" else _qr(f"{state.hosted_base}/pay/{session['id']}", method),
        state=_state(session),
        back=_back(session),
    )
    return _secured(Response(shown), session)


def _missing() -> BaseResponse:
    lang = _language({"locale": None})
    shown = render_template("missing.html", lang=lang, words=WORDS[lang])
    return _secured(Response(shown, status=404), None)


def _state(session: JSON) -> str:
    if session["status"] == "complete":
        return "paid" if session["payment_status"] == "paid" else "processing"
    return str(session["status"])


def _back(session: JSON) -> str | None:
    if session["status"] == "complete":
        return str(session["success_url"]).replace(PLACEHOLDER, session["id"])
    back: str | None = session["cancel_url"]
    return back


def _language(session: JSON) -> str:
    """Choose by the address, then by the session, then by the browser."""
    for wanted in (request.args.get("lang"), session["locale"]):
        if wanted in WORDS:
            return wanted
    return request.accept_languages.best_match(["zh", "en"]) or "zh"


def yuan(fen: int) -> str:
    """Write an amount in fen for people: `¥1,234.50`."""
    return f"¥{fen // 100:,}.{fen % 100:02d}"


def _time_left(seconds: int, words: dict[str, str]) -> str:
    if seconds > 7_200:
        return words["time_hours"].format(hours=seconds // 3_600)
    minutes = -(-seconds // 60)
    return words["time_left"].format(minutes=minutes) if minutes > 1 else words["time_last"]


def _qr(address: str, method: str) -> Markup:
    buffer = io.BytesIO()
    code = segno.make(f"{address}?method={method}", micro=False)
    code.save(buffer, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2)
    # The library escapes nothing because it writes nothing but numbers.
    return Markup(buffer.getvalue().decode())  # noqa: S704 - see above


def _secured(response: Response, session: dict[str, Any] | None) -> Response:
    """Forbid scripts and foreign content; forms may lead on to the merchant only."""
    targets = {"'self'"}
    for name in ("success_url", "cancel_url"):
        if session and session[name]:
            parts = urlsplit(session[name])
            targets.add(f"{parts.scheme}://{parts.netloc}")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {' '.join(sorted(targets))}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
