"""Who may do what, and over whose data: roles, permissions, scope."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fundwatch.domain.errors import InputError


class Role(StrEnum):
    """The one role that a person holds; duties that must lie apart lie in different roles."""

    LIAISON = "liaison"
    COUNTY_OFFICER = "county_officer"
    CITY_OFFICER = "city_officer"
    REVIEWER = "reviewer"
    ANALYST = "analyst"
    DATA_SCIENTIST = "data_scientist"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def zh(self) -> str:
        """Return the name the office uses."""
        return _ROLE_NAMES[self]


class Permission(StrEnum):
    """One thing that a page or a command lets a person do."""

    UPLOAD = "upload"
    SEE_BATCHES = "see_batches"
    SEE_ALERTS = "see_alerts"
    SEE_PERSONAL_DATA = "see_personal_data"
    DECIDE = "decide"
    CONFIRM = "confirm"
    EXPORT = "export"
    SEE_RUNS = "see_runs"
    RUN = "run"
    PROPOSE = "propose"
    APPROVE = "approve"
    ADMINISTER_SYSTEM = "administer_system"
    ADMINISTER_PEOPLE = "administer_people"
    READ_AUDIT = "read_audit"


_ROLE_NAMES = {
    Role.LIAISON: "报送联络员",
    Role.COUNTY_OFFICER: "县区处置人员",
    Role.CITY_OFFICER: "市级处置人员",
    Role.REVIEWER: "复核人员",
    Role.ANALYST: "分析人员",
    Role.DATA_SCIENTIST: "数据科学人员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}
_REVIEW = frozenset({Permission.SEE_ALERTS, Permission.SEE_PERSONAL_DATA, Permission.EXPORT})
GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.LIAISON: frozenset({Permission.UPLOAD, Permission.SEE_BATCHES}),
    Role.COUNTY_OFFICER: _REVIEW | {Permission.DECIDE},
    Role.CITY_OFFICER: _REVIEW | {Permission.DECIDE, Permission.SEE_BATCHES},
    Role.REVIEWER: _REVIEW | {Permission.CONFIRM, Permission.APPROVE},
    Role.ANALYST: frozenset(
        {Permission.SEE_BATCHES, Permission.SEE_ALERTS, Permission.SEE_RUNS, Permission.RUN, Permission.PROPOSE}
    ),
    Role.DATA_SCIENTIST: frozenset({Permission.SEE_RUNS, Permission.PROPOSE}),
    Role.SYSTEM_ADMIN: frozenset({Permission.ADMINISTER_SYSTEM, Permission.SEE_RUNS}),
    Role.SECURITY_ADMIN: frozenset({Permission.ADMINISTER_PEOPLE}),
    Role.AUDIT_ADMIN: frozenset({Permission.READ_AUDIT}),
}
"""What each role may do: whoever decides does not confirm, and no administrator sees personal data."""
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data a person sees: some institutions, one region (GB/T 2260, six digits), or with neither all of them."""

    institutions: frozenset[str] = frozenset()
    region: str | None = None

    def covers_institution(self, code: str) -> bool:
        """Return whether batches and reports of an institution are in the scope; a region grants none."""
        return code in self.institutions if self.institutions else self.region is None

    def covers_region(self, region: str | None) -> bool:
        """Return whether subjects of a region are in the scope; one whose region is not known is the city's."""
        if self.institutions:
            return False
        return self.region is None or region == self.region


def may(role: Role, permission: Permission) -> bool:
    """Return whether a role holds a permission."""
    return permission in GRANTS[role]


def scope_of(role: Role, institutions: Collection[str], region: str | None) -> Scope:
    """Return the scope of a role; raise InputError when it lacks what the role needs or names what it cannot have."""
    if role is Role.LIAISON and (not institutions or region is not None):
        raise _refused("联络员须登记至少一家报送机构，且不填区划", "a liaison needs an institution and no region")
    if role is Role.COUNTY_OFFICER and (institutions or region is None or not _is_region(region)):
        raise _refused("县区人员须登记六位区划代码，且不填机构", "a county officer needs a region of six digits only")
    if role not in (Role.LIAISON, Role.COUNTY_OFFICER) and (institutions or region is not None):
        raise _refused(f"{role.zh}不按机构或区划限定，请去掉", f"{role.value} takes neither institution nor region")
    return Scope(frozenset(institutions), region)


def _is_region(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit()


def _refused(zh: str, en: str) -> InputError:
    return InputError(f"{zh}。", f"{en}.", code="U101")
