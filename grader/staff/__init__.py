"""For staff who look closer: one check of one student with everything shown, and two runs compared."""
