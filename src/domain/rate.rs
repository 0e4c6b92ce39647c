//! Who sends how often, as the platform's rate limiter is told: a keyed hash that says nothing of the
//! client, and is another one every day and for every survey. It is handed over and forgotten.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::key_ring::Key;
use super::time::Day;

/// What a client is counted as that sends to a survey on this day: 43 characters of base64url (RFC 4648,
/// section 5) of HMAC(secret, day, survey, network).
pub fn client(secret: &Key, day: Day, survey: &str, address: &str) -> String {
    let (day, network) = (day.0.to_be_bytes(), network(address));
    let parts = [day.as_slice(), survey.as_bytes(), &network];
    URL_SAFE_NO_PAD.encode(secret.hash("counterfoil rate of a client 1", &parts))
}

/// What the holder of an API key is counted as on this day, by the header that the key came in.
pub fn holder(secret: &Key, day: Day, authorization: &str) -> String {
    let day = day.0.to_be_bytes();
    let parts = [day.as_slice(), authorization.as_bytes()];
    URL_SAFE_NO_PAD.encode(secret.hash("counterfoil rate of a key 1", &parts))
}

/// The network of an address: all of IPv4's; of IPv6's the first 64 bits, since whoever has one such
/// address ordinarily has all of its /64 (RFC 6177, RFC 8981). What is no address is one client.
fn network(address: &str) -> Vec<u8> {
    match address.trim().parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.octets().to_vec(),
        Ok(IpAddr::V6(address)) => address.octets().into_iter().take(8).collect(),
        Err(_) => Vec::new(),
    }
}
