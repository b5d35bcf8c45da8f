"""Keys and days: stable, within 60 bits, and equal to their SQL form."""

from datetime import date

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.keys import date_of, day_number, key_of, month_bounds, month_of, record_text


@given(st.lists(st.text(), max_size=20))
def test_the_sql_form_gives_the_same_key(texts: list[str]) -> None:
    texts = [text.replace("\x00", "") for text in texts]
    with duckdb.connect() as connection:
        for text in texts:
            row = connection.execute(
                "SELECT CAST('0x' || substr(md5($text), 1, 15) AS BIGINT)", {"text": text}
            ).fetchone()
            assert row == (key_of(text),)
            assert 0 <= key_of(text) < 2**60
            assert len(record_text(key_of(text))) == 15


@given(st.dates())
def test_days_are_numbers_and_back(day: date) -> None:
    assert date_of(day_number(day)) == day
    first, last = month_bounds(month_of(day_number(day))) if day < date(9999, 12, 1) else (0, 0)
    if last:
        assert first <= day_number(day) <= last
        assert date_of(first).day == 1
        assert date_of(last + 1).day == 1
