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
    CASE WHEN regexp_matches(x, '^[\s\x{a0}\x{200b}\x{3000}\x{feff}—–_－-]|[\s\x{a0}\x{200b}\x{3000}\x{feff}]$|[\r\n\x{2028}]|^(|NULL|null|\\N|N/A|#N/A)$')
         THEN fw_blank(fw_trim(regexp_replace(x, '[\r\n\x{2028}]+', ' ', 'g')))
         ELSE x END;

-- "6222…" and '6222… are spreadsheet ways of keeping digits. A line break within is left: two numbers are not one.
CREATE OR REPLACE TEMP MACRO fw_code(x) AS
    CASE WHEN regexp_full_match(x, '[A-Za-z]{0,8}[0-9][0-9A-Za-z.:_-]*') THEN x
         ELSE fw_blank(regexp_replace(regexp_replace(fw_trim(fw_half(x)), '[ \t\x{200b}\x{feff}]+', '', 'g'),
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

-- Units and spaces stand about a number, a space or apostrophe within it parts groups of three; two numbers in one cell,
-- or a unit between digits, are no number, so they are left as they are.
CREATE OR REPLACE TEMP MACRO fw_bare(x) AS
    CASE WHEN regexp_full_match(x, '(?:[\s\x{2028}￥¥'']|RMB|CNY|人民币)*[-+(]?(?:[\s￥¥]|RMB|CNY|人民币)*(?:[0-9.,]+|\d{1,3}(?:[ '']\d{3})+(?:[.,]\d*)?)[\s元]*[-)]?(?:[\s\x{2028}元]|RMB|CNY|人民币)*')
         THEN regexp_replace(x, '[\s\x{2028}￥¥元'']|RMB|CNY|人民币', '', 'g') ELSE fw_trim(x) END;

CREATE OR REPLACE TEMP MACRO fw_signed(x) AS
    regexp_replace(regexp_replace(regexp_replace(
        fw_blank(fw_bare(regexp_replace(fw_half(x), '[\x{200b}\x{feff}]', '', 'g'))),
        '^\(([0-9.,]+)\)$', '-\1'), '^([0-9.,]+)-$', '-\1'), '^\+', '');

CREATE OR REPLACE TEMP MACRO fw_points(x) AS
    regexp_replace(regexp_replace(x, '^(-?)\.(\d+)$', '\10.\2'), '^(-?\d+)\.$', '\1');

CREATE OR REPLACE TEMP MACRO fw_number(x) AS
    CASE WHEN regexp_full_match(x, '-?\d+(\.\d{1,8})?') THEN x ELSE fw_points(fw_ungroup(fw_signed(x))) END;

CREATE OR REPLACE TEMP MACRO fw_number_comma(x) AS
    fw_points(translate(fw_ungroup(translate(fw_signed(x), '.,', ',.')), ' ', ''));

-- A spreadsheet's binary number shown with its noise: fifteen significant digits are what it was.
CREATE OR REPLACE TEMP MACRO fw_denoised(x) AS
    CASE WHEN regexp_full_match(x, '-?\d+\.\d{9,}|-?\d{9,}\.\d{8}') THEN format('{:.15g}', CAST(x AS DOUBLE)) ELSE x END;

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

-- Workbooks that count days from 1904, as old Macintosh versions wrote them.
CREATE OR REPLACE TEMP MACRO fw_sheet_date_1904(x) AS
    CASE WHEN regexp_full_match(x, '[1-7]\d{4}(\.\d+)?')
         THEN regexp_replace(strftime(TIMESTAMP '1904-01-01 00:00:00' + to_seconds(CAST(round(CAST(x AS DOUBLE) * 86400) AS BIGINT)), '%Y-%m-%d %H:%M:%S'), ' 00:00:00$', '')
         ELSE regexp_replace(x, ' 00:00:00$', '') END;

CREATE OR REPLACE TEMP MACRO fw_clock(x) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        fw_blank(fw_trim(fw_half(x))),
        '^18(?:99|00)-\d{2}-\d{2}[ T]', ''),
        '^(\d{5})$', '0\1'),
        '^(\d{2})(\d{2})(\d{2})$', '\1:\2:\3'),
        '^(\d{2})(\d{2})$', '\1:\2'),
        '^(\d):', '0\1:'),
        '^(\d{2}:\d{2}:\d{2})[.,]\d+$', '\1');

-- What two digits add to the weighted sum of GB 11643-1999, whose weights are powers of two modulo 11: looked up by pairs,
-- since division is what the sum costs.
CREATE OR REPLACE TEMP MACRO fw_resident_pair(pair) AS
    list_extract(CAST('[0,2,4,6,8,10,12,14,16,18,4,6,8,10,12,14,16,18,20,22,8,10,12,14,16,18,20,22,24,26,12,14,16,18,20,22,24,26,28,30,16,18,20,22,24,26,28,30,32,34,20,22,24,26,28,30,32,34,36,38,24,26,28,30,32,34,36,38,40,42,28,30,32,34,36,38,40,42,44,46,32,34,36,38,40,42,44,46,48,50,36,38,40,42,44,46,48,50,52,54]' AS SMALLINT[]), pair + 1);

-- GB 11643-1999: the weighted sum with the check digit is 1 modulo 11; a 15-digit number has no check digit. The list of one
-- binds the number once, so that its digits are whole-number arithmetic.
CREATE OR REPLACE TEMP MACRO fw_resident_ok(x) AS
    CASE WHEN regexp_full_match(x, '[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[0-9X]')
         THEN (list_transform([CAST(substr(x, 1, 17) AS BIGINT)], lambda n:
                fw_resident_pair(n % 100) + fw_resident_pair((n // 100) % 100) * 4
                + fw_resident_pair((n // 10000) % 100) * 5 + fw_resident_pair((n // 1000000) % 100) * 9
                + fw_resident_pair((n // 100000000) % 100) * 3 + fw_resident_pair((n // 10000000000) % 100) * 1
                + fw_resident_pair((n // 1000000000000) % 100) * 4
                + fw_resident_pair((n // 100000000000000) % 100) * 5
                + fw_resident_pair((n // 10000000000000000) % 100) * 9)[1]
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

-- What two digits add to the sum of ISO/IEC 7812: the left one doubled, with its digits added.
CREATE OR REPLACE TEMP MACRO fw_luhn_pair(pair) AS
    list_extract(CAST('[0,1,2,3,4,5,6,7,8,9,2,3,4,5,6,7,8,9,10,11,4,5,6,7,8,9,10,11,12,13,6,7,8,9,10,11,12,13,14,15,8,9,10,11,12,13,14,15,16,17,1,2,3,4,5,6,7,8,9,10,3,4,5,6,7,8,9,10,11,12,5,6,7,8,9,10,11,12,13,14,7,8,9,10,11,12,13,14,15,16,9,10,11,12,13,14,15,16,17,18]' AS SMALLINT[]), pair + 1);

-- Luhn, asked only of 16 and 19 digits that begin as a bank card does.
CREATE OR REPLACE TEMP MACRO fw_luhn_ok(x) AS
    CASE WHEN regexp_full_match(x, '[3-6]\d{15}|62\d{17}')
         THEN list_transform([CAST(x AS BIGINT)], lambda n: (
                fw_luhn_pair(n % 100) + fw_luhn_pair((n // 100) % 100) + fw_luhn_pair((n // 10000) % 100)
                + fw_luhn_pair((n // 1000000) % 100) + fw_luhn_pair((n // 100000000) % 100)
                + fw_luhn_pair((n // 10000000000) % 100) + fw_luhn_pair((n // 1000000000000) % 100)
                + fw_luhn_pair((n // 100000000000000) % 100) + fw_luhn_pair((n // 10000000000000000) % 100)
                + fw_luhn_pair((n // 1000000000000000000) % 100)) % 10 = 0)[1]
         ELSE true END;

-- A 15-digit resident number in its 18-digit form, everything else as it is.
CREATE OR REPLACE TEMP MACRO fw_long_identity(x) AS
    CASE WHEN length(x) = 15 AND fw_resident_ok(x)
         THEN list_transform([substr(x, 1, 6) || '19' || substr(x, 7)], lambda body: body || substr('10X98765432', CAST(1 + list_sum(
                list_transform(range(1, 18), lambda place: CAST(substr(body, CAST(place AS INTEGER), 1) AS INTEGER)
                                                           * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][place])) % 11 AS INTEGER), 1))[1]
         ELSE x END;

CREATE OR REPLACE TEMP MACRO fw_birth(x) AS
    CASE WHEN fw_resident_ok(x) THEN
        CAST(try_strptime(CASE WHEN length(x) = 18 THEN substr(x, 7, 8) ELSE '19' || substr(x, 7, 6) END, '%Y%m%d') AS DATE) END;

CREATE OR REPLACE TEMP MACRO fw_region(x) AS
    CASE WHEN fw_resident_ok(x) THEN substr(x, 1, 6)
         WHEN fw_uscc_ok(x) AND regexp_full_match(substr(x, 3, 6), '\d+') THEN substr(x, 3, 6) END;

CREATE OR REPLACE TEMP MACRO fw_key(x) AS
    CASE WHEN contains(x, '*') THEN NULL ELSE CAST('0x' || substr(md5(x), 1, 15) AS BIGINT) END;
