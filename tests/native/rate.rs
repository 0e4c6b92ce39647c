//! What the rate limiter is told of a client: the same for one network, another for any other, each day
//! and each survey, and nothing that could be read back.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::rate::{client, holder};
use counterfoil::domain::time::Day;

fn ring(secret: &str) -> KeyRing {
    KeyRing::read(secret).unwrap()
}

#[test]
fn one_network_is_one_client() {
    let ring = ring("a-secret-of-at-least-thirty-two-bytes");
    let of = |address| client(ring.current(), Day(20_000), "x", address);
    for (one, other, same) in [
        ("203.0.113.7", "203.0.113.7", true),
        ("203.0.113.7", "203.0.113.8", false),
        ("203.0.113.7", "::ffff:203.0.113.7", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::5", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("", "no address", true),
        ("", "203.0.113.7", false),
    ] {
        assert_eq!(of(one) == of(other), same, "{one} {other}");
    }
}

#[test]
fn what_is_told_is_what_the_tests_of_the_built_worker_look_for() {
    // Made by `keyed` in tests/edge/rate.test.mjs.
    let ring = ring("a-secret-of-at-least-thirty-two-bytes");
    let told = client(ring.current(), Day(20_000), "UkLWZg9D", "203.0.113.77");
    assert_eq!(told, "GgzDR9rBtqGrqPHctIBmYZICXxL9YgJ31Uva8JN6F-M");
}

#[test]
fn promise_10_a_client_is_another_one_every_day_in_every_survey_and_under_every_secret() {
    let (one, other) = (
        ring("one-secret-of-at-least-thirty-two-bytes"),
        ring("other-secret-of-at-least-thirty-two-bytes"),
    );
    let mut told = BTreeSet::new();
    for ring in [&one, &other] {
        for day in [Day(20_000), Day(20_001)] {
            for survey in ["x", "y"] {
                let client = client(ring.current(), day, survey, "203.0.113.7");
                assert!(client.len() == 43 && !client.contains("203"));
                told.insert(client);
            }
            told.insert(holder(ring.current(), day, "Bearer cf_0123456789abcdef_x"));
            told.insert(holder(ring.current(), day, "Bearer cf_0123456789abcdef_y"));
        }
    }
    assert_eq!(told.len(), 16);
}
