"""The formula language of the models: parsed once; computed, printed and checked from one tree."""
