"""The workbench's frame: pages, sidebar, bar that saves, and errors in words."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from costing.problems.errors import CostingError
from costing.ui.assumptions.page import page as hypotheses_page
from costing.ui.bridge.page import page as bridge_page
from costing.ui.claim.page import page as claim_page
from costing.ui.cost.page import page as cost_page
from costing.ui.exchange.page import page as exchange_page
from costing.ui.parts import tables, wording
from costing.ui.schedule.page import page as schedule_page
from costing.ui.sensitivity.page import page as sensitivity_page
from costing.ui.shell import panel, state
from costing.ui.shell.settings import server_flags

__all__ = ["PAGES", "main", "server_flags"]

#: Title, address and body of each page; the first one opens by default.
PAGES: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
    ("Hypothèses", "hypotheses", ":material/tune:", hypotheses_page),
    ("Coût et tarif", "cout-et-tarif", ":material/balance:", cost_page),
    ("Affirmation", "affirmation", ":material/gavel:", claim_page),
    ("Sensibilité", "sensibilite", ":material/tornado:", sensitivity_page),
    ("Pont entre deux positions", "pont", ":material/waterfall_chart:", bridge_page),
    ("Barème", "bareme", ":material/table_chart:", schedule_page),
    ("Import / export", "import-export", ":material/swap_vert:", exchange_page),
)


def main(opening: str = PAGES[0][1]) -> None:
    """Run one page; `opening` is the address of the one that opens by default.

    The bar and the sidebar come last, so that they tell what the page changed.
    """
    st.set_page_config(
        page_title="Forfait technique — coûts et barèmes", page_icon="⚖️", layout="wide"
    )
    tables.style()
    pages = {
        path: st.Page(_guarded(body), title=title, icon=icon, default=path == opening,
                      url_path="" if path == opening else path)
        for title, path, icon, body in PAGES
    }  # fmt: skip

    def at_root() -> None:
        st.switch_page(pages[opening], query_params=st.query_params.to_dict())

    # The page that opens by default lives at the root: its own address leads there.
    named = st.Page(at_root, title="Ouverture", url_path=opening, visibility="hidden")
    chosen = st.navigation({"Forfait technique d'imagerie": [*pages.values(), named]})
    try:
        state.follow_address()
    except CostingError as error:
        st.error(f"La base des scénarios n'est pas utilisable : {wording.literal(str(error))}")
        st.stop()
    chosen.run()
    with st.container(key="bar"):
        _guarded(panel.save_bar)()
    _guarded(panel.sidebar)()


def _guarded(body: Callable[[], None]) -> Callable[[], None]:
    """A page whose foreseen errors are shown in words, without hiding the frame."""

    def run() -> None:
        try:
            body()
        except CostingError as error:
            st.error(wording.literal(str(error)))
        except Exception as error:
            logging.getLogger(__name__).exception("page failed")
            st.error(
                f"**Faute du programme** ({type(error).__name__}) : cette page ne peut pas être "
                "montrée. Vos changements sont gardés ; le détail est dans le journal du serveur."
            )

    return run


# `costing app` gives Streamlit this very file, where a checkout's app.py may not exist.
if __name__ == "__main__":
    main()
