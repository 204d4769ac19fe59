"""The sites of an installation in the process of a test."""

from __future__ import annotations

from typing import Any

from faults_house import EVENTS, House
from flask.testing import FlaskClient

from charterhouse.desk.staff import create_staff, get_staff
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.admin.account import principal_of
from charterhouse.web.app import AREAS, create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import public


class Site:
    """The sites of an installation in this process."""

    def __init__(self, house: House) -> None:
        def enter(number: int) -> str:
            sign_in(principal_of(get_staff(number)))
            return ""

        def door(app: Any) -> None:
            rule = public(reason="Signs the test's member of staff in.")
            app.add_url_rule("/test-enter/<int:number>", "test.enter", rule(enter))

        self.house = house
        self.app = create_app(
            house.catalogue.installation.config,
            directory=house.catalogue,
            areas=(*AREAS, door),
        )

    def tell(self, client: FlaskClient, ref: str, key: str) -> tuple[int, str]:
        """Tell of a bill; returns the status and, of a refusal, its code."""
        body = {"spend": {"id": key, "member": ref, "amount": "10.00"}}
        headers = {"Authorization": f"Bearer {self.house.token}", "Idempotency-Key": key}
        answer = client.post(EVENTS, json=body, headers=headers)
        told: Any = answer.json
        return answer.status_code, told["code"] if answer.status_code >= 400 else ""

    def owner(self) -> FlaskClient:
        """The browser of the owner, signed in."""
        with tenant_scope(self.house.tenant):
            made = create_staff("owner-1", "测试", "a long password", "owner", enrolled=True)
        client = self.app.test_client()
        assert client.get(f"/t/east/test-enter/{made.staff.id}").status_code == 200
        return client
