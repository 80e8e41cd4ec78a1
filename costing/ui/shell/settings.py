"""Settings of the Streamlit server and theme, for a start without `.streamlit/config.toml`."""

from __future__ import annotations

SETTINGS: dict[str, str | int | bool] = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.maxUploadSize": 200,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "type",
    "client.showErrorLinks": False,
    "theme.base": "light",
    "theme.primaryColor": "#1B365D",
    "theme.backgroundColor": "#FFFFFF",
    "theme.secondaryBackgroundColor": "#F4F6F9",
    "theme.textColor": "#1B1F27",
    "theme.linkColor": "#1B4F9C",
    "theme.borderColor": "#CBD2DC",
    "theme.font": "sans-serif",
    "theme.baseFontSize": 15,
    "theme.baseRadius": "none",
    "theme.showWidgetBorder": True,
    "theme.showSidebarBorder": True,
    "theme.metricValueFontSize": "1.55rem",
    "theme.dataframeHeaderBackgroundColor": "#E9EDF3",
}


def server_flags() -> list[str]:
    """Command-line flags of `streamlit run` that give the same server and looks as config.toml."""
    return [
        f"--{key}={str(v).lower() if isinstance(v, bool) else v}" for key, v in SETTINGS.items()
    ]
