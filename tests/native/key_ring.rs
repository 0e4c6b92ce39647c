//! Rings of keys: what may stand in a secret, and what names a key.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::key_ring::{KeyId, KeyRing, LEAST_KEY, MOST_KEYS, Unusable};

/// So many keys that may stand in a ring.
fn keys(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{i}").repeat(LEAST_KEY)).collect()
}

#[test]
fn the_first_key_is_the_current_one_and_the_others_are_still_accepted() {
    for (count, separator) in [(1, " "), (2, " "), (3, "\n"), (MOST_KEYS, "\r\n\t ")] {
        let texts = keys(count);
        let ring = KeyRing::read(&format!("\n{}\n", texts.join(separator))).unwrap();
        let held: Vec<&[u8]> = ring.keys().map(|key| key.bytes()).collect();
        assert_eq!(held, texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        assert_eq!(ring.current().bytes(), texts[0].as_bytes());
        for key in ring.keys() {
            assert_eq!(ring.find(key.id()).unwrap().bytes(), key.bytes());
        }
        let other = KeyRing::read(&"x".repeat(LEAST_KEY)).unwrap();
        assert!(ring.find(other.current().id()).is_none());
    }
}

#[test]
fn a_keys_id_follows_from_the_key_wherever_it_stands() {
    let ring = KeyRing::read("counterfoil-test-pepper-12345678").unwrap();
    assert_eq!(ring.current().id().to_string(), "sBeumZR5u30");
    let later = format!("{} counterfoil-test-pepper-12345678", keys(1)[0]);
    let later = KeyRing::read(&later).unwrap();
    assert_eq!(later.keys().nth(1).unwrap().id(), ring.current().id());
    let text = "sBeumZR5u30";
    assert_eq!(KeyId::parse(text), Some(ring.current().id()));
    for wrong in ["", "short", &text[..10], &format!("{text}="), &format!("{text}A")] {
        assert_eq!(KeyId::parse(wrong), None, "{wrong}");
    }
    let json = serde_json::to_string(&ring.current().id()).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<KeyId>(&json).unwrap(), ring.current().id());
    assert!(serde_json::from_str::<KeyId>("\"short\"").is_err());
}

#[test]
fn a_secret_that_is_no_ring_is_refused_in_words_that_say_nothing_of_it() {
    let short = format!("{} {}", keys(1)[0], "s".repeat(LEAST_KEY - 1));
    let twice = [keys(2), keys(1)].concat().join(" ");
    for (secret, expected) in [
        ("", Unusable::Missing),
        (" \n", Unusable::Missing),
        (&short, Unusable::TooShort),
        (&twice, Unusable::Twice),
        (&keys(MOST_KEYS + 1).join(" "), Unusable::TooMany),
    ] {
        let why = KeyRing::read(secret).unwrap_err();
        assert_eq!(why, expected, "{secret}");
        assert!(secret.split_whitespace().all(|key| !why.to_string().contains(key)));
    }
}

#[test]
fn a_seed_is_32_bytes_as_base64url() {
    // The seed of RFC 8037, appendix A.1.
    let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    let ring = KeyRing::read_seeds(seed).unwrap();
    assert_eq!(ring.current().bytes().len(), 32);
    assert_eq!(ring.current().bytes()[..3], [0x9d, 0x61, 0xb1]);
    let padded = format!("{seed}=");
    let loose = seed.replace("uf2A", "uf2B");
    for wrong in [&seed[..42], &padded, &seed.replace('_', "/"), &loose, &"x".repeat(44)] {
        assert_eq!(KeyRing::read_seeds(wrong).unwrap_err(), Unusable::NoSeed, "{wrong}");
    }
    assert_eq!(KeyRing::read_seeds(&format!("{seed} {seed}")).unwrap_err(), Unusable::Twice);
    assert_eq!(KeyRing::read_seeds("").unwrap_err(), Unusable::Missing);
}

#[test]
fn promise_2_a_ring_shows_nothing_of_its_keys() {
    let ring = KeyRing::read(&keys(2).join(" ")).unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing { current: Key(redacted), others: [Key(redacted)] }");
}
