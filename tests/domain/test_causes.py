"""Reason codes: every disposition asks for its own, and every innocent reading that rules try has one."""

from pathlib import Path

import pytest

from fundwatch.domain.causes import CAUSES, Ground, causes_for, check_causes, ground_of
from fundwatch.domain.errors import InputError
from fundwatch.domain.review import Disposition
from rules.catalogue import load_catalogue

RULES = load_catalogue(Path(__file__).parents[2] / "rules")


@pytest.mark.parametrize("disposition", list(Disposition))
def test_every_disposition_has_reasons_and_refuses_none_or_another_s(disposition: Disposition) -> None:
    own = causes_for(disposition)
    assert own
    assert check_causes(disposition, [own[0].code, own[0].code], "") == (own[0],)
    with pytest.raises(InputError, match="须给出原因代码"):
        check_causes(disposition, [], "a note is no reason")
    foreign = next(cause for cause in CAUSES if cause.ground is not ground_of(disposition))
    with pytest.raises(InputError, match="不适用"):
        check_causes(disposition, [own[0].code, foreign.code], "")


def test_other_needs_words() -> None:
    with pytest.raises(InputError, match="note"):
        check_causes(Disposition.NORMAL_BUSINESS, ["other_innocent"], " ")
    assert check_causes(Disposition.NORMAL_BUSINESS, ["other_innocent"], "拆迁补偿")[0].code == "other_innocent"


def test_codes_and_names_are_each_one_s_own() -> None:
    for values in ([cause.code for cause in CAUSES], [cause.zh for cause in CAUSES], [cause.en for cause in CAUSES]):
        assert len(values) == len(set(values))


def test_there_is_a_code_for_every_suppressor_and_one_for_every_typology_but_the_detector_s() -> None:
    innocent = {cause.explained_by for cause in CAUSES if cause.ground is Ground.INNOCENT} - {None}
    assert innocent == {one.code for one in RULES.suppressors}
    upheld = [code for cause in CAUSES for code in cause.typologies]
    assert len(upheld) == len(set(upheld))
    assert set(upheld) == {rule.code for rule in RULES.rules}
