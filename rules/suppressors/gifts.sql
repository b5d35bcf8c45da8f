/* ---
id: gifts
code: F7
version: 1
name: {zh: 红包与礼金, en: Red packets and gifts}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T01, T02, T03, T05]
reads: [reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内 {giver_count} 人向自然人送红包礼金 {gift_count} 笔共 {gift_amount} 元，占自然人转入的 {gift_share}；吉利数或写明礼金的占 {marked_share}，互有往来的占 {mutual_share}，其他返还占 {back_share}"
  en: "Within {window_days} days {giver_count} people gave {gift_count} gifts of {gift_amount} CNY to a person, {gift_share} of what people paid in; {marked_share} bear a lucky sum or a word of gifts, {mutual_share} of the givers also received gifts, other returns were {back_share}"
explanation:
  zh: 亲友在春节前后或婚寿喜事时给自然人小额红包，金额多为吉利数，或写明礼金，或彼此互送；除互送的红包外没有钱回到送礼人。
  en: Relatives and friends give a person small red packets around the Spring Festival or at weddings and birthdays, in lucky sums, with words of gifts or both ways; apart from gifts in return nothing goes back to the givers.
false_positives:
  zh: 以红包名义收取的小额入会费、拼单款。
  en: Small joining fees collected as red packets.
blind_spots:
  zh: 超过上限的近亲大额礼金；经支付机构收发的红包看不到送礼人；日历未列春节的年份。
  en: Large gifts of near kin; red packets through payment firms; years whose Spring Festival the calendar lacks.
parameters:
  max_gift: {value: 2000, unit: CNY, min: 100, max: 20000, why: 普通人情往来多在二千元以内}
  festival_slack: {value: 15, unit: days, min: 0, max: 30, why: 春节前后十五日}
  feast_gifts: {value: 5, unit: count, min: 2, max: 100, why: 三日内有五笔吉利数或写明礼金，视为办喜事}
  feast_slack: {value: 3, unit: days, min: 0, max: 15, why: 喜事前后三日}
  min_givers: {value: 10, unit: persons, min: 1, max: 500, why: 少于十人无需解释}
  min_gift_share: {value: 0.6, unit: share, min: 0.3, max: 1, why: 按金额计的大部分；余下为近亲较大礼金}
  min_gift_count_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 按笔数计八成以上是小额礼金}
  min_marked_share: {value: 0.5, unit: share, min: 0, max: 1, why: 半数以上为吉利数或写明礼金，仅凭日期不够}
  min_mutual_share: {value: 0.3, unit: share, min: 0, max: 1, why: 或者三成以上送礼人也曾收到对方红包}
  max_back_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 礼金不生息；容忍个别退回与还款}
  history_days: {value: 400, unit: days, min: 30, max: 3650, why: 人情往来跨年，须看到上一个春节}
measures:
  giver_count: {unit: persons, zh: 送礼人数, en: givers}
  gift_count: {unit: count, zh: 礼金笔数, en: gifts}
  gift_amount: {unit: CNY, zh: 礼金金额, en: amount of gifts}
  gift_share: {unit: share, zh: 占自然人转入, en: share of what people paid in}
  marked_share: {unit: share, zh: 吉利数或写明礼金占比, en: share with a lucky sum or a word of gifts}
  mutual_share: {unit: share, zh: 互有往来占比, en: share of givers who also received}
  back_share: {unit: share, zh: 其他返还占比, en: share returned otherwise}
--- */
-- How the definition is read
-- * Gift: from a person outside the group to a person of it, at most 2,000, without a strong fundraising term, and
--   marked (520, 666, 888 or 1314 yuan, or a word of gifts: weddings and birthdays write 礼金) or within 15 days of
--   the Spring Festival holiday, before its first or after its last day, or within 3 days of a feast: a day up to the
--   evaluated one whose marked gift makes five within 3 days. Not every guest writes 礼金 on the envelope.
-- * A date alone does not make a gift: most of them must be marked, or the giving is reciprocal, that is a good part of
--   the givers received a gift from the group too, within history_days (last year's festival counts).
-- * No return flow: what goes back to the givers and is no such gift, over history_days, against what they paid in
--   them. A small payment back counts as a gift only if it is marked or falls at the festival, so monthly returns do not.
-- * Gifts are most of what people paid in by amount and nearly all by number: near kin give more than 2,000.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
festive AS (
    SELECT DISTINCT reference_calendar.day
    FROM reference_calendar
    JOIN reference_calendar AS holidays ON holidays.holiday = '春节'
        AND reference_calendar.day BETWEEN holidays.day - $festival_slack AND holidays.day + $festival_slack
    WHERE reference_calendar.day BETWEEN $from_day - $history_days + 1 AND $to_day
),
moves AS (
    SELECT transfers.to_group AS group_key, transfers.transfer_id, transfers.day, 1 AS incoming,
           transfers.from_party AS other, transfers.from_kind AS other_kind, transfers.to_kind AS own_kind,
           transfers.amount_cny AS amount, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.from_group, transfers.transfer_id, transfers.day, 0, transfers.to_party, transfers.to_kind,
           transfers.from_kind, transfers.amount_cny, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.to_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
),
words AS (
    SELECT moves.transfer_id,
           max(CASE WHEN remark_terms.class = 'gift' THEN 1 ELSE 0 END) AS worded,
           max(CASE WHEN remark_terms.class = 'fundraising_strong' THEN 1 ELSE 0 END) AS strong
    FROM moves
    JOIN remark_terms ON remark_terms.transfer_id = moves.transfer_id AND remark_terms.day = moves.day
    GROUP BY moves.transfer_id
),
marked AS (
    SELECT moves.*,
           CASE WHEN moves.amount <= $max_gift AND moves.own_kind = 'person' AND COALESCE(words.strong, 0) = 0
               THEN 1 ELSE 0 END AS small,
           CASE WHEN moves.amount IN (52000, 66600, 88800, 131400) OR words.worded = 1 THEN 1 ELSE 0 END AS marked,
           CASE WHEN festive.day IS NULL THEN 0 ELSE 1 END AS festive
    FROM moves
    LEFT JOIN words ON words.transfer_id = moves.transfer_id
    LEFT JOIN festive ON festive.day = moves.day
),
classed AS (
    SELECT marked.*, CASE WHEN small = 1 AND (marked = 1 OR festive = 1) THEN 1 ELSE 0 END AS gift
    FROM marked
),
marked_days AS (
    SELECT group_key, day, count(*) AS gifts
    FROM marked
    WHERE incoming = 1 AND small = 1 AND marked = 1
    GROUP BY group_key, day
),
feasts AS (
    SELECT later.group_key, later.day
    FROM marked_days AS later
    JOIN marked_days AS earlier ON earlier.group_key = later.group_key
        AND earlier.day BETWEEN later.day - $feast_slack AND later.day
    GROUP BY later.group_key, later.day
    HAVING sum(earlier.gifts) >= $feast_gifts
),
feast_days AS (
    SELECT DISTINCT evenings.group_key, evenings.end_day, reference_calendar.day
    FROM evenings
    JOIN feasts ON feasts.group_key = evenings.group_key
        AND feasts.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    JOIN reference_calendar ON reference_calendar.day BETWEEN feasts.day - $feast_slack AND feasts.day + $feast_slack
),
seen AS (
    SELECT evenings.end_day, classed.group_key, classed.transfer_id, classed.day, classed.other, classed.amount,
           classed.marked, classed.out_record, classed.in_record,
           CASE WHEN classed.small = 1 AND feast_days.day IS NOT NULL THEN 1 ELSE classed.gift END AS gift
    FROM evenings
    JOIN classed ON classed.group_key = evenings.group_key AND classed.incoming = 1
        AND classed.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    LEFT JOIN feast_days ON feast_days.group_key = evenings.group_key AND feast_days.end_day = evenings.end_day
        AND feast_days.day = classed.day
),
totals AS (
    SELECT group_key, end_day, CAST(sum(amount) AS BIGINT) AS person_in, count(*) AS payment_count,
           CAST(sum(gift) AS BIGINT) AS gift_count, CAST(sum(gift * amount) AS BIGINT) AS gift_amount,
           CAST(sum(gift * marked) AS BIGINT) AS marked_count
    FROM seen
    GROUP BY group_key, end_day
    HAVING sum(gift) > 0
),
givers AS (
    SELECT group_key, end_day, other, max(gift) AS gives FROM seen GROUP BY group_key, end_day, other
),
courses AS (
    SELECT givers.group_key, givers.end_day, givers.other, givers.gives,
           CAST(sum(classed.incoming * classed.amount) AS BIGINT) AS paid_in,
           CAST(sum((1 - classed.incoming) * (1 - classed.gift) * classed.amount) AS BIGINT) AS paid_back,
           max((1 - classed.incoming) * classed.gift) AS receives
    FROM givers
    JOIN classed ON classed.group_key = givers.group_key AND classed.other = givers.other
        AND classed.day BETWEEN givers.end_day - $history_days + 1 AND givers.end_day
    GROUP BY givers.group_key, givers.end_day, givers.other, givers.gives
),
both_ways AS (
    SELECT group_key, end_day, CAST(sum(gives) AS BIGINT) AS giver_count,
           CAST(sum(gives * receives) AS BIGINT) AS mutual_count, CAST(sum(paid_in) AS BIGINT) AS paid_in,
           CAST(sum(paid_back) AS BIGINT) AS paid_back
    FROM courses
    GROUP BY group_key, end_day
),
shares AS (
    SELECT totals.group_key, totals.end_day, both_ways.giver_count, totals.gift_count, totals.gift_amount,
           CAST(totals.gift_count AS DOUBLE) / totals.payment_count AS count_share,
           CAST(totals.gift_amount AS DOUBLE) / totals.person_in AS gift_share,
           CAST(totals.marked_count AS DOUBLE) / totals.gift_count AS marked_share,
           CAST(both_ways.mutual_count AS DOUBLE) / both_ways.giver_count AS mutual_share,
           CAST(both_ways.paid_back AS DOUBLE) / both_ways.paid_in AS back_share
    FROM totals
    JOIN both_ways ON both_ways.group_key = totals.group_key AND both_ways.end_day = totals.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, giver_count, gift_count, gift_amount, gift_share, marked_share, mutual_share, back_share
    FROM shares
    WHERE giver_count >= $min_givers AND gift_share >= $min_gift_share AND count_share >= $min_gift_count_share
      AND (marked_share >= $min_marked_share OR mutual_share >= $min_mutual_share) AND back_share <= $max_back_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(seen.in_record, seen.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to ORDER BY seen.day DESC, seen.amount DESC, seen.transfer_id
           ) AS place
    FROM hits
    JOIN seen ON seen.group_key = hits.subject_id AND seen.end_day = hits.window_to AND seen.gift = 1
)
-- the hundred latest gifts prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'gift' AS role,
       hits.giver_count, hits.gift_count, hits.gift_amount, hits.gift_share, hits.marked_share, hits.mutual_share,
       hits.back_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
