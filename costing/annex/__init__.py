"""A fee schedule in the form of the official annex tables: described here, drawn in Word, Excel.

`describe` says what there is, `word` draws it; `costing.annex.excel` draws it in Excel.
"""
