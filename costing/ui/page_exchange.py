def page() -> None:
    pass
