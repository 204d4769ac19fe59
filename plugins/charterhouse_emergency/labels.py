"""What patients have, who treats them and where, in words: details that emergency staff tell."""

from __future__ import annotations

from charterhouse.kernel.charter import Text

CONDITIONS: dict[str, Text] = {
    "active-bleeding": ("活动性出血", "Active bleeding"),
    "cardiac-respiratory-arrest": ("心跳呼吸骤停", "Cardiac and respiratory arrest"),
    "heart-failure": ("心力衰竭", "Heart failure"),
    "respiratory-failure": ("呼吸衰竭", "Respiratory failure"),
    "renal-failure": ("肾功能衰竭", "Kidney failure"),
    "organ-failure": ("脏器衰竭", "Organ failure"),
    "shock": ("休克", "Shock"),
    "multiple-trauma": ("多发伤", "Multiple trauma"),
    "acute-bleeding": ("急性出血", "Acute bleeding"),
    "acute-poisoning": ("急性中毒", "Acute poisoning"),
    "electric-injury": ("电击伤", "Electric injury"),
    "drowning": ("溺水", "Drowning"),
    "common-cold": ("感冒", "Common cold"),
    "unclear": ("不明", "Unclear"),
}
"""Condition → (zh, en)."""

SPECIAL: dict[str, Text] = {
    "mass-casualty": ("成批伤病员", "Mass casualty"),
    "poisoning": ("中毒", "Poisoning"),
    "infectious": ("传染病", "Infectious disease"),
    "severe-multiple-injury": ("严重多发伤", "Severe multiple injury"),
    "compound-injury": ("复合伤", "Compound injury"),
    "foreign-patient": ("外籍患者", "Foreign patient"),
    "senior-official": ("重要人士", "Senior official"),
}
"""What the management has to know of → (zh, en)."""

DOCTORS: dict[str, Text] = {
    "physician": ("医师", "Physician"),
    "attending": ("主治医师", "Attending"),
    "associate-chief": ("副主任医师", "Associate chief"),
    "chief": ("主任医师", "Chief"),
    "resident-trainee": ("规培住院医师", "Resident in training"),
}
"""Level of a doctor → (zh, en)."""

DEPARTMENTS: dict[str, Text] = {
    "internal-medicine": ("内科", "Internal medicine"),
    "general-surgery": ("普外科", "General surgery"),
    "neurosurgery": ("神经外科", "Neurosurgery"),
    "orthopaedics": ("骨科", "Orthopaedics"),
    "burns": ("烧伤科", "Burns"),
    "cardiology": ("心内科", "Cardiology"),
    "neurology": ("神经内科", "Neurology"),
    "imaging": ("影像科", "Imaging"),
    "icu": ("重症监护室", "Intensive care"),
    "emergency": ("急诊科", "Emergency department"),
}
"""Department → (zh, en)."""

MEDICAL: dict[str, Text] = {**CONDITIONS, **SPECIAL, **DOCTORS, **DEPARTMENTS}
"""All of them."""

__all__ = ["CONDITIONS", "DEPARTMENTS", "DOCTORS", "MEDICAL", "SPECIAL"]
