/* ---
id: compensation_spike
code: G04
version: 1
name: {zh: 代偿激增, en: Compensation spike}
sectors: [guarantee]
severity: [high, medium, low]
window_days: 30
lookback_days: 400
opens_alert: true
reads: [compensations, entities, firm_snapshots, firms, guarantees, parties]
claim:
  zh: "近 {window_days} 日代偿 {month_amount} 元（{month_count} 份合同），为此前月均 {mean_amount} 元的 {growth} 倍，占净资产 {net_assets} 元的 {asset_share}；近 {rate_days} 日代偿 {year_amount} 元，占同期解除担保 {released} 元的 {rate}；同一地区或行业数日内集中发生的占 {event_share}"
  en: "{month_amount} CNY compensated in {window_days} days ({month_count} contracts), {growth} times the monthly mean of {mean_amount} CNY before and {asset_share} of net assets of {net_assets} CNY; {year_amount} CNY in {rate_days} days, {rate} of {released} CNY released; {event_share} of it within days in one region or trade"
explanation:
  zh: >-
    一个月的代偿达到此前月均的数倍、且相当于净资产的一定比例，或一年代偿额与同期解除担保额之比（代偿率）过高，说明担保的贷款集中违约，
    可能是虚假担保、自担自还或出资人集中要求兑付。若扣除同一地区或同一行业在数日内的集中违约后不再达到界线，更像一次灾害或行情事件，降为低。
  en: >-
    A month's compensations several times the mean before and large against net assets, or a high ratio of compensations to
    released guarantees, mean that guaranteed loans default together, as sham guarantees do. What falls below the
    lines without the defaults of one region or trade within days looks like one disaster and is low.
legal_basis:
  - {text: 《融资担保公司监督管理条例》（国务院令第683号）第二十四条至第二十七条, valid_from: 2017-10-01, valid_to: null}
  - {text: 《融资担保公司监督管理条例》四项配套制度（银保监发〔2018〕1号）关于代偿与准备金的要求（上线前核对）, valid_from: 2018-04-02, valid_to: null}
false_positives:
  zh: 一次灾害、疫病或行情引起的集中违约（同一地区或行业，降为低）；单一大客户违约；业务收缩使解除额变小；补记往月代偿。
  en: One disaster, epidemic or price fall (one region or trade, rated low); one large customer; a shrinking book with few releases; compensations of earlier months booked late.
blind_spots:
  zh: 不登台账的代偿；以续保、借新还旧掩盖的违约；以地区或行业集中为掩护的批量虚假违约（仍显示，但为低）；提前解除的担保只按最近一次在保余额推算。
  en: Compensations kept off the ledger; defaults rolled into new loans; batches of sham defaults in one region or trade (shown as low); early releases are derived from the balance last reported.
no_data:
  zh: 没有近期的净资产，或台账历史不足，无法与此前比较
  en: no recent net assets, or too short a history to compare with
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.3, max: 10, why: 激增或代偿率任一达到界线的倍数}
  min_growth: {value: 3, unit: ratio, min: 1, max: 20, why: 月均的三倍超出正常波动}
  min_asset_share: {value: 0.01, unit: share, min: 0.001, max: 0.2, why: 不足净资产百分之一的代偿不伤及偿付能力}
  min_rate: {value: 0.05, unit: share, min: 0.005, max: 0.5, why: 行业代偿率通常在百分之二至三，百分之五已属高位}
  min_rate_contracts: {value: 3, unit: count, min: 1, max: 50, why: 一两份违约算不出比率}
  rate_days: {value: 365, unit: days, min: 90, max: 366, why: 代偿率按一年计}
  min_history_days: {value: 90, unit: days, min: 30, max: 360, why: 接入未满一年的按已知月份求月均；不足三个月不比较}
  max_snapshot_days: {value: 62, unit: days, min: 31, max: 366, why: 按月报送，次月底前到达；再旧的净资产不用}
  event_days: {value: 7, unit: days, min: 1, max: 30, why: 灾害或行情引起的违约在数日内集中发生}
  min_event_customers: {value: 5, unit: count, min: 2, max: 100, why: 少于五户看不出是同一事件}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（激增或代偿率较高者）, en: "times the line (spike or rate, the higher)", threshold: min_reach, full: 3}
  month_amount: {unit: CNY, zh: 当月代偿额, en: compensated in the month}
  month_count: {unit: count, zh: 当月代偿合同数, en: contracts compensated in the month}
  mean_amount: {unit: CNY, zh: 此前月均代偿额, en: monthly mean before}
  growth: {unit: ratio, zh: 与月均之比, en: times the mean}
  net_assets: {unit: CNY, zh: 净资产, en: net assets}
  asset_share: {unit: share, zh: 占净资产, en: over net assets}
  year_amount: {unit: CNY, zh: 一年代偿额, en: compensated in the year}
  released: {unit: CNY, zh: 一年解除担保额, en: released in the year}
  rate: {unit: share, zh: 代偿率, en: compensated over released}
  event_share: {unit: share, zh: 同一地区或行业数日内的占比, en: share of one region or trade within days}
--- */
-- How the definition is read
-- * Evenings: days on which a compensation is booked. A month is window_days ending on the evening; the twelve months
--   before are twelve such spans. A ledger that does not reach back so far (first snapshot or first compensation) is
--   averaged over the days known; with less than min_history_days the growth is unknown.
-- * Spike: growth and share of net assets, both: the lesser of the two quotients decides. With no compensation before,
--   growth has no value and the share of net assets decides alone. Net assets: last month-end of at most
--   max_snapshot_days ago.
-- * Rate: compensated in rate_days over released in rate_days. Released of a contract is its amount less the balance
--   last reported, for contracts begun by the evening that did not end before the span; without a balance, the
--   amount once the end date is past. It needs min_rate_contracts, since one default is no rate.
-- * Disaster: within event_days, at least min_event_customers different customers of one region or of one line of
--   business. The month and the year less the largest such event are judged again: what is left over a line keeps its
--   severity, otherwise the hit is low. Customers of unknown region and trade never belong to an event. A spike is
--   high, a rate alone medium.
--
-- Exact: all of it is about the ledgers of the few guarantee firms.
WITH compensated AS (
    SELECT firms.group_key, firms.institution, compensations.record_id, compensations.contract_no,
           compensations.compensated_day AS day, compensations.amount
    FROM compensations
    JOIN firms ON firms.institution = compensations.institution
    WHERE firms.sector = 'guarantee' AND compensations.compensated_day <= $to_day AND compensations.amount > 0
),
evenings AS (
    SELECT DISTINCT group_key, institution, day AS end_day FROM compensated WHERE day BETWEEN $from_day AND $to_day
),
snapshots AS (
    SELECT firms.institution, firm_snapshots.net_assets, firm_snapshots.record_id,
           DATEDIFF('day', DATE '1970-01-01', CAST(firm_snapshots.month || '-01' AS DATE)) AS month_day,
           DATEDIFF('day', DATE '1970-01-01', LAST_DAY(CAST(firm_snapshots.month || '-01' AS DATE))) AS snapshot_day
    FROM firm_snapshots
    JOIN firms ON firms.institution = firm_snapshots.institution
    WHERE firms.sector = 'guarantee'
),
-- the ledger of a firm is known from the first month it described, or the first compensation it reported
known_from AS (
    SELECT institution, min(day) AS first_day
    FROM (
        SELECT institution, month_day AS day FROM snapshots
        UNION ALL
        SELECT institution, day FROM compensated
    ) AS described
    GROUP BY institution
),
latest AS (
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
sums AS (
    SELECT evenings.group_key, evenings.institution, evenings.end_day,
           CAST(sum(CASE WHEN compensated.day > evenings.end_day - $window_days THEN compensated.amount ELSE 0 END)
               AS BIGINT) AS month_amount,
           count(DISTINCT CASE WHEN compensated.day > evenings.end_day - $window_days THEN compensated.contract_no END)
               AS month_count,
           CAST(sum(CASE WHEN compensated.day BETWEEN evenings.end_day - 13 * $window_days + 1
                                                  AND evenings.end_day - $window_days
                         THEN compensated.amount ELSE 0 END) AS BIGINT) AS before_amount,
           CAST(sum(CASE WHEN compensated.day > evenings.end_day - $rate_days THEN compensated.amount ELSE 0 END)
               AS BIGINT) AS year_amount,
           count(DISTINCT CASE WHEN compensated.day > evenings.end_day - $rate_days THEN compensated.contract_no END)
               AS year_count
    FROM evenings
    JOIN compensated ON compensated.institution = evenings.institution AND compensated.day <= evenings.end_day
    GROUP BY evenings.group_key, evenings.institution, evenings.end_day
),
contracts AS (
    SELECT guarantees.institution, guarantees.contract_no, guarantees.customer_token,
           COALESCE(guarantees.customer_token, guarantees.customer_name, guarantees.contract_no) AS customer,
           guarantees.amount, guarantees.outstanding,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.starts_on), 0) AS start_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.ends_on), 9999999) AS until_day
    FROM guarantees
    JOIN firms ON firms.institution = guarantees.institution
    WHERE firms.sector = 'guarantee'
),
releases AS (
    SELECT evenings.institution, evenings.end_day,
           CAST(sum(CASE WHEN contracts.outstanding IS NOT NULL THEN GREATEST(contracts.amount - contracts.outstanding, 0)
                         WHEN contracts.until_day <= evenings.end_day THEN contracts.amount
                         ELSE 0 END) AS BIGINT) AS released
    FROM evenings
    JOIN contracts ON contracts.institution = evenings.institution AND contracts.start_day <= evenings.end_day
        AND contracts.until_day > evenings.end_day - $rate_days
    GROUP BY evenings.institution, evenings.end_day
),
-- region and line of business of the customers who were compensated for
origins AS (
    SELECT DISTINCT customers.institution, customers.contract_no, customers.customer, described.trait
    FROM (
        SELECT contracts.institution, contracts.contract_no, contracts.customer, contracts.customer_token AS token
        FROM contracts
        JOIN compensated ON compensated.institution = contracts.institution
            AND compensated.contract_no = contracts.contract_no
    ) AS customers
    JOIN (
        SELECT party_token AS token, 'region ' || region AS trait FROM parties WHERE region IS NOT NULL
        UNION ALL
        SELECT party_token, 'region ' || region FROM entities WHERE region IS NOT NULL
        UNION ALL
        SELECT party_token, 'trade ' || business_scope FROM parties WHERE business_scope IS NOT NULL
    ) AS described ON described.token = customers.token
),
monthly AS (
    SELECT evenings.institution, evenings.end_day, compensated.record_id, compensated.day, compensated.amount,
           origins.customer, origins.trait
    FROM evenings
    JOIN compensated ON compensated.institution = evenings.institution
        AND compensated.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    JOIN origins ON origins.institution = compensated.institution AND origins.contract_no = compensated.contract_no
),
clusters AS (
    SELECT firsts.institution, firsts.end_day, firsts.trait, firsts.day, CAST(sum(monthly.amount) AS BIGINT) AS amount,
           count(DISTINCT monthly.customer) AS customers
    FROM (SELECT DISTINCT institution, end_day, trait, day FROM monthly) AS firsts
    JOIN monthly ON monthly.institution = firsts.institution AND monthly.end_day = firsts.end_day
        AND monthly.trait = firsts.trait AND monthly.day BETWEEN firsts.day AND firsts.day + $event_days - 1
    GROUP BY firsts.institution, firsts.end_day, firsts.trait, firsts.day
),
events AS (
    SELECT institution, end_day, max(amount) AS amount
    FROM clusters
    WHERE customers >= $min_event_customers
    GROUP BY institution, end_day
),
figures AS (
    SELECT sums.*, latest.net_assets, latest.record_id AS snapshot_record, COALESCE(releases.released, 0) AS released,
           LEAST(sums.end_day - $window_days - known_from.first_day + 1, 12 * $window_days) AS history_days,
           COALESCE(events.amount, 0) AS explained
    FROM sums
    JOIN known_from ON known_from.institution = sums.institution
    LEFT JOIN latest ON latest.institution = sums.institution AND latest.end_day = sums.end_day
    LEFT JOIN releases ON releases.institution = sums.institution AND releases.end_day = sums.end_day
    LEFT JOIN events ON events.institution = sums.institution AND events.end_day = sums.end_day
),
compared AS (
    SELECT figures.*,
           CASE WHEN history_days >= $min_history_days
                THEN CAST(before_amount AS DOUBLE) * $window_days / history_days END AS mean_amount,
           CASE WHEN net_assets > 0 THEN CAST(month_amount AS DOUBLE) / net_assets END AS asset_share,
           CASE WHEN net_assets > 0 THEN CAST(month_amount - explained AS DOUBLE) / net_assets END AS asset_share_left,
           CASE WHEN released > 0 THEN CAST(year_amount AS DOUBLE) / released END AS rate,
           CASE WHEN released > 0 THEN CAST(year_amount - explained AS DOUBLE) / released END AS rate_left
    FROM figures
),
reaches AS (
    SELECT compared.*,
           CASE WHEN mean_amount IS NULL OR asset_share IS NULL THEN 0
                WHEN mean_amount > 0
                    THEN LEAST(month_amount / mean_amount / $min_growth, asset_share / $min_asset_share)
                ELSE asset_share / $min_asset_share END AS spike_reach,
           CASE WHEN mean_amount IS NULL OR asset_share IS NULL THEN 0
                WHEN mean_amount > 0
                    THEN LEAST((month_amount - explained) / mean_amount / $min_growth, asset_share_left / $min_asset_share)
                ELSE asset_share_left / $min_asset_share END AS spike_left,
           CASE WHEN year_count >= $min_rate_contracts THEN COALESCE(rate, 0) / $min_rate ELSE 0 END AS rate_reach,
           CASE WHEN year_count >= $min_rate_contracts THEN COALESCE(rate_left, 0) / $min_rate ELSE 0 END AS rate_left_reach
    FROM compared
),
judged AS (
    SELECT reaches.*, GREATEST(spike_reach, rate_reach) AS reach,
           row_number() OVER (
               PARTITION BY group_key, end_day ORDER BY GREATEST(spike_reach, rate_reach) DESC, institution
           ) AS place
    FROM reaches
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN reach < $min_reach THEN 'not_enough_data'
                WHEN spike_left >= $min_reach THEN 'high'
                WHEN rate_left_reach >= $min_reach THEN 'medium'
                ELSE 'low' END AS severity,
           reach, month_amount, month_count, CAST(FLOOR(mean_amount) AS BIGINT) AS mean_amount,
           CASE WHEN mean_amount > 0 THEN month_amount / mean_amount END AS growth, net_assets, asset_share, year_amount,
           released, rate, CAST(explained AS DOUBLE) / month_amount AS event_share
    FROM judged
    WHERE place = 1
      AND (reach >= $min_reach
           -- third outcome: net assets are unknown, or a large month has too little to compare with
           OR net_assets IS NULL OR (mean_amount IS NULL AND asset_share >= $min_asset_share * $min_reach))
),
proof AS (
    SELECT judged.group_key, judged.end_day, 'compensations' AS record_kind, compensated.record_id,
           CASE WHEN compensated.day > judged.end_day - $window_days THEN 'compensation' ELSE 'compensation_before' END
               AS role
    FROM judged
    JOIN compensated ON compensated.institution = judged.institution
        AND compensated.day BETWEEN judged.end_day - $rate_days + 1 AND judged.end_day
    WHERE judged.place = 1
    UNION ALL
    SELECT judged.group_key, judged.end_day, 'firm_snapshots', judged.snapshot_record, 'net_assets'
    FROM judged
    WHERE judged.place = 1 AND judged.snapshot_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(proof.record_kind, 'none') AS record_kind, COALESCE(proof.record_id, 0) AS record_id,
       COALESCE(proof.role, 'none') AS role,
       hits.reach, hits.month_amount, hits.month_count, hits.mean_amount, hits.growth, hits.net_assets, hits.asset_share,
       hits.year_amount, hits.released, hits.rate, hits.event_share
FROM hits
LEFT JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
    AND hits.severity <> 'not_enough_data'
