/* ---
id: account_numbers
kind: step
doc:
  zh: 每个见过或申报过的账号及其正主账号（一个账户与它的卡是同一账户的两个号码）
  en: Every account number seen or declared with its canonical one (an account and its cards are numbers of one account)
partition: whole
reads: [sightings, accounts, firm_snapshots]
--- */
WITH declared AS (
    SELECT account_key, account FROM accounts WHERE account_key IS NOT NULL
    UNION ALL
    SELECT card_key, card FROM accounts WHERE card_key IS NOT NULL
    UNION ALL
    SELECT lending_account_key, lending_account FROM firm_snapshots WHERE lending_account_key IS NOT NULL
    UNION ALL
    SELECT deposit_account_key, deposit_account FROM firm_snapshots WHERE deposit_account_key IS NOT NULL
    UNION ALL
    SELECT basic_account_key, basic_account FROM firm_snapshots WHERE basic_account_key IS NOT NULL
),

carried AS (
    SELECT DISTINCT
        CAST('0x' || substr(md5(card), 1, 15) AS BIGINT) AS card_key, card, account_key
    FROM sightings
    WHERE side = 'own' AND card IS NOT NULL
),

numbers AS (
    SELECT number_key, min(number) AS number
    FROM (
        SELECT account_key AS number_key, account AS number FROM sightings
        UNION ALL
        SELECT card_key, card FROM carried
        UNION ALL
        SELECT account_key, account FROM declared
    ) AS everywhere
    GROUP BY number_key
),

-- The account table says which account a card belongs to; a statement that carries both is second; then the smallest.
claims AS (
    SELECT card_key, account_key, 1 AS rank FROM accounts WHERE card_key <> account_key
    UNION ALL
    SELECT card_key, account_key, 2 AS rank FROM carried WHERE card_key <> account_key
),

cards AS (
    SELECT card_key, account_key
    FROM (
        SELECT
            card_key, account_key,
            row_number() OVER (PARTITION BY card_key ORDER BY rank, account_key) AS place
        FROM claims
    ) AS ranked
    WHERE place = 1
)

SELECT
    numbers.number_key AS account_key,
    numbers.number AS account,
    COALESCE(through.account_key, cards.account_key, numbers.number_key) AS canonical_key
FROM numbers
LEFT JOIN cards ON cards.card_key = numbers.number_key
LEFT JOIN cards AS through ON through.card_key = cards.account_key AND through.account_key <> numbers.number_key
