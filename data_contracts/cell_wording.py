"""What the fault codes of rows and cells say; codes are stable, a retired one is not used again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Detail = str | tuple[str, str]
"""What fills a place: the same text in both languages, or (Chinese, English)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Reason and remedy of a code in both languages."""

    reason: str
    remedy: str
    reason_en: str
    remedy_en: str

    def filled(self, detail: Mapping[str, Detail]) -> Wording:
        """Return the wording with its places filled; raises KeyError for a place without a value."""
        zh = {name: value if isinstance(value, str) else value[0] for name, value in detail.items()}
        en = {name: value if isinstance(value, str) else value[1] for name, value in detail.items()}
        return Wording(
            self.reason.format_map(zh),
            self.remedy.format_map(zh),
            self.reason_en.format_map(en),
            self.remedy_en.format_map(en),
        )


CELL_WORDINGS: dict[str, Wording] = {
    "F001": Wording("必填项为空", "请补填该单元格", "A required cell is empty", "Fill it in"),
    "F002": Wording(
        "金额无法识别",
        "请只填数字，如 1234.56 或 1,234.56，不带文字和单位",
        "The amount cannot be read",
        "Write digits alone, such as 1234.56 or 1,234.56, without words or units",
    ),
    "F003": Wording(
        "金额的小数多于两位",
        "金额最多精确到分：请核对数值；若以万元计，请改为元，或联系管理员登记单位",
        "More decimals than hundredths",
        "Amounts go to the hundredth: check the figure; if it is in 10,000s, send yuan or have the unit registered",
    ),
    "F004": Wording(
        "数值超出允许范围（{detail}）",
        "请核对数值与单位",
        "The value is out of range ({detail})",
        "Check the value and its unit",
    ),
    "F005": Wording(
        "日期无法识别",
        "请写成 年-月-日，如 2024-07-05",
        "The date cannot be read",
        "Write year-month-day, as in 2024-07-05",
    ),
    "F006": Wording(
        "日期时间无法识别",
        "请写成 年-月-日 时:分:秒，如 2024-07-05 10:19:28",
        "The date and time cannot be read",
        "Write year-month-day hour:minute:second, as in 2024-07-05 10:19:28",
    ),
    "F007": Wording(
        "时间无法识别",
        "请写成 时:分:秒，如 10:19:28",
        "The time cannot be read",
        "Write hour:minute:second, as in 10:19:28",
    ),
    "F008": Wording(
        "不在允许的取值之内（{detail}）",
        "请改用括号中所列的写法之一",
        "Not one of the allowed values ({detail})",
        "Use one of those in brackets",
    ),
    "F009": Wording(
        "内容不符合该列约定的格式",
        "请参照同列其他行的写法更正",
        "The form is not the one agreed for this column",
        "Write it as in the other rows of the column",
    ),
    "F010": Wording(
        "长度不符（{detail}）",
        "请核对是否缺位或多位",
        "The length is wrong ({detail})",
        "Check for missing or extra characters",
    ),
    "F011": Wording(
        "身份证号校验不通过（GB 11643）",
        "请对照证件核对 18 位号码，常见为错位、漏位或末位写错",
        "The resident number fails its check (GB 11643)",
        "Compare with the document: digits swapped or left out, or a wrong last sign",
    ),
    "F012": Wording(
        "统一社会信用代码校验不通过（GB 32100）",
        "请对照营业执照核对 18 位代码；代码中没有字母 I、O、S、V、Z，多为数字 1、0、5、2 之误",
        "The social credit code fails its check (GB 32100)",
        "Compare with the licence; the code never holds I, O, S, V or Z, they are mostly 1, 0, 5 or 2",
    ),
    "F014": Wording(
        "号码被表格软件改成了数值，末尾数字已丢失，无法恢复",
        "请从源系统重新导出，不要用表格软件打开后另存；必须打开时，先把该列设为文本格式",
        "A spreadsheet turned the number into a figure; its last digits are lost and cannot be restored",
        "Export again and do not save from a spreadsheet; where it must be opened, make the column text first",
    ),
    "F015": Wording(
        "号码带掩码，无法用于关联",
        "请提供不带星号的完整号码",
        "The number is masked and cannot be joined",
        "Send the full number, without stars",
    ),
    "F016": Wording(
        "卡号末位校验不通过（Luhn）",
        "请核对卡号；若是存折号或对公账号，可不理会",
        "The card number fails its Luhn check",
        "Check it; nothing to do for a passbook or a firm's account",
    ),
    "F017": Wording(
        "账号含有不应出现的字符或长度异常",
        "请核对账号：4–40 位，只含数字、字母和 - _ * . / @",
        "The account number has unexpected characters or length",
        "Check it: 4 to 40 of digits, letters and - _ * . / @",
    ),
    "F018": Wording(
        "数字无法识别",
        "请只填阿拉伯数字，单位以列名为准",
        "The number cannot be read",
        "Use digits in the unit of the header",
    ),
    "F019": Wording(
        "币种无法识别", "请填 ISO 代码，如 CNY", "The currency cannot be read", "Use an ISO code such as CNY"
    ),
    "F020": Wording(
        "借方与贷方须且只能有一个发生额",
        "请核对本行：收入只填贷方，支出只填借方，另一格留空或填 0",
        "Exactly one of debit and credit must hold an amount",
        "Fill in one of the two and leave the other empty or 0",
    ),
    "F021": Wording(
        "本数据源不接受负数金额",
        "冲正请用冲正标志报送；本机构的负数若另有固定含义，请联系管理员登记（negative_amount）",
        "Negative amounts are refused in this feed",
        "Mark reversals by their flag; if your negatives have a fixed meaning, have it registered (negative_amount)",
    ),
    "F022": Wording(
        "与第 {detail} 行的流水号（或业务编号）相同，其他内容却不同，两行都未接收",
        "请更正流水号有误的一行；有一行本不该有的，在更正模板中保留它的原行号、清空其余各格",
        "Same serial number (or key) as row {detail} but other content: both rows are kept out",
        "Correct the wrong serial number; to void a row, keep its row number in the template and empty the rest of it",
    ),
    "F023": Wording(
        "本行单元格数与表头不一致（{detail}）",
        "多为内容中夹有分隔符：请给该内容加英文双引号，或从源系统重新导出",
        "The row has another number of cells than the header ({detail})",
        "Mostly a delimiter within the content: put that content in double quotes, or export again",
    ),
    "F024": Wording(
        "文件在此行中断，记录不完整",
        "请重新传输完整文件",
        "The file breaks off in this record",
        "Send the complete file again",
    ),
    "F025": Wording(
        "英文双引号没有成对，其后的内容无法分列",
        "请在本行补上或删去一个双引号",
        "A double quote is not closed, so what follows cannot be parted into cells",
        "Add or remove one double quote in this row",
    ),
    "F026": Wording(
        "单元格是公式，不是数据",
        "请复制该列并“只粘贴值”",
        "The cell is a formula, not data",
        "Copy the column and paste values only",
    ),
    "F029": Wording(
        "长号码末尾全为 0，可能已被表格软件截断",
        "请与源系统核对；确有丢失的，请从源系统重新导出",
        "A long number ends in zeros only; a spreadsheet may have cut it",
        "Compare with the source system; if digits are lost, export again from there",
    ),
    "F031": Wording(
        "缺少用来识别这一行的内容（{detail}）",
        "请补填所缺内容",
        "The row lacks what identifies it ({detail})",
        "Fill in what is missing",
    ),
    "F032": Wording(
        "余额与上一笔不衔接（相差 {detail} 元）",
        "请核对本行与上一笔之间是否漏报交易，或次序、金额、收付有误",
        "The balance does not follow from the entry before (off by {detail})",
        "Check for entries left out before this row, or a wrong order, amount or direction",
    ),
    "F033": Wording(
        "该列的值与其他行重复，而该列不得重复",
        "请删去重复填报的行，或改正编号",
        "The value stands in another row too, and this column must not repeat",
        "Remove the doubled row, or correct the number",
    ),
    "F040": Wording(
        "该行过长（超过 100 万字符），未能完整读取",
        "请检查是否缺少换行或引号未闭合",
        "The line is too long (over a million characters) and was not read in full",
        "Check for a missing line break or an open quotation mark",
    ),
    "F041": Wording(
        "单元格超过 32767 个字符",
        "请缩短内容，或检查引号与分隔符",
        "The cell has more than 32,767 characters",
        "Shorten it, or check quotes and delimiters",
    ),
    "F042": Wording(
        "含有无法解码的字节（编码混杂或损坏）",
        "请统一用 UTF-8 或 GB18030 重新导出",
        "Some bytes cannot be decoded (mixed or damaged encoding)",
        "Export again in UTF-8 or GB18030 throughout",
    ),
    "F043": Wording(
        "含有 NUL 字节，内容可能已损坏",
        "请从源系统重新导出",
        "The cell holds NUL bytes; its content may be damaged",
        "Export again from the source system",
    ),
    "F044": Wording(
        "单元格被合并，不知该值属于哪一行哪一列",
        "请取消合并并逐格填写",
        "The cell is merged with others; which row and column the value belongs to is not known",
        "Unmerge the cells and fill each of them",
    ),
    "F045": Wording(
        "单元格是错误值，不是数据",
        "请改正公式后粘贴为数值",
        "The cell is an error value, not data",
        "Correct the formula, then paste values",
    ),
    "F050": Wording(
        "日期的年月日次序不明：可读作 {detail}",
        "请写成 2024-07-05，该列有时间的写成 2024-07-05 10:19:28；一向如此书写的，可请处非办在数据契约中声明日期格式",
        "The order of day, month and year is not clear: it may be {detail}",
        "Write 2024-07-05, with the time where the column has one (2024-07-05 10:19:28); or ask the office to declare "
        "the format",
    ),
    "F051": Wording(
        "像是表格软件的日期序号（若是，则为 {detail}），文本文件中不作推断",
        "请把该列设为日期格式后再导出",
        "It looks like a spreadsheet's date number ({detail} if so), which is not guessed in a text file",
        "Format the column as a date and export again",
    ),
    "F052": Wording(
        "逗号与小数点的含义不明：可读作 {detail}",
        "请写成 1234.56，或只在每三位之间用逗号",
        "The comma and the point are not clear: it may be {detail}",
        "Write 1234.56, or use commas between groups of three only",
    ),
    "F053": Wording(
        "金额单元格里写有单位或外币符号“{detail}”",
        "请只填数字；单位和币种按约定统一，另有币种的填在币种列",
        "The amount cell holds a unit or a foreign currency sign: {detail}",
        "Give digits only; the unit is agreed for the whole column and the currency has its own",
    ),
    "F054": Wording(
        "证件号码有 17 位，像是少了一位的身份证号",
        "请核对是否丢了末位的 X 或数字",
        "The document number has 17 digits, as a resident number that has lost one",
        "Check whether the last X or a digit is missing",
    ),
    "F055": Wording(
        "已有日期列，本列只应填时间（{detail}）",
        "请只填 10:19:28，或删去日期列",
        "There is a date column; this one should hold the time only ({detail})",
        "Write 10:19:28 only, or leave out the date column",
    ),
    "F056": Wording(
        "单元格是查询失败的说明，不是数据",
        "请重新查询该账户后补报本行",
        "The cell says that the query failed and holds no data",
        "Query the account again and report the row",
    ),
    "N001": Wording(
        "已自动读作“{detail}”，含义不变",
        "无需处理；如方便，可在导出设置中改为这种写法",
        "Read as “{detail}”, nothing is lost",
        "Nothing to do; the export may be set to write it that way",
    ),
    "N002": Wording(
        "与第 {detail} 行完全重复，只计一次", "无需处理", "Identical to row {detail}, counted once", "Nothing to do"
    ),
    "N003": Wording("非数据行，已跳过：{detail}", "无需处理", "Not a data row, skipped: {detail}", "Nothing to do"),
}
