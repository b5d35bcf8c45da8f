/* ---
id: concentration_and_split
code: M04
version: 1
name: {zh: 集中度与化整为零, en: Concentration and split loans}
sectors: [micro_loan]
severity: high
window_days: 30
lookback_days: 1095
opens_alert: true
reads: [entities, firm_snapshots, firms, loan_flows, loans, reference_caps, relationships, shared_contacts]
requires: [loans]
claim:
  zh: "贷款余额最大的单一借款人 {borrower_amount} 元，占净资产的 {borrower_share}（上限 {borrower_cap}）；借款人及其关联方最大 {related_amount} 元，占净资产的 {related_share}（上限 {related_cap}）；{window_days} 日内向 {split_borrowers} 名有联系的借款人发放 {split_loans} 笔、合计 {split_amount} 元，单笔均未超过单户上限；净资产 {net_assets} 元"
  en: "The largest borrower owes {borrower_amount} CNY, {borrower_share} of net assets (cap {borrower_cap}); the largest borrower with affiliates {related_amount} CNY, {related_share} of them (cap {related_cap}); within {window_days} days {split_borrowers} linked borrowers received {split_loans} loans of {split_amount} CNY together, none beyond the cap of one borrower; net assets {net_assets} CNY"
explanation:
  zh: >-
    单一借款人、借款人及其关联方的贷款余额不得超过净资产的规定比例。把一笔大额贷款拆给几名电话、住址、收款账户或担保人相同的借款人，
    单笔均在限额以内而合计超限，即为化整为零。
  en: >-
    What one borrower owes, and a borrower with affiliates, must stay within a share of net assets. One large loan split over
    borrowers who share a telephone, an address, a receiving account or a guarantor stays below the limit in each part and exceeds it in sum.
legal_basis:
  - {text: 《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）关于集中度的规定（上线前核对）, valid_from: 2024-12-31, valid_to: null}
false_positives:
  zh: 季节性农户联保小组（互相担保，已排除）；向同一经销商受托支付的购货贷款；增资尚未反映在月末净资产；同住的亲属各自经营。
  en: Seasonal groups of farmers with joint guarantee (left out); entrusted payment of purchases to one dealer; a capital increase not yet in the month's net assets; relatives in one house with businesses of their own.
blind_spots:
  zh: 未登记的关联关系；借款人之间没有共同电话、住址、收款账户、担保人；互相担保的顶名借款人（其他联系仍可发现）；{max_sharers} 人以上共用的电话、住址不作联系；逐级相连（甲乙、乙丙）不合并计算；期初以前的还款按合同进度推算。
  en: Unregistered relations; borrowers without a common telephone, address, account or guarantor; straw borrowers who guarantee each other (other links still show); contacts shared by more than {max_sharers}; chains (A with B, B with C) are not added up; repayments before the first reported flow are taken from the contract's schedule.
no_data:
  zh: 没有近期的净资产，或评估日没有有效上限
  en: no recent net assets, or no cap in force
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.1, max: 10, why: 任一指标超过上限的倍数；上限取自参考数据，等于上限合规}
  min_split_loans: {value: 3, unit: count, min: 2, max: 50, why: 三十日内三笔以上才像拆分}
  max_sharers: {value: 20, unit: persons, min: 2, max: 1000, why: 更多人共用的电话、住址是宿舍、村委或填报占位}
  max_snapshot_days: {value: 100, unit: days, min: 31, max: 400, why: 超过一个季度的净资产不能作分母}
measures:
  reach: {unit: ratio, zh: 达到上限的倍数（各项较高者）, en: "times the cap (the highest of all)", threshold: min_reach, full: 2}
  borrower_amount: {unit: CNY, zh: 最大单户余额, en: largest borrower}
  borrower_share: {unit: share, zh: 最大单户占净资产, en: largest borrower over net assets}
  borrower_cap: {unit: share, zh: 单户上限, en: cap of one borrower}
  related_amount: {unit: CNY, zh: 最大关联户余额, en: largest borrower with affiliates}
  related_share: {unit: share, zh: 最大关联户占净资产, en: largest borrower with affiliates over net assets}
  related_cap: {unit: share, zh: 关联户上限, en: cap of a borrower with affiliates}
  split_loans: {unit: count, zh: 有联系的贷款笔数, en: loans to linked borrowers}
  split_borrowers: {unit: persons, zh: 有联系的借款人数, en: linked borrowers}
  split_amount: {unit: CNY, zh: 有联系的贷款合计, en: sum of these loans}
  net_assets: {unit: CNY, zh: 净资产, en: net assets}
--- */
-- How the definition is read
-- * Evenings: days of a disbursement (only the borrower who received it and those linked to him are judged) and
--   month ends of which a snapshot tells new net assets (all are judged): nothing else raises a share.
-- * Net assets: the latest month end up to the evening, at most max_snapshot_days old; else "not enough data".
-- * Owed on an evening: disbursed minus the principal repaid by then. Loans older than the first reported flow of the
--   firm: 等额 methods are taken as repaid by schedule up to that flow; a loan reported as settled without a single
--   flow was settled before.
-- * One borrower > 10 %: by identity token, else by name. Borrower with affiliates > 15 %: the control group, or a
--   declared affiliate; a common address is no affiliation, so it counts for splitting only.
-- * Splitting: at least min_split_loans loans in the window, to two or more borrowers who share one link (control group,
--   affiliate, telephone, address, holder of the receiving account, guarantor), each at most the cap of one borrower, the
--   sum above it. A star around one shared value, without chaining links: the value itself is the evidence.
-- * Joint guarantee of farmers: a guarantor who has himself a loan of the firm that somebody else guarantees is a member
--   of a circle, not a common backer; licensed and reporting guarantee firms back anybody. Neither is a link.
--   Season and purpose do not matter for that: a circle outside the season shares no more than one inside it.
-- * ">" as the regulation writes: a share equal to the cap is lawful.
-- Exact prune: a borrower or link whose loans, as disbursed, do not reach the lowest line of the evenings cannot
-- exceed it with what is still owed.
WITH lent AS (
    SELECT firms.group_key, loans.institution, loans.record_id AS loan_id, loans.loan_no, loans.disbursed_day,
           loans.principal, loans.borrower_token, loans.guarantor_token, loans.receiving_account_key,
           COALESCE(loans.borrower_token, loans.borrower_name) AS borrower,
           CAST(DATEDIFF('day', DATE '1970-01-01', loans.due_on) AS INTEGER) AS due_day,
           CASE WHEN loans.repayment_method LIKE '%等额%' THEN 1 ELSE 0 END AS amortises,
           CASE WHEN loans.status LIKE '%结清%' AND loans.status NOT LIKE '%未%' THEN 1 ELSE 0 END AS is_settled
    FROM loans
    JOIN firms ON firms.institution = loans.institution
    WHERE firms.sector = 'micro_loan' AND loans.disbursed_day <= $to_day
      AND COALESCE(loans.borrower_token, loans.borrower_name) IS NOT NULL
),
snapshots AS (
    SELECT firms.group_key, firm_snapshots.institution, firm_snapshots.record_id, firm_snapshots.net_assets,
           CAST(DATEDIFF('day', DATE '1970-01-01', LAST_DAY(CAST(firm_snapshots.month || '-01' AS DATE))) AS INTEGER)
               AS snapshot_day
    FROM firm_snapshots
    JOIN firms ON firms.institution = firm_snapshots.institution
    WHERE firms.sector = 'micro_loan'
),
evenings AS (
    SELECT group_key, institution, end_day, max(is_month_end) AS is_month_end
    FROM (
        SELECT group_key, institution, disbursed_day AS end_day, 0 AS is_month_end
        FROM lent
        WHERE disbursed_day BETWEEN $from_day AND $to_day
        UNION ALL
        SELECT group_key, institution, snapshot_day, 1 FROM snapshots WHERE snapshot_day BETWEEN $from_day AND $to_day
    ) AS days
    GROUP BY group_key, institution, end_day
),
caps AS (
    SELECT evenings.institution, evenings.end_day,
           max(CASE WHEN reference_caps.code = 'micro_loan.borrower_share'
                    THEN reference_caps.value END) AS borrower_bp,
           max(CASE WHEN reference_caps.code = 'micro_loan.group_share'
                    THEN reference_caps.value END) AS related_bp
    FROM evenings
    JOIN reference_caps ON reference_caps.code IN ('micro_loan.borrower_share', 'micro_loan.group_share')
        AND evenings.end_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    GROUP BY evenings.institution, evenings.end_day
),
assets AS (
    SELECT institution, end_day, net_assets, record_id
    FROM (
        SELECT evenings.institution, evenings.end_day, snapshots.net_assets, snapshots.record_id,
               row_number() OVER (
                   PARTITION BY evenings.institution, evenings.end_day
                   ORDER BY snapshots.snapshot_day DESC, snapshots.record_id
               ) AS place
        FROM evenings
        JOIN snapshots ON snapshots.institution = evenings.institution
            AND snapshots.snapshot_day BETWEEN evenings.end_day - $max_snapshot_days AND evenings.end_day
    ) AS ranked
    WHERE place = 1
),
lines AS (
    SELECT evenings.group_key, evenings.institution, evenings.end_day, evenings.is_month_end, assets.net_assets,
           assets.record_id AS snapshot_id, caps.borrower_bp, caps.related_bp
    FROM evenings
    LEFT JOIN caps ON caps.institution = evenings.institution AND caps.end_day = evenings.end_day
    LEFT JOIN assets ON assets.institution = evenings.institution AND assets.end_day = evenings.end_day
),
judged AS (
    SELECT * FROM lines WHERE net_assets > 0 AND borrower_bp > 0 AND related_bp > 0
),
tokens AS (
    SELECT entities.party_token, min(entities.party_key) AS party_key, min(entities.group_key) AS group_key,
           max(CASE WHEN entities.party_kind IN ('licensed', 'public') OR entities.firm_institution IS NOT NULL
                    THEN 1 ELSE 0 END) AS is_institution
    FROM entities
    JOIN (
        SELECT borrower_token AS token FROM lent
        UNION
        SELECT guarantor_token FROM lent
    ) AS wanted ON wanted.token = entities.party_token
    GROUP BY entities.party_token
),
circles AS (
    SELECT institution, borrower_token AS token, min(disbursed_day) AS since_day
    FROM lent
    WHERE guarantor_token IS NOT NULL AND guarantor_token <> borrower_token
    GROUP BY institution, borrower_token
),
memberships AS (
    SELECT DISTINCT institution, 'self' AS kind, borrower AS value, borrower, 9999999 AS until_day FROM lent
    UNION ALL
    SELECT DISTINCT lent.institution, 'group', CAST(tokens.group_key AS TEXT), lent.borrower, 9999999
    FROM lent
    JOIN tokens ON tokens.party_token = lent.borrower_token
    UNION ALL
    SELECT DISTINCT lent.institution, 'affiliate', relationships.object_token, lent.borrower, 9999999
    FROM lent
    JOIN relationships ON relationships.relation = 'affiliate'
        AND (relationships.subject_token = lent.borrower_token OR relationships.object_token = lent.borrower_token)
    WHERE relationships.object_token IS NOT NULL
    UNION ALL
    SELECT DISTINCT lent.institution, shared_contacts.kind, CAST(shared_contacts.value_key AS TEXT), lent.borrower, 9999999
    FROM lent
    JOIN tokens ON tokens.party_token = lent.borrower_token
    JOIN shared_contacts ON shared_contacts.party_key = tokens.party_key AND shared_contacts.sharers <= $max_sharers
    UNION ALL
    SELECT DISTINCT lent.institution, 'account', CAST(holders.party_key AS TEXT), lent.borrower, 9999999
    FROM lent
    JOIN entities AS holders ON holders.account_key = lent.receiving_account_key
    WHERE holders.party_kind IN ('person', 'firm', 'unknown')
    UNION ALL
    SELECT DISTINCT lent.institution, 'guarantor', lent.guarantor_token, lent.borrower, COALESCE(circles.since_day, 9999999)
    FROM lent
    LEFT JOIN tokens ON tokens.party_token = lent.guarantor_token
    LEFT JOIN circles ON circles.institution = lent.institution AND circles.token = lent.guarantor_token
    WHERE lent.guarantor_token IS NOT NULL AND COALESCE(tokens.is_institution, 0) = 0
),
lowest AS (
    SELECT institution, $min_reach * min(CAST(net_assets AS DOUBLE) * borrower_bp) AS line FROM judged GROUP BY institution
),
totals AS (
    SELECT institution, borrower, CAST(sum(principal) AS BIGINT) AS principal FROM lent GROUP BY institution, borrower
),
weighty AS (
    SELECT memberships.institution, memberships.kind, memberships.value
    FROM memberships
    JOIN totals ON totals.institution = memberships.institution AND totals.borrower = memberships.borrower
    JOIN lowest ON lowest.institution = memberships.institution
    GROUP BY memberships.institution, memberships.kind, memberships.value
    HAVING sum(totals.principal) * 10000.0 > max(lowest.line)
),
first_flows AS (
    SELECT loan_flows.institution, min(loan_flows.flow_day) AS first_day
    FROM loan_flows
    JOIN firms ON firms.institution = loan_flows.institution AND firms.sector = 'micro_loan'
    GROUP BY loan_flows.institution
),
weighed AS (
    SELECT judged.institution, judged.end_day, judged.is_month_end, judged.net_assets, judged.borrower_bp,
           judged.related_bp, weighty.kind, weighty.value, lent.borrower, lent.loan_id, lent.loan_no, lent.principal,
           lent.disbursed_day, lent.due_day, lent.amortises, lent.is_settled,
           LEAST(COALESCE(first_flows.first_day, judged.end_day), judged.end_day) AS told_from
    FROM judged
    JOIN weighty ON weighty.institution = judged.institution
    JOIN memberships ON memberships.institution = weighty.institution AND memberships.kind = weighty.kind
        AND memberships.value = weighty.value AND memberships.until_day > judged.end_day
    JOIN lent ON lent.institution = memberships.institution AND lent.borrower = memberships.borrower
        AND lent.disbursed_day <= judged.end_day
    LEFT JOIN first_flows ON first_flows.institution = judged.institution
),
repaid AS (
    SELECT wanted.loan_id, wanted.end_day, CAST(sum(COALESCE(loan_flows.paid_principal, 0)) AS BIGINT) AS principal,
           count(*) AS flows
    FROM (SELECT DISTINCT institution, loan_id, loan_no, end_day FROM weighed) AS wanted
    JOIN loan_flows ON loan_flows.institution = wanted.institution AND loan_flows.loan_no = wanted.loan_no
        AND loan_flows.flow_type = 'repayment' AND loan_flows.flow_day <= wanted.end_day
    GROUP BY wanted.loan_id, wanted.end_day
),
owed AS (
    SELECT weighed.*,
           CASE WHEN weighed.is_settled = 1 AND repaid.loan_id IS NULL AND weighed.disbursed_day < weighed.told_from THEN 0
                WHEN weighed.amortises = 1 AND weighed.disbursed_day < weighed.told_from
                     AND weighed.due_day > weighed.disbursed_day
                THEN GREATEST(0, weighed.principal - COALESCE(repaid.principal, 0)
                     - weighed.principal * (LEAST(weighed.told_from, weighed.due_day) - weighed.disbursed_day)
                       // (weighed.due_day - weighed.disbursed_day))
                ELSE GREATEST(0, weighed.principal - COALESCE(repaid.principal, 0)) END AS amount,
           CASE WHEN weighed.disbursed_day > weighed.end_day - $window_days
                     AND weighed.principal * 10000.0 <= CAST(weighed.net_assets AS DOUBLE) * weighed.borrower_bp THEN 1 ELSE 0 END AS is_split
    FROM weighed
    LEFT JOIN repaid ON repaid.loan_id = weighed.loan_id AND repaid.end_day = weighed.end_day
),
stars AS (
    SELECT institution, end_day, kind, value, net_assets, borrower_bp, related_bp,
           CAST(sum(amount) AS BIGINT) AS amount, count(DISTINCT CASE WHEN amount > 0 THEN borrower END) AS borrowers,
           CAST(sum(is_split) AS BIGINT) AS split_loans,
           CAST(sum(is_split * principal) AS BIGINT) AS split_amount,
           count(DISTINCT CASE WHEN is_split = 1 THEN borrower END) AS split_borrowers
    FROM owed
    GROUP BY institution, end_day, kind, value, net_assets, borrower_bp, related_bp
    HAVING max(is_month_end) = 1 OR max(disbursed_day) = end_day
),
broken AS (
    SELECT stars.*,
           CASE WHEN kind = 'self' AND amount * 10000.0 > $min_reach * net_assets * borrower_bp THEN 1 ELSE 0 END AS is_borrower,
           CASE WHEN kind IN ('group', 'affiliate') AND borrowers > 1 AND amount * 10000.0 > $min_reach * net_assets * related_bp
                THEN 1 ELSE 0 END AS is_related,
           CASE WHEN kind <> 'self' AND split_loans >= $min_split_loans AND split_borrowers > 1
                     AND split_amount * 10000.0 > $min_reach * net_assets * borrower_bp THEN 1 ELSE 0 END AS is_split
    FROM stars
),
worst AS (
    -- of several stars that split, the one with the largest sum is told
    SELECT broken.*,
           row_number() OVER (
               PARTITION BY institution, end_day ORDER BY is_split DESC, split_amount DESC, kind, value
           ) AS place
    FROM broken
    WHERE is_borrower + is_related + is_split > 0
),
reached AS (
    SELECT judged.group_key, worst.institution, worst.end_day, judged.snapshot_id, worst.net_assets,
           CAST(worst.borrower_bp AS DOUBLE) / 10000 AS borrower_cap,
           CAST(worst.related_bp AS DOUBLE) / 10000 AS related_cap,
           max(CASE WHEN is_borrower = 1 THEN amount ELSE 0 END) AS borrower_amount,
           max(CASE WHEN is_related = 1 THEN amount ELSE 0 END) AS related_amount,
           max(CASE WHEN is_split = 1 AND place = 1 THEN split_loans ELSE 0 END) AS split_loans,
           max(CASE WHEN is_split = 1 AND place = 1 THEN split_borrowers ELSE 0 END) AS split_borrowers,
           max(CASE WHEN is_split = 1 AND place = 1 THEN split_amount ELSE 0 END) AS split_amount
    FROM worst
    JOIN judged ON judged.institution = worst.institution AND judged.end_day = worst.end_day
    GROUP BY judged.group_key, worst.institution, worst.end_day, judged.snapshot_id, worst.net_assets,
             worst.borrower_bp, worst.related_bp
),
compared AS (
    SELECT reached.*,
           GREATEST(borrower_amount / (net_assets * borrower_cap), related_amount / (net_assets * related_cap),
                    split_amount / (net_assets * borrower_cap)) AS reach
    FROM reached
),
outcomes AS (
    -- a limb within its cap leaves its figures empty: the sentence does not speak of it
    SELECT group_key, institution, end_day, 'high' AS severity, reach, NULLIF(borrower_amount, 0) AS borrower_amount,
           CAST(NULLIF(borrower_amount, 0) AS DOUBLE) / net_assets AS borrower_share, borrower_cap,
           NULLIF(related_amount, 0) AS related_amount,
           CAST(NULLIF(related_amount, 0) AS DOUBLE) / net_assets AS related_share, related_cap,
           NULLIF(split_loans, 0) AS split_loans, NULLIF(split_borrowers, 0) AS split_borrowers,
           NULLIF(split_amount, 0) AS split_amount, net_assets, snapshot_id
    FROM compared
    UNION ALL
    SELECT lines.group_key, lines.institution, lines.end_day, 'not_enough_data', 0.0, 0, 0.0, CAST(COALESCE(lines.borrower_bp, 0) AS DOUBLE) / 10000,
           0, 0.0, CAST(COALESCE(lines.related_bp, 0) AS DOUBLE) / 10000, 0, 0, 0, COALESCE(lines.net_assets, 0), 0
    FROM lines
    LEFT JOIN judged ON judged.institution = lines.institution AND judged.end_day = lines.end_day
    WHERE judged.institution IS NULL
),
chosen AS (
    -- a group with two lending firms is told by the one further beyond its caps
    SELECT outcomes.*,
           row_number() OVER (PARTITION BY group_key, end_day ORDER BY reach DESC, institution) AS place
    FROM outcomes
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, severity, reach, borrower_amount, borrower_share, borrower_cap, related_amount,
           related_share, related_cap, split_loans, split_borrowers, split_amount, net_assets, institution, snapshot_id
    FROM chosen
    WHERE place = 1
),
records AS (
    SELECT DISTINCT hits.subject_id, hits.window_to, 'loans' AS record_kind, owed.loan_id AS record_id, worst.kind AS role
    FROM hits
    JOIN worst ON worst.institution = hits.institution AND worst.end_day = hits.window_to
    JOIN owed ON owed.institution = worst.institution AND owed.end_day = worst.end_day AND owed.kind = worst.kind
        AND owed.value = worst.value
    WHERE hits.severity = 'high' AND (owed.amount > 0 OR owed.is_split = 1)
      AND (worst.is_borrower + worst.is_related > 0 OR worst.place = 1)
    UNION ALL
    SELECT subject_id, window_to, 'firm_snapshots', snapshot_id, 'net_assets' FROM hits WHERE severity = 'high'
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(records.record_kind, 'none') AS record_kind, COALESCE(records.record_id, 0) AS record_id,
       COALESCE(records.role, 'none') AS role,
       hits.reach, hits.borrower_amount, hits.borrower_share, hits.borrower_cap, hits.related_amount, hits.related_share,
       hits.related_cap, hits.split_loans, hits.split_borrowers, hits.split_amount, hits.net_assets
FROM hits
LEFT JOIN records ON records.subject_id = hits.subject_id AND records.window_to = hits.window_to
