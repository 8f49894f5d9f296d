"""Everything that runs beside student code; imports nothing of the grader but the wire."""
