/* ---
id: leverage_concentration_related
code: G01
version: 1
name: {zh: 担保放大倍数、集中度与关联担保, en: "Guarantee leverage, concentration and related parties"}
sectors: [guarantee]
severity: [high, critical]
window_days: 31
lookback_days: 400
opens_alert: true
reads: [control_links, entities, firm_snapshots, firms, guarantees, reference_caps, relationships]
claim:
  zh: "担保责任余额 {weighted} 元 ÷ 净资产 {net_assets} 元（{snapshot_days} 天前的月末数）＝ {leverage} 倍，上限 {leverage_cap} 倍；责任余额最大的被担保人 {party_amount} 元，占净资产 {party_share}（上限 {party_cap}）；连同关联方最大 {related_amount} 元，占 {related_share}（上限 {related_cap}）；为控股股东、实际控制人担保 {controller_count} 笔、余额 {controller_amount} 元"
  en: "Weighted liability {weighted} CNY / net assets {net_assets} CNY (month end {snapshot_days} days ago) = {leverage} times, cap {leverage_cap}; the largest customer has {party_amount} CNY, {party_share} of net assets (cap {party_cap}); with affiliates {related_amount} CNY, {related_share} (cap {related_cap}); {controller_count} guarantees of {controller_amount} CNY for the controlling shareholder or actual controller"
explanation:
  zh: >-
    担保责任余额为各笔融资担保在保余额乘以风险权重之和；与净资产相比超过放大倍数上限，或单一被担保人、被担保人及其关联方占比超过上限，
    或为控股股东、实际控制人提供融资担保，即列为线索。上限取评估日有效的规定；主要服务小微企业和农户的公司适用较高的放大倍数。
  en: >-
    Liability is the sum of outstanding financing guarantees times their risk weights. Beyond the cap of leverage, of one
    customer or of a customer with affiliates, or any guarantee for the controlling shareholder or actual controller, makes
    a lead. Caps are those in force on the day; firms that mostly serve small firms and farmers have the higher leverage.
legal_basis:
  - {text: 《融资担保公司监督管理条例》（国务院令第683号）第十五条、第十六条、第十七条, valid_from: 2017-10-01, valid_to: null}
  - {text: 《融资担保责任余额计量办法》（银保监发〔2018〕1号）关于权重与集中度的规定（上线前核对）, valid_from: 2018-04-02, valid_to: null}
false_positives:
  zh: 风险权重填报有误；月末净资产过时（增资尚未入表）；已解除的担保未及时核减在保余额；有再担保分担的部分；高评级债券在集中度中按折扣计。
  en: Wrong risk weights; outdated net assets (a capital increase not yet in the snapshot); released guarantees still shown; parts shared with a re-guarantor; highly rated bonds, which count in part for concentration.
blind_spots:
  zh: 未申报的关联关系；以他人名义承贷的控股股东；净资产虚增；对其他担保公司的股权投资未从净资产扣除；回看以往日期时在保余额用最近一次报送数，期间已解除的不再计入。
  en: Undeclared relations; a controller borrowing in another name; inflated net assets; holdings in other guarantee firms are not deducted; looking back, the balances are those last reported, so what was released since is not counted.
no_data:
  zh: 没有近期的净资产，或风险权重、被担保人身份填报过少，或评估日没有有效上限，无法计算
  en: no recent net assets, too few risk weights or customer identities, or no cap in force
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.3, max: 5, why: 任一指标达到上限的倍数；上限本身合规，超过才算}
  ban_reach: {value: 2, unit: ratio, min: 0.3, max: 10, why: 为控股股东、实际控制人担保没有额度可比，按上限的两倍计}
  min_controller_share: {value: 0.5, unit: share, min: 0.2, max: 0.9, why: 公司法以持股过半为控股股东}
  max_snapshot_days: {value: 62, unit: days, min: 31, max: 366, why: 按月报送，次月底前到达；再旧的净资产不能用来算倍数}
  least_weight: {value: 0.75, unit: share, min: 0.1, max: 1, why: 计量办法最低的权重；权重缺失时据此判断是否必然超限}
  min_known_share: {value: 0.3, unit: share, min: 0, max: 1, why: 权重或身份已知的不足三成时不下判断}
  inclusive_amount_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 小微企业和农户在保余额占一半以上，适用较高倍数}
  inclusive_customer_share: {value: 0.8, unit: share, min: 0.1, max: 1, why: 小微企业和农户户数占八成以上，适用较高倍数}
measures:
  reach: {unit: ratio, zh: 达到上限的倍数（各项较高者）, en: "times the cap (the highest of all)", threshold: min_reach, full: 2}
  weighted: {unit: CNY, zh: 担保责任余额, en: weighted liability}
  net_assets: {unit: CNY, zh: 净资产, en: net assets}
  snapshot_days: {unit: days, zh: 净资产距今天数, en: days since the net assets}
  leverage: {unit: ratio, zh: 放大倍数, en: leverage}
  leverage_cap: {unit: ratio, zh: 放大倍数上限, en: cap of leverage}
  party_amount: {unit: CNY, zh: 最大单户责任余额, en: largest customer}
  party_share: {unit: share, zh: 最大单户占净资产, en: largest customer over net assets}
  party_cap: {unit: share, zh: 单户上限, en: cap of one customer}
  related_amount: {unit: CNY, zh: 最大关联户责任余额, en: largest customer with affiliates}
  related_share: {unit: share, zh: 最大关联户占净资产, en: largest customer with affiliates over net assets}
  related_cap: {unit: share, zh: 关联户上限, en: cap of a customer with affiliates}
  controller_count: {unit: count, zh: 为控股股东、实际控制人担保笔数, en: guarantees for the controller}
  controller_amount: {unit: CNY, zh: 为控股股东、实际控制人担保余额, en: outstanding for the controller}
--- */
-- How the definition is read
-- * Evenings: the day on which a guarantee takes effect, and the last day of a month that a snapshot describes; nothing
--   else can raise the quotients. A snapshot speaks from the last day of its month on, until it is max_snapshot_days
--   old. Later snapshots are not looked at.
-- * In force on an evening: started by then, and with a balance that the ledger last reported; where it reports none,
--   the amount until the end date. Bid, performance and litigation guarantees (non_financing) are not financing
--   guarantees and carry no liability here.
-- * Liability = balance times risk weight, for leverage and for concentration alike (the measuring rules define the
--   liability balance as weighted). A weight that is not reported is between least_weight and 100 %: what exceeds the
--   cap even with the least weight is a hit; what exceeds it with 100 % only is "not enough data". The figures of
--   the claim are those with the least weight, so they never overstate.
-- * A firm is inclusive where contracts of at most 75 % weight are both half of the balance and 80 % of the customers.
-- * One party: by identity token, else by name. Affiliates: the customer's control group; the guarantor's own group is
--   one such group as well. Known identities below 30 % of the balance: affiliates cannot be judged.
-- * Controller: a declared actual controller, or a shareholder with half of the shares, as of the evening. Other
--   members of the guarantor's group are related parties: they count for concentration, not as the ban.
-- * ">" as the law writes: a quotient equal to the cap is lawful, so reach must exceed min_reach; the ban counts
--   as ban_reach.
--
-- Exact: all of it is about the ledgers of the few guarantee firms; entities are joined by the customers' tokens.
WITH contracts AS (
    SELECT firms.institution, firms.group_key, guarantees.record_id, guarantees.customer_token,
           COALESCE(guarantees.customer_token, guarantees.customer_name) AS customer,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.starts_on), 0) AS start_day,
           -- where no balance is reported the contract counts until it ends
           CASE WHEN guarantees.outstanding IS NULL
                THEN COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.ends_on), 9999999) ELSE 9999999 END AS until_day,
           COALESCE(guarantees.outstanding, guarantees.amount) AS balance, guarantees.risk_weight_bp
    FROM guarantees
    JOIN firms ON firms.institution = guarantees.institution
    WHERE firms.sector = 'guarantee' AND guarantees.guarantee_type <> 'non_financing'
      AND COALESCE(guarantees.outstanding, guarantees.amount) > 0
),
snapshots AS (
    SELECT firms.institution, firms.group_key, firm_snapshots.net_assets, firm_snapshots.record_id,
           DATEDIFF('day', DATE '1970-01-01', LAST_DAY(CAST(firm_snapshots.month || '-01' AS DATE))) AS snapshot_day
    FROM firm_snapshots
    JOIN firms ON firms.institution = firm_snapshots.institution
    WHERE firms.sector = 'guarantee'
),
evenings AS (
    SELECT institution, group_key, start_day AS end_day FROM contracts WHERE start_day BETWEEN $from_day AND $to_day
    UNION
    SELECT institution, group_key, snapshot_day FROM snapshots WHERE snapshot_day BETWEEN $from_day AND $to_day
),
latest AS (
    SELECT institution, end_day, net_assets, record_id, snapshot_day
    FROM (
        SELECT evenings.institution, evenings.end_day, snapshots.net_assets, snapshots.record_id,
               snapshots.snapshot_day,
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
customers AS (
    SELECT DISTINCT customer_token AS token, CAST('0x' || substr(md5(customer_token), 1, 15) AS BIGINT) AS party_key
    FROM contracts
    WHERE customer_token IS NOT NULL
),
-- the control group of a customer: from the accounts known, else from the links declared, else the customer alone
customer_groups AS (
    SELECT customers.token, min(known.group_key) AS group_key
    FROM customers
    JOIN (
        SELECT party_token AS token, group_key FROM entities WHERE party_token IS NOT NULL
        UNION ALL
        SELECT customers.token, control_links.group_key
        FROM customers
        JOIN control_links ON control_links.party_key = customers.party_key
    ) AS known ON known.token = customers.token
    GROUP BY customers.token
),
firm_tokens AS (
    SELECT DISTINCT firms.institution, firm_snapshots.firm_token AS party_token
    FROM firms
    JOIN firm_snapshots ON firm_snapshots.institution = firms.institution
    WHERE firms.sector = 'guarantee' AND firm_snapshots.firm_token IS NOT NULL
    UNION
    SELECT firms.institution, entities.party_token
    FROM firms
    JOIN entities ON entities.party_key = firms.party_key
    WHERE firms.sector = 'guarantee' AND entities.party_token IS NOT NULL
),
controllers AS (
    SELECT firm_tokens.institution, relationships.subject_token AS token,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0) AS since_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999) AS until_day
    FROM relationships
    JOIN firm_tokens ON firm_tokens.party_token = relationships.object_token
    WHERE relationships.relation = 'actual_controller'
       OR (relationships.relation = 'shareholder' AND relationships.share_bp >= $min_controller_share * 10000)
),
positions AS (
    SELECT evenings.institution, evenings.end_day, contracts.record_id, contracts.customer, contracts.customer_token,
           COALESCE(CAST(customer_groups.group_key AS TEXT), contracts.customer) AS affiliates, contracts.balance,
           contracts.balance * COALESCE(contracts.risk_weight_bp, CAST($least_weight * 10000 AS INTEGER)) // 10000 AS least,
           contracts.balance * COALESCE(contracts.risk_weight_bp, 10000) // 10000 AS most,
           CASE WHEN contracts.risk_weight_bp IS NULL THEN 0 ELSE contracts.balance END AS weight_known,
           CASE WHEN contracts.customer_token IS NULL THEN 0 ELSE contracts.balance END AS identity_known,
           CASE WHEN contracts.risk_weight_bp <= 7500 THEN contracts.balance ELSE 0 END AS inclusive,
           MAX(CASE WHEN controllers.token IS NULL THEN 0 ELSE 1 END) AS is_controller
    FROM evenings
    JOIN contracts ON contracts.institution = evenings.institution
        AND evenings.end_day BETWEEN contracts.start_day AND contracts.until_day
    LEFT JOIN customer_groups ON customer_groups.token = contracts.customer_token
    LEFT JOIN controllers ON controllers.institution = contracts.institution
        AND controllers.token = contracts.customer_token
        AND evenings.end_day BETWEEN controllers.since_day AND controllers.until_day
    GROUP BY evenings.institution, evenings.end_day, contracts.record_id, contracts.customer, contracts.customer_token,
             customer_groups.group_key, contracts.balance, contracts.risk_weight_bp
),
by_customer AS (
    SELECT institution, end_day, customer, CAST(sum(least) AS BIGINT) AS least,
           CAST(sum(most) AS BIGINT) AS most,
           min(CASE WHEN inclusive > 0 THEN 1 ELSE 0 END) AS is_inclusive
    FROM positions
    GROUP BY institution, end_day, customer
),
by_affiliates AS (
    SELECT institution, end_day, affiliates, CAST(sum(least) AS BIGINT) AS least,
           CAST(sum(most) AS BIGINT) AS most
    FROM positions
    GROUP BY institution, end_day, affiliates
),
books AS (
    SELECT institution, end_day, CAST(sum(least) AS BIGINT) AS least,
           CAST(sum(most) AS BIGINT) AS most,
           CAST(sum(inclusive) AS DOUBLE) / sum(balance) AS inclusive_amount,
           CAST(sum(weight_known) AS DOUBLE) / sum(balance) AS weight_share,
           CAST(sum(identity_known) AS DOUBLE) / sum(balance) AS identity_share,
           CAST(sum(is_controller) AS BIGINT) AS controller_count,
           CAST(sum(is_controller * balance) AS BIGINT) AS controller_amount
    FROM positions
    GROUP BY institution, end_day
),
largest AS (
    SELECT institution, end_day, max(least) AS least, max(most) AS most,
           CAST(sum(is_inclusive) AS DOUBLE) / count(*) AS inclusive_customers
    FROM by_customer
    GROUP BY institution, end_day
),
largest_related AS (
    SELECT institution, end_day, max(least) AS least, max(most) AS most FROM by_affiliates GROUP BY institution, end_day
),
-- caps in force on the evening, in hundredths of their unit: times for leverage, percent for shares
caps AS (
    SELECT evenings.institution, evenings.end_day,
           max(CASE WHEN reference_caps.code = 'guarantee.leverage' THEN reference_caps.value END) AS plain,
           max(CASE WHEN reference_caps.code = 'guarantee.leverage_inclusive' THEN reference_caps.value END) AS inclusive,
           max(CASE WHEN reference_caps.code = 'guarantee.party_share' THEN reference_caps.value END) AS party,
           max(CASE WHEN reference_caps.code = 'guarantee.group_share' THEN reference_caps.value END) AS related
    FROM evenings
    JOIN reference_caps ON evenings.end_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    WHERE reference_caps.code LIKE 'guarantee.%'
    GROUP BY evenings.institution, evenings.end_day
),
figures AS (
    SELECT evenings.group_key, evenings.institution, evenings.end_day, latest.net_assets, latest.record_id,
           evenings.end_day - latest.snapshot_day AS snapshot_days,
           CASE WHEN latest.net_assets > 0 THEN latest.net_assets END AS base,
           books.least, books.most, books.weight_share, books.identity_share, books.controller_count,
           books.controller_amount, largest.least AS party_least, largest.most AS party_most,
           largest_related.least AS related_least, largest_related.most AS related_most,
           CASE WHEN books.inclusive_amount >= $inclusive_amount_share
                     AND largest.inclusive_customers >= $inclusive_customer_share
                THEN caps.inclusive ELSE caps.plain END AS leverage_cap,
           caps.party AS party_cap, caps.related AS related_cap
    FROM evenings
    JOIN books ON books.institution = evenings.institution AND books.end_day = evenings.end_day
    JOIN largest ON largest.institution = evenings.institution AND largest.end_day = evenings.end_day
    JOIN largest_related ON largest_related.institution = evenings.institution
        AND largest_related.end_day = evenings.end_day
    LEFT JOIN latest ON latest.institution = evenings.institution AND latest.end_day = evenings.end_day
    LEFT JOIN caps ON caps.institution = evenings.institution AND caps.end_day = evenings.end_day
),
quotients AS (
    SELECT figures.*,
           GREATEST(
               COALESCE(CAST(least AS DOUBLE) * 100 / (CAST(base AS DOUBLE) * leverage_cap), 0),
               GREATEST(
                   COALESCE(CAST(party_least AS DOUBLE) * 10000 / (CAST(base AS DOUBLE) * party_cap), 0),
                   CASE WHEN identity_share >= $min_known_share
                        THEN COALESCE(CAST(related_least AS DOUBLE) * 10000 / (CAST(base AS DOUBLE) * related_cap), 0)
                        ELSE 0 END
               )
           ) AS certain,
           GREATEST(
               COALESCE(CAST(most AS DOUBLE) * 100 / (CAST(base AS DOUBLE) * leverage_cap), 0),
               GREATEST(
                   COALESCE(CAST(party_most AS DOUBLE) * 10000 / (CAST(base AS DOUBLE) * party_cap), 0),
                   COALESCE(CAST(related_most AS DOUBLE) * 10000 / (CAST(base AS DOUBLE) * related_cap), 0)
               )
           ) AS possible,
           -- no net worth at all bears no guarantee: like the ban, there is no quotient to compare
           CASE WHEN controller_count > 0 OR net_assets <= 0 THEN $ban_reach ELSE 0 END AS banned
    FROM figures
),
judged AS (
    SELECT quotients.*,
           CASE WHEN weight_share >= $min_known_share THEN GREATEST(certain, banned) ELSE banned END AS reach
    FROM quotients
),
-- one firm of a control group speaks for it: the one furthest beyond its caps
spoken AS (
    SELECT judged.*,
           row_number() OVER (
               PARTITION BY group_key, end_day
               ORDER BY CASE WHEN reach > $min_reach THEN 0 ELSE 1 END, reach DESC, institution
           ) AS place
    FROM judged
    WHERE reach > $min_reach
        -- third outcome: net assets, weights, identities or caps are lacking and a cap could be exceeded
        OR net_assets IS NULL OR leverage_cap IS NULL OR party_cap IS NULL OR related_cap IS NULL
        OR possible > $min_reach OR weight_share < $min_known_share OR identity_share < $min_known_share
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN reach <= $min_reach THEN 'not_enough_data'
                WHEN controller_count > 0 AND $ban_reach > $min_reach THEN 'critical'
                ELSE 'high' END AS severity,
           reach, least AS weighted, net_assets, snapshot_days, CAST(least AS DOUBLE) / base AS leverage,
           CAST(leverage_cap AS DOUBLE) / 100 AS leverage_cap, party_least AS party_amount,
           CAST(party_least AS DOUBLE) / base AS party_share, CAST(party_cap AS DOUBLE) / 10000 AS party_cap,
           related_least AS related_amount, CAST(related_least AS DOUBLE) / base AS related_share,
           CAST(related_cap AS DOUBLE) / 10000 AS related_cap, controller_count, controller_amount
    FROM spoken
    WHERE place = 1
),
proof AS (
    SELECT spoken.group_key, spoken.end_day, 'firm_snapshots' AS record_kind, spoken.record_id, 'net_assets' AS role
    FROM spoken
    WHERE spoken.place = 1 AND spoken.record_id IS NOT NULL
    UNION ALL
    SELECT spoken.group_key, spoken.end_day, 'guarantees', positions.record_id,
           CASE WHEN positions.is_controller = 1 THEN 'for_controller' ELSE 'in_force' END
    FROM spoken
    JOIN positions ON positions.institution = spoken.institution AND positions.end_day = spoken.end_day
    WHERE spoken.place = 1
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(proof.record_kind, 'none') AS record_kind, COALESCE(proof.record_id, 0) AS record_id,
       COALESCE(proof.role, 'none') AS role,
       hits.reach, hits.weighted, hits.net_assets, hits.snapshot_days, hits.leverage, hits.leverage_cap,
       hits.party_amount, hits.party_share, hits.party_cap, hits.related_amount, hits.related_share, hits.related_cap,
       hits.controller_count, hits.controller_amount
FROM hits
LEFT JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
    AND hits.severity <> 'not_enough_data'
