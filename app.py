"""Entry point of the screens for `streamlit run app.py`; everything is in `costing.ui`."""

from costing.ui.main import main

main()
