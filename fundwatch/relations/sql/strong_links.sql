/* ---
id: strong_links
kind: step
doc:
  zh: 强关联：法定代表人、实际控制人、持股过半的股东、申报的配偶；弱关联（设备、代办人、地址、电话）从不合并
  en: >-
    Strong links: legal representative, actual controller, majority shareholder, declared spouse; weak ones (device,
    agent, address, phone) never merge
partition: whole
reads: [relationships, customers, transactions]
--- */
-- A link counts when it was in force on any day of which entries have been received, so that a representative who
-- left years ago does not merge two parties of today.
WITH period AS (
    SELECT
        COALESCE(min(booked_day), CAST(-999999 AS INTEGER)) AS first_day,
        COALESCE(max(booked_day), CAST(999999 AS INTEGER)) AS last_day
    FROM transactions
)

SELECT
    CAST('0x' || substr(md5(subject), 1, 15) AS BIGINT) AS party_key,
    CAST('0x' || substr(md5(object_token), 1, 15) AS BIGINT) AS via_party,
    relation,
    record_id
FROM (
    SELECT
        COALESCE(
            relationships.subject_token, customers.token,
            relationships.institution || '|' || relationships.subject_customer_no) AS subject,
        relationships.object_token,
        relationships.relation,
        relationships.record_id
    FROM relationships
    CROSS JOIN period
    LEFT JOIN customers
        ON customers.institution = relationships.institution
        AND customers.customer_no = relationships.subject_customer_no
    WHERE (
            relationships.relation IN ('legal_representative', 'actual_controller', 'spouse')
            OR (relationships.relation = 'shareholder' AND relationships.share_bp > 5000)
        )
        AND COALESCE(date_diff('day', DATE '1970-01-01', relationships.valid_from), period.last_day)
            <= period.last_day
        AND COALESCE(date_diff('day', DATE '1970-01-01', relationships.valid_to), period.first_day)
            >= period.first_day
) AS identified
WHERE subject IS NOT NULL AND object_token IS NOT NULL AND subject <> object_token
