"""Where the invented people, firms and places get their names."""

from __future__ import annotations

import numpy as np

SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴莫孔向常汤"
)
MALE = tuple(
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙林建国志文东海成永庆春山福根生贵有德全安康厚忠孝义信礼"
)
FEMALE = tuple("芳娜敏静丽艳娟霞秀英兰玲桂珍玉梅红燕萍莉洁雪慧琳婷颖倩莹佳怡欣悦晶琴素云春香翠莲凤淑华月青巧荣惠蓉菊妹")
COUNTIES = {
    "610902": "江北区",
    "610921": "青阴县",
    "610922": "泉石县",
    "610923": "宁山县",
    "610924": "紫云县",
    "610925": "岚河县",
    "610926": "平溪县",
    "610927": "镇川县",
    "610929": "白滩县",
    "610981": "旬河市",
}
CITY = "临州市"
COUNTY_WEIGHTS = (0.34, 0.09, 0.06, 0.03, 0.10, 0.06, 0.07, 0.02, 0.06, 0.17)
ELSEWHERE = ("610102", "610113", "610302", "610702", "420381", "420304", "500235", "511722", "410102", "330106")
STREETS = (
    "巴山路",
    "滨江大道",
    "育才街",
    "香溪路",
    "解放路",
    "文昌街",
    "金州巷",
    "兴安路",
    "茶园路",
    "渡口街",
    "桥头村",
    "新坝村",
)
OCCUPATIONS = ("企业职员", "机关事业单位人员", "农业人员", "退休人员", "个体经营者", "灵活就业")

_FIRM_FIRST = tuple("金汉秦安巴瀛兴恒瑞嘉永泰丰盛宏德信源汇鼎鑫康华民惠茂顺昌隆福祥正大新远诚")
_FIRM_SECOND = tuple("江州山川水源林泰达丰和通盛禾佳业诚义利华宇阳乐辰沃邦润")


def person_name(rng: np.random.Generator, *, male: bool) -> str:
    """Return a name of two or three characters."""
    given = MALE if male else FEMALE
    count = 2 if rng.random() < 0.78 else 1
    return SURNAMES[rng.integers(len(SURNAMES))] + "".join(given[rng.integers(len(given))] for _ in range(count))


def firm_stem(rng: np.random.Generator) -> str:
    """Return the distinguishing two characters of a firm's name."""
    return _FIRM_FIRST[rng.integers(len(_FIRM_FIRST))] + _FIRM_SECOND[rng.integers(len(_FIRM_SECOND))]
