"""The frame of the screens: pages, sidebar, working scenario, caches, long computations."""
