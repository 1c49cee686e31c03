//! The JSON that the services and their clients exchange.
