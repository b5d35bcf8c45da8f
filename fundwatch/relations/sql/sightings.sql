/* ---
id: sightings
doc:
  zh: 至今在流水中见到的账号及流水所附的户名、证件令牌、客户号；entities 由它而来，不必重读历史流水
  en: >-
    Account numbers met in the entries so far with the name, token and customer number written beside them; entities
    is built from it, so that a night need not read all history again
partition: whole
reads: [sighted_entries, kept_sightings]
--- */
-- From nothing ``sighted_entries`` are all entries and ``kept_sightings`` is empty. In a night the former are the new
-- entries, the latter what is known of the numbers in them; of a number that lost an entry nothing is kept and all its
-- entries are read again. A column is a minimum and a minimum of minima is one, so both ways give the same rows.
-- A counterparty without an account number is known by its token, else by its name as seen from this one account:
-- two people of the same name who pay two collectors must not become one hub.
SELECT
    account_key,
    'own' AS side,
    institution,
    any_value(account) AS account,
    card,
    min(customer_no) AS customer_no,
    min(token) AS token,
    min(name) AS name,
    CAST(NULL AS INTEGER) AS birth_day,
    CAST(NULL AS VARCHAR) AS region
FROM (
    SELECT account_key, institution, account, card, customer_no, holder_token AS token, account_name AS name
    FROM sighted_entries
    UNION ALL
    SELECT account_key, institution, account, card, customer_no, token, name FROM kept_sightings WHERE side = 'own'
) AS own
GROUP BY account_key, institution, card

UNION ALL

SELECT
    account_key,
    'counterparty' AS side,
    CAST(NULL AS VARCHAR) AS institution,
    any_value(account) AS account,
    CAST(NULL AS VARCHAR) AS card,
    CAST(NULL AS VARCHAR) AS customer_no,
    min(token) AS token,
    min(name) AS name,
    min(birth_day) AS birth_day,
    min(region) AS region
FROM (
    SELECT
        counterparty_key AS account_key, counterparty_account AS account, counterparty_token AS token,
        counterparty_name AS name,
        CAST(date_diff('day', DATE '1970-01-01', counterparty_birth_on) AS INTEGER) AS birth_day,
        counterparty_region AS region
    FROM sighted_entries
    WHERE counterparty_key IS NOT NULL
    UNION ALL
    SELECT account_key, account, token, name, birth_day, region FROM kept_sightings WHERE side = 'counterparty'
) AS counterparties
GROUP BY account_key

UNION ALL

SELECT
    account_key,
    'numberless' AS side,
    CAST(NULL AS VARCHAR) AS institution,
    CAST(NULL AS VARCHAR) AS account,
    CAST(NULL AS VARCHAR) AS card,
    CAST(NULL AS VARCHAR) AS customer_no,
    token,
    min(name) AS name,
    min(birth_day) AS birth_day,
    min(region) AS region
FROM (
    SELECT
        CAST('0x' || substr(md5(COALESCE(
            counterparty_token, 'name|' || CAST(account_key AS VARCHAR) || '|' || counterparty_name)), 1, 15) AS BIGINT)
            AS account_key,
        counterparty_token AS token,
        counterparty_name AS name,
        CAST(date_diff('day', DATE '1970-01-01', counterparty_birth_on) AS INTEGER) AS birth_day,
        counterparty_region AS region
    FROM sighted_entries
    WHERE counterparty_key IS NULL
        AND COALESCE(counterparty_token, counterparty_name) IS NOT NULL
        AND NOT COALESCE(is_cash, FALSE)
    UNION ALL
    SELECT account_key, token, name, birth_day, region FROM kept_sightings WHERE side = 'numberless'
) AS numberless
GROUP BY account_key, token
