"""One fee schedule at the principal estimates: cost against fee, savings, who gains and loses."""
