SELECT
    CAST('0x' || substr(md5('parties' || account), 1, 15) AS BIGINT) AS record_id, 'B0' AS batch, 'parties.csv' AS file,
    CAST(NULL AS VARCHAR) AS sheet, CAST(id + 2 AS INTEGER) AS row,
    CASE WHEN is_firm THEN '610900-A01' ELSE institution END AS institution,
    'T' || md5('holder' || id) AS party_token, CASE WHEN is_firm THEN 'firm' ELSE 'person' END AS party_type,
    'C' || id AS customer_no, CASE WHEN is_firm THEN '91610900MA' || lpad(CAST(id AS VARCHAR), 8, '0') END AS uscc,
    name AS party_name, '居民身份证' AS id_type, CAST(NULL AS VARCHAR) AS gender, CASE WHEN NOT is_firm THEN birth_on END AS birth_on,
    CAST(NULL AS VARCHAR) AS phone, CAST(NULL AS VARCHAR) AS address, '610902' AS region, CAST(NULL AS VARCHAR) AS occupation,
    CASE WHEN id % 2000 = 0 THEN 'public' ELSE 'ordinary' END AS party_class, CAST(NULL AS VARCHAR) AS legal_form,
    CAST(NULL AS BIGINT) AS registered_capital, CAST(NULL AS DATE) AS established_on, CAST(NULL AS VARCHAR) AS business_scope,
    'open' AS status, CAST(NULL AS DATE) AS valid_from, CAST(NULL AS DATE) AS valid_to
FROM people
WHERE is_reported AND id % 10 < 7
