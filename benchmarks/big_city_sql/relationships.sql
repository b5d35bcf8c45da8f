-- Every tenth firm declares a legal representative and a majority shareholder.
SELECT
    CAST('0x' || substr(md5('relationships' || relation || account), 1, 15) AS BIGINT) AS record_id, 'B0' AS batch,
    'relationships.csv' AS file, CAST(NULL AS VARCHAR) AS sheet, CAST(id + 2 AS INTEGER) AS row, '610900-A01' AS institution,
    'T' || md5('holder' || (id + offset_to)) AS subject_token, CAST(NULL AS VARCHAR) AS subject_customer_no, relation,
    'T' || md5('holder' || id) AS object_token, CAST(NULL AS VARCHAR) AS object_account, CAST(NULL AS BIGINT) AS object_account_key,
    CASE WHEN relation = 'shareholder' THEN 6000 END AS share_bp, CAST(NULL AS DATE) AS valid_from, CAST(NULL AS DATE) AS valid_to
FROM people, (VALUES ('legal_representative', 1), ('shareholder', 2), ('employee', 3)) AS kinds(relation, offset_to)
WHERE is_reported AND is_firm AND id % 200 = 0
