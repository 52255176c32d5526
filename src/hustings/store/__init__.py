"""Where the log and the keys are kept. Entries in, entries out; no HTTP, no NATS."""
