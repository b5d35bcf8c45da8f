/* ---
id: no_sightings
doc:
  zh: 此前一无所知
  en: What is known before the first entry
reads: []
--- */
SELECT
    CAST(NULL AS BIGINT) AS account_key, CAST(NULL AS VARCHAR) AS side, CAST(NULL AS VARCHAR) AS institution,
    CAST(NULL AS VARCHAR) AS account, CAST(NULL AS VARCHAR) AS card, CAST(NULL AS VARCHAR) AS customer_no,
    CAST(NULL AS VARCHAR) AS token, CAST(NULL AS VARCHAR) AS name, CAST(NULL AS INTEGER) AS birth_day,
    CAST(NULL AS VARCHAR) AS region
WHERE FALSE
