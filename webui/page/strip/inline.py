"""What the kernel does now, as a line and a bar inside of a cell."""

from markupsafe import Markup

from webui.notebook.cells import kind_of
from webui.page.frame import Page
from webui.page.strip.going import Going, kernel_job
from webui.page.strip.strip import elapsed
from webui.page.tables import track
from webui.page.view import View


def before_first_step(page: Page, view: View) -> Markup:
    """Which cell goes on before the training has a step, and how long it took."""
    return Markup("").join(
        Markup('<p class="quiet">▶ <b>{}</b> · {}</p>').format(
            going.what, with_figures(going)
        )
        for going in kernel_job(page, view)
    )


def while_it_runs(page: Page, view: View, cell: str) -> Markup:
    """How far a cell is that runs now; nothing while another one does."""
    if kind_of(view.kernel.busy.get("cell")).name != cell:
        return Markup("")
    return Markup("").join(
        Markup('<p class="quiet">▶ {}</p>{}').format(
            with_figures(going),
            track(going.share, going.what) if going.share is not None else "",
        )
        for going in kernel_job(page, view)
    )


def with_figures(going: Going) -> Markup:
    """What goes on, for how long, and what is known of how far it is."""
    told = [going.phase] * bool(going.phase)
    if going.elapsed is not None:
        told.append(elapsed(going.elapsed))
    return Markup(" · ").join([*told, *going.figures])
