//! Tests of the services together; see `tests/`.
