"""What the two premium-extended green channels share: term, extensions, settings, words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import ExtendedCover, service_year
from charterhouse.kernel.clauses.diagnoses import Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.premiums import Floor, Premiums
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_green_channel.common import GreenChannel, GreenChannelSettings, quotas
from charterhouse_green_channel.fields import codes, count

TERM_NUMBERS = {
    "term": "1.3", "unopened": "1.2", "over": "1.7", "outstanding": "1.7", "expired": "1.8",
    "surrendered": "1.8", "lapsed": "1.9",
}  # fmt: skip
TERM = Section("1", "开通、期限和延长", "Opening, term, extension")


class PremiumExtendedSettings(GreenChannelSettings):
    """Extensions, grace, diseases and papers."""

    max_extensions = count(meta("最多延长次数", "Extensions at most", "times", "1.5", "entry"), 10)
    grace_days = Whole(
        required=True, metadata=meta("宽限期", "Grace of the contract", "days", "1.6", "entry")
    )
    covered_conditions = codes(
        meta("合同约定重大疾病", "Critical illnesses of the contract", "codes", "2", "entry")
    )
    papers = codes(meta("申请材料", "Papers of a request", "codes", "G7", "papers"), ())


class PremiumExtended(GreenChannel):
    """A year from the end of cooling-off, extended by a year with each premium paid in time."""

    waits: frozenset[str] = frozenset()
    """The services that wait."""

    @staticmethod
    def cover(s: SettingValues) -> ExtendedCover:
        """When the service opens and ends."""
        return ExtendedCover(most=s.max_extensions, grace_days=s.grace_days)

    def extension(
        self, s: SettingValues, *, counts: Mapping[str, int | None], free: Collection[str],
        numbers: Mapping[str, str],
    ) -> list[Clause]:  # fmt: skip
        """Premiums, waiting, counts per service year, diagnosis and floor.

        Args:
            s: the settings.
            counts: service → uses in a service year.
            free: services taken on the spot, which need no diagnosis and do not wait.
            numbers: of `waiting`, `count`, `diagnosis` and `floor`.
        """
        cover = self.cover(s)
        waiting = frozenset(counts) - frozenset(free)
        limited = tuple(
            f"quota_{code.replace('-', '_')}" for code, n in counts.items() if n is not None
        )
        return [
            Premiums("1.4", cover, late="1.6", limit="1.5"),
            Waiting(numbers["waiting"], days=s.waiting_days, services=waiting),
            *quotas(numbers["count"], counts, cover, period=service_year, at_once=free),
            Diagnosed(
                numbers["diagnosis"], Needed(conditions=s.covered_conditions), services=waiting
            ),
            Floor(
                numbers["floor"], not_lower=(*limited, "max_extensions"),
                not_higher=("waiting_days",),
            ),
            AmendmentNotice(numbers["floor"], days=0),
        ]  # fmt: skip


def term_words(s: SettingValues) -> dict[str, Text]:
    """Clauses 1.1 to 1.9 in words."""
    grace, most = s.grace_days, s.max_extensions
    return {
        "1.1": (
            "受益人为产品的被保险人，以每份保单上的证件号码识别。",
            "Beneficiary: the insured of the product, known by the ID number on each policy.",
        ),
        "1.2": (
            "保单生效且犹豫期届满后开通；开通日为生效日与犹豫期届满次日中较晚者，此前各项服务不受理。",
            "The service opens when the policy is effective and the cooling-off is over: on the later "
            "of the effective date and the day after the cooling-off. Before, every service is "
            "refused.",
        ),
        "1.3": (
            "首个服务期自开通日起一年。",
            "The first term is one year from the opening day.",
        ),
        "1.4": (
            "续期保险费于保单生效对应日应缴；宽限期届满前（含应缴日前）缴纳的，服务期即时顺延一年；同一应缴日重复缴纳的不再延长。",
            "Premiums are due on the anniversaries of the policy's effect. Paid up to the end of the "
            "grace, also before the due date, each moves the end on by a year at once; a second "
            "payment for one due date extends nothing.",
        ),
        "1.5": (
            f"最多延长{most}次；之后缴纳的予以记录和标记，不再延长。",
            f"At most {most} extensions; a further premium is recorded and marked, and extends nothing.",
        ),
        "1.6": (
            f"宽限期为应缴日后{grace}日（应缴日不计，末日有效）；逾期缴纳的予以记录和标记，不予延长。",
            f"Grace: {grace} days after the due date, which does not count; the last is in time. A "
            "premium paid later is recorded and marked, and extends nothing.",
        ),
        "1.7": (
            "服务期内未缴费的服务照常；服务期届满未缴费而宽限期未满的暂停受理，宽限期内缴费的即时恢复；"
            "宽限期届满或延长次数用完的终止。",
            "Within the term service goes on although a premium is due. After its end without the "
            "premium, while the grace runs, the service is suspended, and resumes at once with the "
            "payment. With the grace over, or all extensions used, it has ended.",
        ),
        "1.8": (
            "合同提前终止（退保、满期）的，服务随之终止。",
            "Early termination of the contract (surrender, expiry) ends the service.",
        ),
        "1.9": (
            "合同中止的服务随之中止，复效的随之恢复，不再等待。",
            "The service follows a lapse and a reinstatement of the contract; a reinstatement brings "
            "no new waiting.",
        ),
    }


def floor_words(number: str, *, costs: Text = ("", "")) -> dict[str, Text]:
    """The floor under changes, in words; with what else the clause says before it."""
    return {
        number: (
            f"{costs[0]}保险公司负责解释，可调整内容、范围和规则，但不得低于现有水平：减少次数、延长等待期或减少延长次数的调整不予准许；"
            "提高的自生效日起适用，正在进行的服务年度亦同。",
            f"{costs[1]}The insurer interprets and may change contents, scope and rules, but not below the present "
            "service: a change that lowers a count, lengthens the waiting or cuts the extensions is "
            "refused; one that raises them holds from its effective date, for the running year too.",
        )
    }


__all__ = [
    "TERM", "TERM_NUMBERS", "PremiumExtended", "PremiumExtendedSettings", "floor_words",
    "term_words",
]  # fmt: skip
