"""The screens, in French: thin pages over the engine. Only this package imports Streamlit."""
