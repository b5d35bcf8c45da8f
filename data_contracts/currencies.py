"""Currencies: the ISO 4217 codes that are accepted, and the spellings that mean one of them."""

from __future__ import annotations

_ACTIVE = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XAG XAU XCD XOF XPF YER ZAR ZMW ZWG
"""
CODES = tuple(_ACTIVE.split())
"""Active codes of ISO 4217, gold and silver among them; CNH, the offshore renminbi, is a spelling of CNY."""

SPELLINGS = {
    "CNY": ("156", "RMB", "CNH", "人民币", "人民币元", "CN¥", "元", "CNY"),
    "USD": ("840", "美元", "USD"),
    "HKD": ("344", "港元", "港币", "HKD"),
    "EUR": ("978", "欧元", "EUR"),
    "JPY": ("392", "日元", "日圆", "JPY"),
    "GBP": ("826", "英镑", "GBP"),
    "AUD": ("036", "澳元", "澳大利亚元", "AUD"),
    "CAD": ("124", "加元", "加拿大元", "CAD"),
    "CHF": ("756", "瑞士法郎", "CHF"),
    "SGD": ("702", "新加坡元", "新元", "SGD"),
    "KRW": ("410", "韩元", "韩圆", "KRW"),
    "THB": ("764", "泰铢", "THB"),
    "RUB": ("643", "卢布", "俄罗斯卢布", "RUB"),
    "NZD": ("554", "新西兰元", "NZD"),
    "MOP": ("446", "澳门元", "澳门币", "MOP"),
    "TWD": ("901", "新台币", "台币", "TWD"),
    "SEK": ("752", "瑞典克朗", "SEK"),
    "DKK": ("208", "丹麦克朗", "DKK"),
    "NOK": ("578", "挪威克朗", "NOK"),
    "MYR": ("458", "林吉特", "马来西亚林吉特", "MYR"),
    "CZK": ("203", "捷克克朗", "CZK"),
}
"""Currency → spellings: numeric codes, Chinese names, and RMB for the renminbi."""
