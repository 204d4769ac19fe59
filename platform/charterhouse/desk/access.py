"""Who may come in: staff with password and second factor, other systems, members by phone."""

from __future__ import annotations

from charterhouse.desk.audit import note, reveal
from charterhouse.desk.codes import CodeError, request_code, verify_code
from charterhouse.desk.keys import ApiKey, NewKey, create_key, list_keys, revoke_key, verify_key
from charterhouse.desk.signing import SignInError, check_code, check_password, sign_in
from charterhouse.desk.staff import (
    Enrolment,
    Staff,
    change_password,
    change_staff,
    create_staff,
    enrolment_of,
    find_staff,
    get_staff,
    list_staff,
    reset_password,
    reset_second_factor,
    set_active,
)

__all__ = [
    "ApiKey",
    "CodeError",
    "Enrolment",
    "NewKey",
    "SignInError",
    "Staff",
    "change_password",
    "change_staff",
    "check_code",
    "check_password",
    "create_key",
    "create_staff",
    "enrolment_of",
    "find_staff",
    "get_staff",
    "list_keys",
    "list_staff",
    "note",
    "request_code",
    "reset_password",
    "reset_second_factor",
    "reveal",
    "revoke_key",
    "set_active",
    "sign_in",
    "verify_code",
    "verify_key",
]
