"""What is not known: laws of the inputs, their correlations, their joint draws."""
