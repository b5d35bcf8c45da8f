"""Reason codes: why a lead was upheld, excluded, kept under watch, or found to rest on bad data.

A code says what the reviewer saw in the lead, never what anybody did; every disposition names at least one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fundwatch.domain.errors import InputError
from fundwatch.domain.review import Disposition


class Ground(StrEnum):
    """What kind of conclusion a reason code belongs to."""

    UPHELD = "upheld"
    INNOCENT = "innocent"
    DATA = "data"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason code; ``explained_by`` is the suppressor (F1 … F12) that says the same of a subject, if there is one.

    ``typologies`` names the families of behaviour that a code of an upheld lead stands for.
    """

    code: str
    ground: Ground
    zh: str
    en: str
    explained_by: str | None = None
    typologies: tuple[str, ...] = ()


def _upheld(code: str, zh: str, en: str, *typologies: str) -> Cause:
    return Cause(code, Ground.UPHELD, zh, en, typologies=typologies)


def _innocent(code: str, zh: str, en: str, explained_by: str | None = None) -> Cause:
    return Cause(code, Ground.INNOCENT, zh, en, explained_by)


CAUSES: tuple[Cause, ...] = (
    _upheld(
        "collects_from_public", "疑似向不特定公众归集", "collects from the public", "T01", "T02", "T03", "T04", "T05"
    ),
    _upheld("private_account", "疑似以私户代收", "a private account collects for a firm", "T07"),
    _upheld("promised_returns", "疑似约定返息、保本付息", "periodic returns on principal", "T06", "T08", "T09"),
    _upheld("new_pays_old", "疑似借新还旧", "returns paid from new deposits", "T10"),
    _upheld("recruits", "疑似复投与拉人提成", "rollover and commission on recruits", "T11"),
    _upheld("payout_stopped", "疑似兑付中断、资金转移", "payouts stop, money is moved away", "T12"),
    _upheld("passes_through", "疑似过账、地下钱庄", "passing through, mirrored exchange", "T13", "T14", "T18", "T22"),
    _upheld("layered", "疑似分层套现、化整为零", "layering, splitting, scattering", "T15", "T16", "T17", "T19", "T20"),
    _upheld("operated_together", "疑似由他人集中操控账户", "accounts operated by one hand", "T21"),
    _upheld("near_listed", "与名单主体有资金往来", "money to or from a listed party", "T23"),
    _upheld(
        "micro_loan_breach",
        "小贷公司疑似吸储、回流、超费、超限",
        "micro-loan firm beyond its licence",
        "M01",
        "M02",
        "M03",
        "M04",
        "M05",
    ),
    _upheld(
        "guarantee_breach",
        "担保公司疑似超限、挪用、自营",
        "guarantee firm beyond its licence",
        "G01",
        "G02",
        "G03",
        "G04",
        "G05",
    ),
    _upheld(
        "pawn_breach",
        "典当行疑似超限、虚当、对外借款",
        "pawn firm beyond its licence",
        "P01",
        "P02",
        "P03",
        "P04",
        "P05",
        "P06",
    ),
    _upheld("other_upheld", "其他可疑情形（须写说明）", "upheld for another reason (say which)"),
    _innocent("payroll", "代发工资", "payroll", "F1"),
    _innocent("merchant_acquiring", "商户收单", "merchant acquiring", "F2"),
    _innocent("rent_property", "物业、房租、水电", "property fees, rent, utilities", "F3"),
    _innocent("school_fees", "学校收费", "school fees", "F4"),
    _innocent("public_money", "公共资金", "public money", "F5"),
    _innocent("licensed_institution", "持牌机构与清算账户", "licensed institution or clearing", "F6"),
    _innocent("gifts", "红包、婚丧礼金", "gifts, weddings and funerals", "F7"),
    _innocent("family_own", "家庭与本人账户", "family and own accounts", "F8"),
    _innocent("presale_housing", "商品房预售监管", "supervised presale housing", "F9"),
    _innocent("farm_trade", "农产品收购、市场代购与分红", "farm purchases, market purchasing agents", "F10"),
    _innocent("charity", "登记慈善", "registered charity", "F11"),
    _innocent("agency_payout", "劳务代发与代收代付", "labour agency, collecting agents", "F12"),
    _innocent("ordinary_trade", "正常经营购销", "ordinary trade"),
    _innocent("private_lending", "亲友间零星借贷", "occasional lending among people who know each other"),
    _innocent("one_off_sale", "一次性大额买卖（房、车、股权）", "a single large sale"),
    _innocent("other_innocent", "其他正常情形（须写说明）", "innocent for another reason (say which)"),
    Cause("duplicate_rows", Ground.DATA, "重复报送", "rows reported twice"),
    Cause("wrong_direction", Ground.DATA, "收付方向错误", "direction reported the wrong way round"),
    Cause("wrong_amount", Ground.DATA, "金额或单位错误", "amount or unit wrong"),
    Cause("wrong_identity", Ground.DATA, "主体误并或张冠李戴", "parties mixed up or joined wrongly"),
    Cause("missing_reports", Ground.DATA, "缺报造成的假象", "an appearance made by missing reports"),
    Cause("other_data", Ground.DATA, "其他数据问题（须写说明）", "another fault of the data (say which)"),
    Cause("too_little_yet", Ground.WATCH, "规模尚小或时间尚短", "still small or young"),
    Cause("waits_for_data", Ground.WATCH, "等待补充数据", "waits for more data"),
    Cause("waits_for_others", Ground.WATCH, "等待其他部门反馈", "waits for another authority"),
)
_GROUND_OF = {
    Disposition.COUNTY_VERIFICATION: Ground.UPHELD,
    Disposition.OPEN_CASE: Ground.UPHELD,
    Disposition.HAND_TO_POLICE: Ground.UPHELD,
    Disposition.KEEP_WATCHING: Ground.WATCH,
    Disposition.NORMAL_BUSINESS: Ground.INNOCENT,
    Disposition.DATA_PROBLEM: Ground.DATA,
}
_BY_CODE = {cause.code: cause for cause in CAUSES}


def ground_of(disposition: Disposition) -> Ground:
    """Return the kind of reason that a disposition rests on."""
    return _GROUND_OF[disposition]


def causes_for(disposition: Disposition) -> tuple[Cause, ...]:
    """Return the reason codes that may be given for a disposition, in the order of the form."""
    return tuple(cause for cause in CAUSES if cause.ground is ground_of(disposition))


def check_causes(disposition: Disposition, codes: Sequence[str], note: str) -> tuple[Cause, ...]:
    """Return the causes of a decision; raise InputError when none is given, one does not fit, or words are missing.

    "Other" alone says nothing, so it needs a note.
    """
    allowed = causes_for(disposition)
    listed = "、".join(f"{cause.code}（{cause.zh}）" for cause in allowed)
    if not codes:
        raise InputError(
            f"结论“{disposition.zh}”须给出原因代码，可选：{listed}。",
            f"the disposition {disposition.value} needs a reason code: {', '.join(c.code for c in allowed)}.",
            code="R110",
        )
    strange = [code for code in codes if _BY_CODE.get(code) not in allowed]
    if strange:
        raise InputError(
            f"原因代码 {'、'.join(strange)} 不适用于“{disposition.zh}”，可选：{listed}。",
            f"{', '.join(strange)} is no reason for {disposition.value}; give one of "
            f"{', '.join(c.code for c in allowed)}.",
            code="R111",
        )
    if any(code.startswith("other_") for code in codes) and not note.strip():
        raise InputError(
            "选择“其他”须用 --note 写明情形。", "with an “other” reason say in the note which one.", code="R112"
        )
    return tuple(_BY_CODE[code] for code in dict.fromkeys(codes))
