"""All of `models/`, read and checked: what stands before anyone changes anything."""
