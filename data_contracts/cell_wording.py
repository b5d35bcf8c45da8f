"""What the fault codes of rows and cells say; codes are stable, a retired one is not used again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Reason and remedy of a code in both languages."""

    reason: str
    remedy: str
    reason_en: str
    remedy_en: str

    def filled(self, detail: dict[str, str]) -> Wording:
        """Return the wording with its places filled; raises KeyError for a place without a value."""
        return Wording(
            *(text.format_map(detail) for text in (self.reason, self.remedy, self.reason_en, self.remedy_en))
        )


CELL_WORDINGS: dict[str, Wording] = {
    "F001": Wording("必填项为空", "请补填后重报", "A required cell is empty", "Fill it in and report again"),
    "F002": Wording(
        "金额无法识别",
        "请填阿拉伯数字，小数点前可用千分位逗号",
        "The amount cannot be read",
        "Use digits; commas only between groups of three",
    ),
    "F003": Wording(
        "小数位数超过分",
        "金额最多精确到分，请核对单位",
        "More decimals than hundredths",
        "Amounts go to the hundredth; check the unit",
    ),
    "F004": Wording(
        "数值超出允许范围（{detail}）",
        "请核对数值与单位",
        "The value is out of range ({detail})",
        "Check the value and its unit",
    ),
    "F005": Wording("日期无法识别", "请写成 2024-07-05", "The date cannot be read", "Write 2024-07-05"),
    "F006": Wording(
        "日期时间无法识别",
        "请写成 2024-07-05 10:19:28",
        "The date and time cannot be read",
        "Write 2024-07-05 10:19:28",
    ),
    "F007": Wording("时间无法识别", "请写成 10:19:28", "The time cannot be read", "Write 10:19:28"),
    "F008": Wording(
        "不在允许的取值之内（{detail}）",
        "请改用所列取值之一",
        "Not one of the allowed values ({detail})",
        "Use one of those listed",
    ),
    "F009": Wording(
        "格式不符", "请按该列的格式更正", "The form is not the one agreed", "Correct it to the form of this column"
    ),
    "F010": Wording(
        "长度不符（{detail}）",
        "请核对是否缺位或多位",
        "The length is wrong ({detail})",
        "Check for missing or extra characters",
    ),
    "F011": Wording(
        "身份证号校验不通过（GB 11643）",
        "请核对证件号码",
        "The resident number fails its check (GB 11643)",
        "Check the number",
    ),
    "F012": Wording(
        "统一社会信用代码校验不通过（GB 32100）",
        "请核对代码",
        "The social credit code fails its check (GB 32100)",
        "Check the code",
    ),
    "F014": Wording(
        "号码被表格软件改成了数值，末尾数字已丢失，无法恢复",
        "请把该列设为文本格式，从源系统重新导出",
        "A spreadsheet turned the number into a figure; its last digits are lost and cannot be restored",
        "Format the column as text and export again from the source system",
    ),
    "F015": Wording(
        "号码带掩码，无法用于关联",
        "请提供完整号码",
        "The number is masked and cannot be joined",
        "Send the full number",
    ),
    "F016": Wording(
        "卡号 Luhn 校验不通过",
        "请核对卡号；存折号和对公账号可不理会",
        "The card number fails its Luhn check",
        "Check it; passbooks and firm accounts may ignore this",
    ),
    "F017": Wording(
        "账号含有不应出现的字符或长度异常",
        "请核对账号",
        "The account number has unexpected characters or length",
        "Check the account number",
    ),
    "F018": Wording(
        "数字无法识别",
        "请填阿拉伯数字，单位按列名",
        "The number cannot be read",
        "Use digits in the unit of the header",
    ),
    "F019": Wording(
        "币种无法识别", "请填 ISO 代码，如 CNY", "The currency cannot be read", "Use an ISO code such as CNY"
    ),
    "F020": Wording(
        "借方与贷方须且只能有一个发生额",
        "请核对本行两个发生额",
        "Exactly one of debit and credit must hold an amount",
        "Check both amounts of this row",
    ),
    "F021": Wording(
        "本数据源不接受负数金额",
        "冲正请按约定方式报送，或在机构登记中声明 negative_amount",
        "Negative amounts are refused in this feed",
        "Report reversals as agreed, or declare negative_amount",
    ),
    "F022": Wording(
        "与第 {detail} 行业务主键相同而内容不同",
        "请核对流水号；更正应整批声明",
        "Same key as row {detail} but other content",
        "Check the serial number; corrections are declared per batch",
    ),
    "F023": Wording(
        "本行单元格数与表头不一致（{detail}）",
        "请检查分隔符与引号",
        "The row has another number of cells than the header ({detail})",
        "Check delimiters and quotes",
    ),
    "F024": Wording(
        "文件在此行中断，记录不完整",
        "请重新传输完整文件",
        "The file breaks off in this record",
        "Send the complete file again",
    ),
    "F025": Wording(
        "引号未闭合", "请检查该行的双引号", "A quotation mark is not closed", "Check the quotes of this row"
    ),
    "F026": Wording(
        "单元格是公式，不是数据",
        "请粘贴为数值后重报",
        "The cell is a formula, not data",
        "Paste values and report again",
    ),
    "F029": Wording(
        "长号码末尾全为 0，可能已被表格软件截断",
        "请与源系统核对",
        "A long number ends in zeros only; a spreadsheet may have cut it",
        "Compare with the source system",
    ),
    "F031": Wording(
        "缺少构成业务主键的内容（{detail}）",
        "请补填后重报",
        "The row lacks what identifies it ({detail})",
        "Fill it in and report again",
    ),
    "F032": Wording(
        "余额与上一笔不衔接（相差 {detail} 元）",
        "请核对是否缺少交易或次序有误",
        "The balance does not follow from the entry before (off by {detail})",
        "Check for missing entries or a wrong order",
    ),
    "F033": Wording(
        "该列的值不得重复", "请核对是否重复填报", "Values of this column must not repeat", "Check for a doubled entry"
    ),
    "N001": Wording(
        "已作无损规整：{detail}",
        "无需处理；建议在源头规范",
        "Repaired without loss: {detail}",
        "Nothing to do; better mended at the source",
    ),
    "N002": Wording(
        "与第 {detail} 行完全重复，只计一次", "无需处理", "Identical to row {detail}, counted once", "Nothing to do"
    ),
    "N003": Wording("非数据行，已跳过：{detail}", "无需处理", "Not a data row, skipped: {detail}", "Nothing to do"),
}
