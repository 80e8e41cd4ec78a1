"""The exported workbook as a computation: every figure a live formula, from the inputs down.

The input sheets are those of the import workbook; the others hold formulas only. Each formula is
written with the value that the engine gives: a program that recalculates must find the same.
"""
