/* ---
id: sightings
doc:
  zh: 每月在流水中见到的账号及流水所附的户名、证件令牌、客户号；entities 由它而来，不必重读历史流水
  en: >-
    Account numbers met in the entries of a month with the name, token and customer number written beside them;
    entities is built from it, so that a night need not read all history again
partition: month
reads: [transactions]
lookback_days: 0
lookahead_days: 0
--- */
-- A counterparty without an account number is known by its token, else by its name as seen from this one account:
-- two people of the same name who pay two collectors must not become one hub.
SELECT
    CAST($first_day AS INTEGER) AS month_first_day,
    account_key,
    'own' AS side,
    institution,
    any_value(account) AS account,
    card,
    min(customer_no) AS customer_no,
    min(holder_token) AS token,
    min(account_name) AS name,
    CAST(NULL AS INTEGER) AS birth_day,
    CAST(NULL AS VARCHAR) AS region
FROM transactions
WHERE booked_day BETWEEN $first_day AND $last_day
GROUP BY account_key, institution, card

UNION ALL

SELECT
    CAST($first_day AS INTEGER) AS month_first_day,
    counterparty_key AS account_key,
    'counterparty' AS side,
    CAST(NULL AS VARCHAR) AS institution,
    any_value(counterparty_account) AS account,
    CAST(NULL AS VARCHAR) AS card,
    CAST(NULL AS VARCHAR) AS customer_no,
    min(counterparty_token) AS token,
    min(counterparty_name) AS name,
    CAST(date_diff('day', DATE '1970-01-01', min(counterparty_birth_on)) AS INTEGER) AS birth_day,
    min(counterparty_region) AS region
FROM transactions
WHERE booked_day BETWEEN $first_day AND $last_day AND counterparty_key IS NOT NULL
GROUP BY counterparty_key

UNION ALL

SELECT
    CAST($first_day AS INTEGER) AS month_first_day,
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
    FROM transactions
    WHERE booked_day BETWEEN $first_day AND $last_day
        AND counterparty_key IS NULL
        AND COALESCE(counterparty_token, counterparty_name) IS NOT NULL
        AND NOT COALESCE(is_cash, FALSE)
) AS numberless
GROUP BY account_key, token
