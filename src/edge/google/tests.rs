//! The client against a server that answers from a script, faults included.
