"""Plain routes of ours on Gradio's server, behind its own login.

Leans on the route ``/config``: its first dependency refuses who is not logged in, and
the default of that dependency's ``user`` tells who asks. Gradio has no name for them
outside its ``create_app``. It would have them asked in a thread, which takes longer
than all that they do. Each route is moved before Gradio's own in the router's list.

For Gradio 6.31 on FastAPI 0.162 to 0.165 and Starlette 1.7 to 1.10. Can go when Gradio
offers its login check to routes of others.
"""

import inspect
from collections.abc import Callable
from typing import Any


def add_guarded(app: Any, path: str, answered: Callable[..., Any]) -> None:
    """Answer a path for whoever may see the page; ``answered`` makes a response."""
    guard = [guard_of(app)]
    app.add_api_route(path, answered, dependencies=guard, response_model=None)
    # Asked for most often, so looked at before Gradio's own.
    app.router.routes.insert(0, app.router.routes.pop())


def guard_of(app: Any) -> Any:
    """What refuses the page's configuration, as a dependency of a route of ours."""
    from fastapi import Depends, Request

    config = next(route for route in app.routes if route.path == "/config")
    check = config.dependencies[0].dependency
    user_of = inspect.signature(check).parameters["user"].default.dependency

    async def guard(request: Request) -> None:
        check(await user_of(request))

    return Depends(guard)
