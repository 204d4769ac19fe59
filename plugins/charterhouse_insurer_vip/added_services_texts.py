"""The words of the added services shared with relatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues


def _named(codes: Iterable[str], labels: Mapping[str, Text]) -> Text:
    found = [labels.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in found) or "无", ", ".join(en for _, en in found) or "none"


def words(s: SettingValues, labels: Mapping[str, Text]) -> dict[str, Text]:
    """Number → text, with the tenant's figures."""
    return {**_entry(s, labels), **_term(s, labels), **_relatives(s, labels), **_requests()}


def _entry(s: SettingValues, labels: Mapping[str, Text]) -> dict[str, Text]:
    products = _named(s.eligible_products, labels)
    diseases = _named(s.designated_conditions, labels)
    return {
        "1.1": (
            f"适用产品（{products[0]}）的被保险人享受一站式健康管理，由境内服务机构联合境内外机构提供；其他产品的保单不予登记。",
            f"For the insured of the eligible products ({products[1]}): one-stop health management by a "
            "domestic provider with domestic and foreign institutions. A policy of another product is "
            "refused.",
        ),
        "1.2": (
            f"指定疾病指合同条款所列疾病：{diseases[0]}。",
            f"Designated diseases are those of the contract terms: {diseases[1]}.",
        ),
    }


def _term(s: SettingValues, labels: Mapping[str, Text]) -> dict[str, Text]:
    days = s.waiting_days
    zh, en = [], []
    for code, count in s.services.items():
        name = labels.get(code, (code, code))
        zh.append(name[0] + ("不限次" if count is None else f"{count}次"))
        en.append(f"{name[1]}: {'unlimited' if count is None else count}")
    return {
        "2.1": (
            "服务有效期即合同有效期，随合同中止、复效、终止和满期；合同未生效或失效期间不提供服务。",
            "The service is valid as long as the contract and follows its suspension, reinstatement, "
            "termination and expiry; while the contract is not in force there is no service.",
        ),
        "2.2": (
            f"自合同生效日和每次复效日起均等待{days}个自然日，自起算日后第{days}日起可用；等待期内不提供服务，保单载明的等待天数不适用。",
            f"Waiting of {days} natural days from the start of validity and from every reinstatement; "
            f"the first usable day is the start plus {days}. The days that a policy states itself do "
            "not matter.",
        ),
        "2.3": (
            f"合同有效期内的服务和次数：{'；'.join(zh)}。不因保单周年而恢复，无需诊断；被保险人和亲属合用同一次数。",
            f"Services and counts within the validity: {'; '.join(en)}. They are not renewed at "
            "anniversaries and need no diagnosis; the insured and the relatives share one pool.",
        ),
        "2.4": (
            "等待期届满前（含此前中止期间）确诊指定疾病的，永久不再享受该保单项下的服务，复效后亦同；复效后等待期内新患指定疾病的同样处理。"
            "亲属在其自身等待期内的，仅该亲属不再享受。",
            "A designated disease confirmed before the waiting is over, a suspension before it included, "
            "bars for good from all services of the policy, whatever is reinstated; a new one in a new "
            "waiting does as well. A relative is barred by his or her own waiting, and alone.",
        ),
    }


def _relatives(s: SettingValues, labels: Mapping[str, Text]) -> dict[str, Text]:
    shared = _named(s.shareable_services, labels)
    most, age, days = s.relatives_max, s.relative_age_max, s.relative_waiting_days
    return {
        "3.1": (
            f"亲属可共享的服务：{shared[0]}；其他服务不得转予亲属。",
            f"Services shared with relatives: {shared[1]}; no other is passed on.",
        ),
        "3.2": (
            f"亲属指被保险人的父母、配偶、子女，保单生效日时不超过{age}周岁；此后的年龄不影响。",
            f"Relatives are the parents, spouse and children of the insured, at most {age} years old on "
            "the day on which the policy takes effect; their age later does not matter.",
        ),
        "3.3": (
            f"合同有效期内最多指定{most}名亲属，一经指定不得更换，身故亦同；不再享受服务的亲属仍占名额。",
            f"At most {most} relatives during the whole validity. Once named they are never replaced, "
            "not even after death; a barred one keeps the place.",
        ),
        "3.4": (
            "须由被保险人本人致电指定。",
            "They are named by the insured's own call.",
        ),
        "3.5": (
            f"亲属自指定之日或此后最近一次复效之日起等待{days}个自然日，自起算日后第{days}日起可用；被保险人等待期内亦可指定，"
            "指定在中止期间继续有效。",
            f"A relative waits {days} natural days from the call, or from the last reinstatement if "
            f"later; the first usable day is that day plus {days}. Naming is possible during the "
            "insured's own waiting and stands through suspensions.",
        ),
        "3.6": (
            "亲属使用服务时须注明本人；未经指定的人不予受理。亲属的疾病以亲属名义登记。",
            "A service for a relative names him or her; nobody else is served. A relative's disease is "
            "on file under the relative.",
        ),
    }


def _requests() -> dict[str, Text]:
    return {
        "4.1": (
            "无需审核和材料：申请、确认预约、办结；电话医生直接使用。机构原因未能提供的退回次数；完成或未到的计为已用；确认预约前取消免费，之后计为已用。",
            "No review, no papers: request, confirmed booking, closing; the phone doctor is used "
            "directly. A failure of provider or hospital releases the count; completion and no-show "
            "consume it. Cancelling is free before the booking is confirmed, and consumes afterwards.",
        ),
        "5": (
            "参与方：被保险人、亲属、客服、服务机构。登记：亲属（来电、来电人、日期、关系、出生日期、可用日）；不再享受服务的人员。",
            "Roles: insured, relatives, service desk, provider. Registers: relatives with call, caller, "
            "day, relation, birth date, first usable day; bars.",
        ),
    }


__all__ = ["words"]
