"""Masks: a person is not told by what is shown, an organisation is."""

from fundwatch.domain.masking import mask_account, mask_name


def test_people_keep_their_surname_and_organisations_their_name() -> None:
    assert mask_name("王小明") == "王**"
    assert mask_name("远东理财有限责任公司") == "远东理财有限责任公司"
    assert mask_name(None) == "--"


def test_accounts_keep_four_digits_at_either_end() -> None:
    assert mask_account("6217000012343821") == "6217 **** 3821"
    assert mask_account(None) == "--"
