# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4 结论作标签 · Label and retrain
#
# 办公室的结论就是标签：跟进为真，正常经营为假；未判断、继续观察、数据问题没有标签。用它们训练一个分类器，
# 在没见过的主体上检验，再决定是否值得。**本笔记的模型不上线**：夜间批次只用 `fundwatch train` 等命令训练出来、带模型卡的模型。
#
# Dispositions are labels. Train on them, test on subjects held back. Nothing here reaches a night: that takes a command.

# %%
import os

import altair as alt
import pandas as pd

from pipelines.notebook import Notebook

alt.renderers.enable("svg")
nb = Notebook(os.environ.get("FUNDWATCH_HOME", "../var/demo"))
first, last = nb.days
print(f"{first} ～ {last}")

labels = nb.labels()
print(f"有标签 labelled: {len(labels)}，真 True: {int(labels['label'].sum())}，假 False: {int((~labels['label']).sum())}")
nb.alerts()["disposition"].value_counts(dropna=False)

# %%
features = nb.features(last)
known = [name for name in features.columns if name not in ("subject", "as_of_day", "peer", "known_share", "score", "percentile")]
rows = features.merge(labels, on="subject")
LEAST = 5
enough = bool(len(rows)) and rows["label"].value_counts().reindex([True, False], fill_value=0).min() >= LEAST
print(f"可用 usable: {len(rows)}；每类至少 {LEAST} 个才训练 at least {LEAST} of each kind: {enough}")

# %% [markdown]
# ## 在留出的主体上检验 · Tested on subjects held back

# %%
if enough:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    model = HistGradientBoostingClassifier(random_state=7, max_iter=60, min_samples_leaf=2)
    folds = StratifiedKFold(n_splits=LEAST, shuffle=True, random_state=7)
    rows["learned"] = cross_val_predict(model, rows[known], rows["label"], cv=folds, method="predict_proba")[:, 1]
    kinds = [name for name in ("learned", "percentile") if name in rows]
    result = pd.DataFrame(
        [{"by": name, "average_precision": average_precision_score(rows["label"], rows[name].fillna(0))} for name in kinds]
    ).assign(base_rate=rows["label"].mean(), subjects=len(rows))
else:
    result = "标签太少：先在预警上作出结论，再来训练 too few labels: decide on more alerts first"
result

# %%
alt.Chart(rows, title="留出主体的得分 scores of held-back subjects").mark_tick(thickness=2).encode(
    x="learned:Q", y="label:N", color="label:N"
).properties(width=420) if enough else "--"

# %% [markdown]
# ## 重新训练现行检测器 · Fit the detector anew
#
# `fundwatch train --shadow` 训练后只作影子运行，进简报、不进预警；`fundwatch backtest --model ID --from D --to D` 看差别；
# `fundwatch train --adopt` 启用。First in shadow, then compare, then adopt.

# %%
nb.close()
