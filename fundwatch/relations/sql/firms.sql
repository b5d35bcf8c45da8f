/* ---
id: firms
doc:
  zh: 报送的小贷、融担、典当机构，一家一行
  en: One row per reporting micro-loan, guarantee or pawn firm
partition: whole
reads: [institutions, firm_snapshots, parties, control_groups]
--- */
WITH latest AS (
    SELECT institution, firm_name, uscc, firm_token
    FROM (
        SELECT
            institution, firm_name, uscc, firm_token,
            row_number() OVER (PARTITION BY institution ORDER BY month DESC, record_id) AS place
        FROM firm_snapshots
    ) AS ranked
    WHERE place = 1
),

registered AS (
    SELECT uscc, min(party_token) AS party_token
    FROM parties
    WHERE uscc IS NOT NULL AND party_token IS NOT NULL
    GROUP BY uscc
),

identified AS (
    SELECT
        institutions.code AS institution,
        institutions.sector,
        CAST('0x' || substr(md5(COALESCE(
            latest.firm_token, registered.party_token, 'firm|' || institutions.code)), 1, 15) AS BIGINT) AS party_key,
        latest.uscc,
        COALESCE(latest.firm_name, institutions.name) AS firm_name
    FROM institutions
    LEFT JOIN latest ON latest.institution = institutions.code
    LEFT JOIN registered ON registered.uscc = latest.uscc
    WHERE institutions.sector IN ('micro_loan', 'guarantee', 'pawn')
)

SELECT
    identified.institution,
    identified.sector,
    identified.party_key,
    COALESCE(control_groups.group_key, identified.party_key) AS group_key,
    identified.uscc,
    identified.firm_name
FROM identified
LEFT JOIN control_groups ON control_groups.party_key = identified.party_key
