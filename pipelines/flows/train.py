"""The training flow: the detector is fitted anew and put in force."""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from pipelines.installation import Installation, settings_of_environment
from pipelines.training import train_now


@task(name="训练 train")
def fit(as_of: str | None) -> str:
    """Fit, store and put in force a model; return its id."""
    with Installation.open(settings_of_environment()) as installation:
        model_id, card = train_now(installation, as_of)
    create_markdown_artifact(card, key="model-card", description="模型卡 model card")
    return model_id


@flow(name="fundwatch-train", flow_run_name="训练检测器 train")
def train(as_of: str | None = None) -> str:
    """Fit the detector on the windows up to ``as_of`` (ISO date; default: the last night) and put it in force."""
    return fit(as_of)
