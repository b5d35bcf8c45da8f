/* ---
id: group_month
doc:
  zh: 控制组每月从组外自然人收到多少人、多少笔、多少金额：规则据此先知道哪些主体的人数够得上
  en: How many people outside a control group paid it in a month, and how much; by it rules know beforehand who can reach their counts
partition: month
amended:
  keys: amended_group_months
  by: [group_key, day]
  reads: {transfers: transfers_of_group_months}
  days: [amended_group_months, day]
reads: [transfers]
--- */
-- Upper bounds, not answers: a person is counted once a month, so the sum over the months that a window meets is no less
-- than the people of the window, and so for payments and money. Behind a clearing name nobody knows the receiver.
SELECT
    to_group AS group_key,
    CAST($month_first_day AS INTEGER) AS day,
    CAST(min(first_day) AS INTEGER) AS first_day,
    CAST(max(last_day) AS INTEGER) AS last_day,
    CAST(count(*) AS INTEGER) AS payers,
    CAST(sum(payments) AS INTEGER) AS payments,
    CAST(COALESCE(sum(cny), 0) AS BIGINT) AS in_cny,
    CAST(sum(payments - valued) AS INTEGER) AS unvalued_count
FROM (
    SELECT
        to_group, from_party, min(day) AS first_day, max(day) AS last_day, count(*) AS payments,
        sum(amount_cny) AS cny, count(amount_cny) AS valued
    FROM transfers
    WHERE day BETWEEN $month_first_day AND $month_last_day
        AND from_kind = 'person' AND to_kind <> 'clearing' AND to_group <> 0 AND from_group <> to_group
    GROUP BY to_group, from_party
) AS payers
GROUP BY to_group
