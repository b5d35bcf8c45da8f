"""The interface for machines: an institution's own system hands extracts in and asks for their receipts."""

# Annotations are read as the routes are made, inside a function: they cannot be strings here.
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, FastAPI, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from fundwatch.console.office import Office
from fundwatch.console.receiving import Parcel, receive
from fundwatch.console.routing import Access, SignInNeededError
from fundwatch.console.visits import NotFoundError
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import access_tokens, ledger
from fundwatch.store.operations.access_tokens import AccessToken
from fundwatch.store.operations.database import reading, writing

PREFIX = "/api/v1"


class Acknowledged(BaseModel):
    """A file that rests safely; its receipt follows."""

    batch: str = Field(description="Number of the batch, by which its receipt is asked for.")
    state: str = Field(description="received, checked, loaded, rejected, retracted or superseded.")


class Extract(Acknowledged):
    """A batch and, once it was judged, its receipt."""

    receipt: dict[str, Any] | None = Field(
        description="Verdict, counts and every fault with row, column letter, reason and remedy; null before the check."
    )


class Refusal(BaseModel):
    """Why something was not done: one sentence in each language, a code, and the request's number."""

    zh: str
    en: str
    code: str
    request: str


_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The file or what was said of it cannot be taken."},
    401: {"model": Refusal, "description": "No token, or one that does not hold."},
    404: {"model": Refusal, "description": "No batch of this institution has this number."},
}


def mount(app: FastAPI, office: Office) -> None:
    """Add the interface to the application: each route asks for the token of an institution, the description for none.

    The description holds what was added before this call returns; pages are not part of it.
    """
    bearer = HTTPBearer(auto_error=False, description="The token that the office gave the institution.")

    def holder(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> AccessToken:
        if credentials is None:
            raise _no_token()
        with writing(office.engine) as connection:
            found = access_tokens.holder(connection, credentials.credentials, now=office.clock())
        if found is None:
            raise _no_token()
        return found

    @app.post(
        f"{PREFIX}/extracts",
        tags=["extracts"],
        responses=_REFUSALS,
        status_code=201,
        summary="Hand in one extract",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    async def hand_in(
        request: Request,
        token: Annotated[AccessToken, Depends(holder)],
        x_file_name: Annotated[str, Header(description="Name of the file, percent-encoded UTF-8.")],
        x_corrects: Annotated[str | None, Header(description="Batch that this file replaces as a whole.")] = None,
        x_completes: Annotated[str | None, Header(description="Batch of which these are corrected rows.")] = None,
        x_basis: Annotated[str | None, Header(description="Legal basis, percent-encoded UTF-8.")] = None,
    ) -> Acknowledged:
        """Answer once the file rests on disk; the same file twice is the same batch. The check follows at once."""
        parcel = Parcel(
            name=unquote(x_file_name),
            institution=token.institution,
            by=f"token:{token.number}",
            legal_basis=unquote(x_basis or "").strip() or None,
            corrects=x_corrects,
            completes=x_completes,
        )
        batch = await receive(office, request.stream(), parcel)
        office.judging.submit(batch.batch)
        return Acknowledged(batch=batch.batch, state=batch.state)

    @app.get(
        f"{PREFIX}/extracts/{{batch}}", tags=["extracts"], responses=_REFUSALS, summary="Ask what became of an extract"
    )
    def extract(batch: str, token: Annotated[AccessToken, Depends(holder)]) -> Extract:
        """Answer with the batch's state and its receipt, as ``fundwatch check --json`` prints it."""
        try:
            with reading(office.engine) as connection:
                found = ledger.batch(connection, batch)
        except InputError as error:
            raise NotFoundError() from error
        if found.institution != token.institution:
            raise NotFoundError()
        receipt = office.counter.receipt(batch)
        return Extract(batch=batch, state=found.state, receipt=None if receipt is None else receipt.to_json())

    hand_in.access = Access.MACHINE  # type: ignore[attr-defined]  # read by require_declared
    extract.access = Access.MACHINE  # type: ignore[attr-defined]  # read by require_declared
    schema = app.openapi()

    def description() -> JSONResponse:
        return JSONResponse(schema)

    description.access = Access.EVERYBODY  # type: ignore[attr-defined]  # read by require_declared
    app.add_api_route(f"{PREFIX}/openapi.json", description, include_in_schema=False)


def _no_token() -> InputError:
    return SignInNeededError(
        "缺少有效的机构令牌，请向市处非办申领。", "there is no valid token; ask the city office for one."
    )
