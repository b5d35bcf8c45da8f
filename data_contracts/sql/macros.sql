-- Cleaning and checking of one text cell. Each macro uses its argument as few times as possible, since macros are
-- expanded in place. `x` is the cell as sent; a result that is not in canonical form is left for the checks to refuse.

-- The search comes first because translating costs thirty times as much and few cells need it.
CREATE OR REPLACE TEMP MACRO fw_half(x) AS
    CASE WHEN regexp_matches(x, '[\x{ff01}-\x{ff5e}\x{3000}\x{a0}\x{2212}]') THEN
    translate(x, '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～' || chr(12288) || chr(160) || chr(8722),
                 '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~' || '  -') ELSE x END;

CREATE OR REPLACE TEMP MACRO fw_blank(x) AS
    nullif(regexp_replace(x, '^([-—–_－]+|NULL|null|\\N|N/A|#N/A)$', ''), '');

-- Trimming a set of characters costs thrice the search that tells whether there is anything to trim.
CREATE OR REPLACE TEMP MACRO fw_trim(x) AS
    CASE WHEN regexp_matches(x, '^[\s\x{a0}\x{200b}\x{2028}\x{3000}\x{feff}]|[\s\x{a0}\x{200b}\x{2028}\x{3000}\x{feff}]$')
         THEN trim(x, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8203) || chr(8232) || chr(12288) || chr(65279))
         ELSE x END;

CREATE OR REPLACE TEMP MACRO fw_text(x) AS
    CASE WHEN regexp_matches(x, '^[\s\x{a0}\x{200b}\x{3000}\x{feff}—–_－-]|[\s\x{a0}\x{200b}\x{3000}\x{feff}]$|\x{2028}|^(|NULL|null|\\N|N/A|#N/A)$')
         THEN fw_blank(fw_trim(replace(x, chr(8232), ' ')))
         ELSE x END;

-- "6222…" and '6222… are spreadsheet ways of keeping digits.
CREATE OR REPLACE TEMP MACRO fw_code(x) AS
    CASE WHEN regexp_full_match(x, '[A-Za-z]{0,8}[0-9][0-9A-Za-z.:_-]*') THEN x
         ELSE fw_blank(regexp_replace(regexp_replace(fw_half(x), '[\s\x{200b}\x{2028}\x{feff}]+', '', 'g'),
                                      '^(?:=?"(.*)"|''(.*))$', '\1\2'))
    END;

-- Most cells are one to three plain signs, which are neither blank nor to be mended; the search spares the rest.
CREATE OR REPLACE TEMP MACRO fw_spelling(x) AS
    CASE WHEN regexp_full_match(x, '[0-9A-Z\x{4e00}-\x{9fff}]{1,3}') THEN x
         ELSE fw_blank(upper(fw_trim(fw_half(x)))) END;

-- Amount to -?digits[.digits]; thousands separators only in groups of three; (500), 500- and −500 are negative.
CREATE OR REPLACE TEMP MACRO fw_ungroup(x) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(x,
        '^(-?\d{1,3}),(\d{3})(\.\d+)?$', '\1\2\3'),
        '^(-?\d{1,3}),(\d{3}),(\d{3})(\.\d+)?$', '\1\2\3\4'),
        '^(-?\d{1,3}),(\d{3}),(\d{3}),(\d{3})(\.\d+)?$', '\1\2\3\4\5'),
        '^(-?\d{1,3}),(\d{3}),(\d{3}),(\d{3}),(\d{3})(\.\d+)?$', '\1\2\3\4\5\6');

CREATE OR REPLACE TEMP MACRO fw_signed(x) AS
    regexp_replace(regexp_replace(regexp_replace(
        fw_blank(regexp_replace(fw_half(x), '[\s\x{200b}\x{2028}￥¥$元'']|RMB|CNY|人民币', '', 'g')),
        '^\(([0-9.,]+)\)$', '-\1'), '^([0-9.,]+)-$', '-\1'), '^\+', '');

CREATE OR REPLACE TEMP MACRO fw_points(x) AS
    regexp_replace(regexp_replace(x, '^(-?)\.(\d+)$', '\10.\2'), '^(-?\d+)\.$', '\1');

CREATE OR REPLACE TEMP MACRO fw_number(x) AS
    CASE WHEN regexp_full_match(x, '-?\d+(\.\d{1,8})?') THEN x ELSE fw_points(fw_ungroup(fw_signed(x))) END;

CREATE OR REPLACE TEMP MACRO fw_number_comma(x) AS
    fw_points(translate(fw_ungroup(translate(fw_signed(x), '.,', ',.')), ' ', ''));

-- A spreadsheet's binary number shown with its noise: fifteen significant digits are what it was.
CREATE OR REPLACE TEMP MACRO fw_denoised(x) AS
    CASE WHEN regexp_full_match(x, '-?\d+\.\d{9,}') THEN format('{:.15g}', CAST(x AS DOUBLE)) ELSE x END;

-- Timestamps to YYYY-MM-DD[ HH:MM[:SS]].
CREATE OR REPLACE TEMP MACRO fw_date_part(x) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(x,
        '^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.\d+)?$', '\1-\2-\3 \4:\5:\6'),
        '^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})$', '\1-\2-\3 \4:\5'),
        '^(\d{4})(\d{2})(\d{2})($|[ T])', '\1-\2-\3\4'),
        '^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?', '\1-\2-\3'),
        '^(\d{4})-(\d)-', '\1-0\2-'),
        '^(\d{4}-\d{2})-(\d)($|[ T-])', '\1-0\2\3');

CREATE OR REPLACE TEMP MACRO fw_time_part(x) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(x,
        '^(\d{4}-\d{2}-\d{2})[ T]+(\d{2})(\d{2})(\d{2})?$', '\1 \2:\3:\4'),
        '^(\d{4}-\d{2}-\d{2})[ T-]+(\d{1,2})[:.时](\d{2})', '\1 \2:\3'),
        '^(\d{4}-\d{2}-\d{2} \d{1,2}:\d{2})[:.分](\d{2})(?:[.,]\d+)?秒?$', '\1:\2'),
        '(?:分|:)$', ''),
        '^(\d{4}-\d{2}-\d{2}) (\d):', '\1 0\2:');

CREATE OR REPLACE TEMP MACRO fw_timestamp(x) AS
    CASE WHEN regexp_full_match(x, '\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}') THEN x
         ELSE fw_blank(fw_time_part(fw_date_part(fw_trim(fw_half(x))))) END;

CREATE OR REPLACE TEMP MACRO fw_day(x) AS
    CASE WHEN regexp_full_match(x, '\d{4}-\d{2}-\d{2}') THEN x
         ELSE regexp_replace(fw_timestamp(x), '^(\d{4}-\d{2}-\d{2}) .*$', '\1') END;

-- Spellings that are ambiguous in general and therefore need the contract's word.
CREATE OR REPLACE TEMP MACRO fw_yymmdd(x) AS
    regexp_replace(regexp_replace(x, '^([7-9]\d)(\d{2})(\d{2})$', '19\1-\2-\3'), '^([0-6]\d)(\d{2})(\d{2})$', '20\1-\2-\3');

CREATE OR REPLACE TEMP MACRO fw_dmy_dotted(x) AS
    regexp_replace(x, '^(\d{1,2})\.(\d{1,2})\.(\d{4})', '\3-\2-\1');

CREATE OR REPLACE TEMP MACRO fw_serial(x) AS
    CASE WHEN regexp_full_match(x, '[1-7]\d{4}(\.\d+)?')
         THEN strftime(TIMESTAMP '1899-12-30 00:00:00' + to_seconds(CAST(round(CAST(x AS DOUBLE) * 86400) AS BIGINT)), '%Y-%m-%d %H:%M:%S')
         ELSE x END;

-- A date cell of a spreadsheet comes with midnight behind it, which nobody typed.
CREATE OR REPLACE TEMP MACRO fw_sheet_date(x) AS regexp_replace(fw_serial(x), ' 00:00:00$', '');

CREATE OR REPLACE TEMP MACRO fw_clock(x) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        fw_blank(fw_trim(fw_half(x))),
        '^18(?:99|00)-\d{2}-\d{2}[ T]', ''),
        '^(\d{5})$', '0\1'),
        '^(\d{2})(\d{2})(\d{2})$', '\1:\2:\3'),
        '^(\d{2})(\d{2})$', '\1:\2'),
        '^(\d):', '0\1:'),
        '^(\d{2}:\d{2}:\d{2})[.,]\d+$', '\1');

-- GB 11643-1999: the weighted sum with the check digit is 1 modulo 11; a 15-digit number has no check digit. The list of one
-- binds the number once, so that its digits are whole-number arithmetic.
CREATE OR REPLACE TEMP MACRO fw_resident_ok(x) AS
    CASE WHEN regexp_full_match(x, '[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[0-9X]')
         THEN (list_transform([CAST(substr(x, 1, 17) AS BIGINT)], lambda n:
                (n // 10000000000000000) % 10 * 7 + (n // 1000000000000000) % 10 * 9 + (n // 100000000000000) % 10 *
                10 + (n // 10000000000000) % 10 * 5 + (n // 1000000000000) % 10 * 8 + (n // 100000000000) % 10 * 4 +
                (n // 10000000000) % 10 * 2 + (n // 1000000000) % 10 * 1 + (n // 100000000) % 10 * 6 + (n //
                10000000) % 10 * 3 + (n // 1000000) % 10 * 7 + (n // 100000) % 10 * 9 + (n // 10000) % 10 * 10 + (n
                // 1000) % 10 * 5 + (n // 100) % 10 * 8 + (n // 10) % 10 * 4 + (n // 1) % 10 * 2)[1]
               + CASE WHEN ends_with(x, 'X') THEN 10 ELSE CAST(substr(x, 18, 1) AS INTEGER) END) % 11 = 1
              AND try_strptime(substr(x, 7, 8), '%Y%m%d') IS NOT NULL
         WHEN regexp_full_match(x, '[1-9]\d{14}') THEN try_strptime('19' || substr(x, 7, 6), '%Y%m%d') IS NOT NULL
         ELSE false END;

-- GB 32100-2015: the weighted sum (3 to the power of the place, modulo 31) with the check character is 0 modulo 31.
CREATE OR REPLACE TEMP MACRO fw_uscc_ok(x) AS
    CASE WHEN regexp_full_match(x, '[0-9ABCDEFGHJKLMNPQRTUWXY]{18}')
         THEN (list_sum(list_transform(string_split(substr(x, 1, 17), ''),
                        lambda sign, place: (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', sign) - 1)
                               * [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28][place]))
               + strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 18, 1)) - 1) % 31 = 0
         ELSE false END;

-- Luhn, asked only of 16 and 19 digits that begin as a bank card does.
CREATE OR REPLACE TEMP MACRO fw_luhn_ok(x) AS
    CASE WHEN regexp_full_match(x, '[3-6]\d{15}|62\d{17}')
         THEN list_transform([CAST(x AS BIGINT)], lambda n: (
                (n // 1) % 10 + (n // 100) % 10 + (n // 10000) % 10 + (n // 1000000) % 10 + (n // 100000000) % 10 +
                (n // 10000000000) % 10 + (n // 1000000000000) % 10 + (n // 100000000000000) % 10 + (n //
                10000000000000000) % 10 + (n // 1000000000000000000) % 10
                + (n // 10) % 10 * 2 // 10 + (n // 10) % 10 * 2 % 10 + (n // 1000) % 10 * 2 // 10 + (n // 1000) % 10 *
                2 % 10 + (n // 100000) % 10 * 2 // 10 + (n // 100000) % 10 * 2 % 10 + (n // 10000000) % 10 * 2 // 10
                + (n // 10000000) % 10 * 2 % 10 + (n // 1000000000) % 10 * 2 // 10 + (n // 1000000000) % 10 * 2 % 10
                + (n // 100000000000) % 10 * 2 // 10 + (n // 100000000000) % 10 * 2 % 10 + (n // 10000000000000) %
                10 * 2 // 10 + (n // 10000000000000) % 10 * 2 % 10 + (n // 1000000000000000) % 10 * 2 // 10 + (n //
                1000000000000000) % 10 * 2 % 10 + (n // 100000000000000000) % 10 * 2 // 10 + (n //
                100000000000000000) % 10 * 2 % 10) % 10 = 0)[1]
         ELSE true END;

CREATE OR REPLACE TEMP MACRO fw_birth(x) AS
    CASE WHEN fw_resident_ok(x) THEN
        CAST(try_strptime(CASE WHEN length(x) = 18 THEN substr(x, 7, 8) ELSE '19' || substr(x, 7, 6) END, '%Y%m%d') AS DATE) END;

CREATE OR REPLACE TEMP MACRO fw_region(x) AS
    CASE WHEN fw_resident_ok(x) THEN substr(x, 1, 6)
         WHEN fw_uscc_ok(x) AND regexp_full_match(substr(x, 3, 6), '\d+') THEN substr(x, 3, 6) END;

CREATE OR REPLACE TEMP MACRO fw_key(x) AS
    CASE WHEN contains(x, '*') THEN NULL ELSE CAST('0x' || substr(md5(x), 1, 15) AS BIGINT) END;
