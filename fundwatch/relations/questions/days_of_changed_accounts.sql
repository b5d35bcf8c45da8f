/* ---
id: days_of_changed_accounts
doc:
  zh: 主体归属有变的账号出现过的月份（以月首日表示）
  en: The months, by their first day, in which account numbers occur whose party has changed
reads: [sightings, entities, built_entities]
--- */
SELECT DISTINCT sightings.month_first_day AS day
FROM sightings
JOIN (
    SELECT COALESCE(before.account_key, after.account_key) AS account_key
    FROM entities AS before
    FULL JOIN built_entities AS after ON after.account_key = before.account_key
    WHERE before.canonical_key IS DISTINCT FROM after.canonical_key
        OR before.party_key IS DISTINCT FROM after.party_key
        OR before.group_key IS DISTINCT FROM after.group_key
        OR before.party_kind IS DISTINCT FROM after.party_kind
        OR before.is_reported IS DISTINCT FROM after.is_reported
        OR before.firm_institution IS DISTINCT FROM after.firm_institution
) AS changed
    ON changed.account_key = sightings.account_key
