"""Roles: every permission is somebody's, duties lie apart, and a scope covers what it names and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.access import ADMINISTRATORS, GRANTS, Permission, Role, Scope, may, scope_of
from fundwatch.domain.errors import InputError


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert set(GRANTS) == set(Role)
    assert set().union(*GRANTS.values()) == set(Permission)
    assert all(role.zh for role in Role)


def test_duties_lie_apart() -> None:
    for role in Role:
        assert not (may(role, Permission.DECIDE) and may(role, Permission.CONFIRM))
        assert not (may(role, Permission.PROPOSE) and may(role, Permission.APPROVE))
    for role in ADMINISTRATORS:
        assert not GRANTS[role] & {Permission.SEE_PERSONAL_DATA, Permission.SEE_ALERTS, Permission.DECIDE}
    own = (Permission.ADMINISTER_SYSTEM, Permission.ADMINISTER_PEOPLE, Permission.READ_AUDIT)
    for permission in own:
        assert sum(may(role, permission) for role in Role) == 1


@pytest.mark.parametrize(
    ("role", "institutions", "region"),
    [
        (Role.LIAISON, (), None),
        (Role.LIAISON, ("B1",), "610902"),
        (Role.COUNTY_OFFICER, (), None),
        (Role.COUNTY_OFFICER, (), "6109"),
        (Role.COUNTY_OFFICER, ("B1",), "610902"),
        (Role.CITY_OFFICER, (), "610902"),
        (Role.AUDIT_ADMIN, ("B1",), None),
    ],
)
def test_a_scope_that_its_role_cannot_have_is_refused(role: Role, institutions: tuple[str, ...], region: str) -> None:
    with pytest.raises(InputError):
        scope_of(role, institutions, region)


@given(st.sampled_from(["B1", "B2", "M1"]), st.sampled_from(["610902", "610921", None]))
def test_a_scope_covers_its_own(institution: str, region: str | None) -> None:
    liaison = scope_of(Role.LIAISON, ["B1"], None)
    county = scope_of(Role.COUNTY_OFFICER, [], "610902")
    city = scope_of(Role.CITY_OFFICER, [], None)
    assert liaison.covers_institution(institution) == (institution == "B1")
    assert not liaison.covers_region(region)
    assert county.covers_region(region) == (region == "610902")
    assert not county.covers_institution(institution)
    assert city == Scope() and city.covers_institution(institution) and city.covers_region(region)
