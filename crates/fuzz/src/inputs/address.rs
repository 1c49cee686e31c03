//! Requests to the other addresses, and to addresses that do not exist.

use crate::{damage::damage, random::Random, sent::Sent};

const METHODS: [&str; 8] = ["GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "BREW"];

const ADDRESSES: [&str; 25] = [
    "/",
    "/livez",
    "/readyz",
    "/metrics",
    "/predict",
    "/explain",
    "/nowhere",
    "//",
    "/v2",
    "/v2/",
    "/v2/health/live",
    "/v2/health/ready",
    "/v2/models/digits",
    "/v2/models/digits/ready",
    "/v2/models/digits/config",
    "/v2/models/digits/stats",
    "/v2/models/stats",
    "/v2/models/digits/versions/none/ready",
    "/v2/repository/index",
    "/v2/repository/models/digits/load",
    "/v2/repository/models/digits/unload",
    "/v2/repository/models/nobody/load",
    "/v2/repository/models/%2e%2e/load",
    "/v2/repository/models/..%2f..%2fetc%2fpasswd/load",
    "/v2/repository/models/nobody/unload",
];

const BODIES: [&str; 6] = ["", "{}", "{\"ready\":true}", "{\"parameters\":{\"config\":\"{}\"}}", "[", "{\"ready\":7}"];

/// Returns a request to some address, in which letters may be changed.
pub(super) fn input(random: &mut Random) -> Sent {
    let mut path = random.pick(&ADDRESSES).as_bytes().to_vec();
    if random.happens(20) {
        damage(random, &mut path, b"?model=%00&include=bitmap#");
    }
    let path = String::from_utf8(path).unwrap_or_default();
    let path = if path.starts_with('/') { path } else { format!("/{path}") };
    let body = random.pick(&BODIES).as_bytes().to_vec();
    Sent { method: random.pick(&METHODS), ..Sent::post(&path, "application/json", body) }
}
