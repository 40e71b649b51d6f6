"""The app's socket and engine without its pages, for synthetic clients: they get tokens here, as a page would."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.lab import FIRST, LABS
from playground.stream.hub import hub
from playground.stream.socket import lifespan, routes


def issue(request: Request) -> Response:
    """A token whose channel has the configuration of the query, of the ``lab`` that it names."""
    text = dict(request.query_params)
    lab = text.pop("lab", FIRST)
    token = hub().issue(lab)
    config, problems = LABS[lab].config_class.from_text(text)
    assert not problems, problems
    hub().channel(token).configure(config)
    return JSONResponse({"token": token, "run": hub().channel(token).run_id})


def change(request: Request) -> Response:
    """What a page does when a person moves a control."""
    text = dict(request.query_params)
    channel = hub().channel(text.pop("token"))
    config, problems = channel.config.from_text({**channel.config.to_text(), **text})
    assert not problems, problems
    channel.configure(config)
    return Response()


async def health(request: Request) -> Response:
    return JSONResponse({"channels": len(hub())})


app = Starlette(
    routes=[Route("/issue", issue), Route("/change", change), Route("/health", health), *routes("")],
    lifespan=lifespan,
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
