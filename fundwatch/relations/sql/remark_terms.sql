/* ---
id: remark_terms
doc:
  zh: 每笔转移的摘要附言中有哪些词表用词；变体写法已还原，否定式已排除
  en: Which terms of the lexicon a transfer's remark holds, disguised spellings read, negated terms left out
partition: day
amended:
  keys: amended_transfers
  by: [transfer_id, day]
  reads: {transfers: new_transfers}
  days: [new_transfers, day]
reads: [transfers, reference_lexicon, reference_glyphs]
--- */
-- Texts are read once, over the distinct remarks of the days; rules compare ids and never scan a text.
-- Half width and lower case; single characters read as the glyph table says; whatever is neither a Chinese character
-- nor a letter (digits, punctuation, emoji) separates.
WITH plain AS (
    SELECT
        said.remark,
        trim(regexp_replace(
            translate(
                lower(translate(
                    said.remark,
                    'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
                )),
                COALESCE(reference_glyphs.written, ''), COALESCE(reference_glyphs.read, '')
            ),
            '[^a-z一-鿿]+', ' ', 'g'
        )) AS text
    FROM (
        SELECT DISTINCT remark FROM transfers WHERE day BETWEEN $first_day AND $last_day AND remark <> ''
    ) AS said
    LEFT JOIN reference_glyphs ON reference_glyphs.kind = 'character'
),

cut AS (
    SELECT remark, text, instr(text, ' ') AS gap FROM plain WHERE text <> ''
),

-- Separators inside a word go (投 资 款, 投.资.款). The first gap stays where it may be the one between the bank's
-- summary and the customer's remark, that is with two characters or more on both sides: 转入 股金 is no 入股.
worded AS (
    SELECT
        remark,
        CASE
            WHEN gap > 2 AND length(text) - gap >= 2 AND substr(text, gap + 2, 1) <> ' '
            THEN substr(text, 1, gap - 1) || ' ' || replace(substr(text, gap + 1), ' ', '')
            ELSE replace(text, ' ', '')
        END AS words
    FROM cut
),

-- Terms of names, account types, channels and the bank's own entries are read elsewhere, from those columns alone.
spellings AS (
    SELECT term, class, lower(term) AS spelling, valid_from_day, valid_to_day
    FROM reference_lexicon
    WHERE class <> 'bank_entry' AND class NOT LIKE '%name' AND class NOT LIKE '%account' AND class NOT LIKE '%channel'
        AND class NOT LIKE '%negation'
    UNION
    SELECT
        reference_lexicon.term, reference_lexicon.class,
        replace(lower(reference_lexicon.term), reference_glyphs.read, reference_glyphs.written),
        reference_lexicon.valid_from_day, reference_lexicon.valid_to_day
    FROM reference_lexicon
    JOIN reference_glyphs
        ON reference_glyphs.kind = 'spelling' AND contains(lower(reference_lexicon.term), reference_glyphs.read)
    WHERE reference_lexicon.class = 'fundraising_strong'
),

-- Four characters do not meet by chance, so a longer term may also span the gap: 养老 床位.
bodies AS (
    SELECT DISTINCT words, words AS body, 2 AS least FROM worded WHERE length(words) >= 2
    UNION ALL
    SELECT DISTINCT words, replace(words, ' ', '') AS body, 4 AS least FROM worded WHERE contains(words, ' ')
),

-- Every spelling has two characters at least, so a text that holds one holds its first two: an equi-join finds them
-- (exact), instead of trying each of some hundred spellings on each of perhaps a million texts.
beginnings AS (
    SELECT words, body, least, substr(body, place, 2) AS beginning
    FROM (
        SELECT words, body, least, unnest(generate_series(1, length(body) - 1)) AS place FROM bodies
    ) AS placed
),

found AS (
    SELECT DISTINCT
        beginnings.words, spellings.term, spellings.class, spellings.spelling, spellings.valid_from_day,
        spellings.valid_to_day,
        (length(beginnings.words) - length(replace(beginnings.words, spellings.spelling, '')))
            // length(spellings.spelling) AS occurrences
    FROM beginnings
    JOIN spellings
        ON substr(spellings.spelling, 1, 2) = beginnings.beginning
        AND length(spellings.spelling) >= beginnings.least
        AND contains(beginnings.body, spellings.spelling)
),

-- A strong term does not count where it lies inside a negation in force in the month (贷款利息, 退…款): it counts when
-- it occurs more often than the negations take away. Two negations that overlap on one word may take it twice.
taken AS (
    SELECT
        found.words, found.spelling,
        sum(found.occurrences - (
            length(regexp_replace(found.words, negations.term, ' ', 'g'))
            - length(replace(regexp_replace(found.words, negations.term, ' ', 'g'), found.spelling, ''))
        ) // length(found.spelling)) AS occurrences
    FROM (SELECT DISTINCT words, spelling, occurrences FROM found WHERE class = 'fundraising_strong') AS found
    JOIN (
        SELECT DISTINCT term
        FROM reference_lexicon
        WHERE class = 'fundraising_negation' AND valid_from_day <= $month_last_day AND valid_to_day >= $month_first_day
    ) AS negations ON regexp_matches(found.words, negations.term)
    GROUP BY found.words, found.spelling
),

counted AS (
    SELECT DISTINCT worded.remark, found.term, found.class, found.valid_from_day, found.valid_to_day
    FROM found
    LEFT JOIN taken
        ON taken.words = found.words AND taken.spelling = found.spelling AND found.class = 'fundraising_strong'
    JOIN worded ON worded.words = found.words
    WHERE taken.occurrences IS NULL OR GREATEST(found.occurrences, 1) > taken.occurrences
)

SELECT DISTINCT transfers.transfer_id, transfers.day, counted.class, counted.term
FROM transfers
JOIN counted
    ON counted.remark = transfers.remark
    AND transfers.day BETWEEN counted.valid_from_day AND counted.valid_to_day
WHERE transfers.day BETWEEN $first_day AND $last_day
