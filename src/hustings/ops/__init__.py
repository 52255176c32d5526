"""What runs beside the work: clock, entropy, log lines, metrics. Decides nothing."""
