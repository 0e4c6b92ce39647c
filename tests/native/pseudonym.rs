//! What is hashed, and what the hashes say of each other.
//!
//! The pinned values were computed with Python's `hmac` from the encoding that the module documents.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::preimage::encode;
use counterfoil::domain::pseudonym::{Draw, Marker, Pseudonym, Secret, Subject, SubmissionId};
use proptest::collection::vec;
use proptest::prelude::*;

/// Two peppers; the first is the current one.
fn peppers() -> KeyRing {
    KeyRing::read("counterfoil-test-pepper-12345678 counterfoil-other-pepper-1234567").unwrap()
}

fn pseudonym(survey: &str, customer: &str) -> Pseudonym {
    Pseudonym::of(peppers().current(), survey, &Subject::of(survey, customer))
}

fn secret(byte: u8) -> Secret {
    Secret::from_bytes([byte; 32])
}

fn encoded(label: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    encode(label, &parts, |piece| bytes.extend_from_slice(piece));
    bytes
}

#[test]
fn promise_10_pseudonyms_and_markers_are_the_hmacs_that_are_documented() {
    let subject = Subject::of("abcdefgh", "C-1042 é");
    let hex: String = subject.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "474039f22deca1f10a8bd25d08f11545a33bf2c66739489fd48a878a2f828192");
    let pseudonym = pseudonym("abcdefgh", "C-1042 é");
    let text = serde_json::to_string(&pseudonym).unwrap();
    assert_eq!(text, "\"Mw94Nueka5moOtuX7PmPOZ-iNLtjwzrPJs3j3_PRnCE\"");
    assert_eq!(serde_json::from_str::<Pseudonym>(&text).unwrap(), pseudonym);
    assert_eq!(secret(9).person(&pseudonym).hex(), "0abdb752256e7c6a2e5da5ce621205da");

    let id = SubmissionId::parse("AAECAwQFBgcICQoLDA0ODw").unwrap();
    let (marker, draw) = secret(9).submission(&id);
    assert_eq!(marker.hex(), "886446f30f86d71df5654ba1028dd721");
    let numbers: Vec<usize> = (0..100).collect();
    let drawn = |n: usize| (draw.dimension(&numbers[..n]), draw.segment(&numbers[..n]));
    let expected = [(2, 0, 1), (3, 0, 2), (7, 1, 4), (100, 19, 70)];
    for (n, dimension, segment) in expected {
        assert_eq!(drawn(n), (Some(&dimension), Some(&segment)));
    }
}

proptest! {
    #[test]
    fn what_is_hashed_is_encoded_injectively(
        one in ("[a-c]{0,3}", vec(vec(0_u8..3, 0..12), 0..4)),
        other in ("[a-c]{0,3}", vec(vec(0_u8..3, 0..12), 0..4)),
    ) {
        let same = encoded(&one.0, &one.1) == encoded(&other.0, &other.1);
        prop_assert_eq!(same, one == other);
    }

    #[test]
    fn parts_that_only_move_their_border_are_told_apart(
        bytes in vec(any::<u8>(), 1..20), cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let cut = |at: usize| [bytes[..at].to_vec(), bytes[at..].to_vec()];
        let (one, other) = (cuts.0.index(bytes.len()), cuts.1.index(bytes.len()));
        prop_assert_eq!(encoded("x", &cut(one)) == encoded("x", &cut(other)), one == other);
        prop_assert_ne!(encoded("x", &cut(one)), encoded("x", std::slice::from_ref(&bytes)));
    }

    #[test]
    fn promise_10_markers_of_one_customer_are_unrelated(
        customer in "\\PC{1,20}", surveys in ("[a-z]{8}", "[a-z]{8}"), windows in any::<(u8, u8)>(),
    ) {
        let (here, there) = (pseudonym(&surveys.0, &customer), pseudonym(&surveys.1, &customer));
        prop_assert_eq!(here == there, surveys.0 == surveys.1);
        let marker = |window: u8, who: &Pseudonym| secret(window).person(who).hex();
        // The same customer in one window of one survey, and only there, is the same.
        prop_assert_eq!(marker(windows.0, &here), marker(windows.0, &here));
        let same = marker(windows.0, &here) == marker(windows.1, &here);
        prop_assert_eq!(same, windows.0 == windows.1, "another window");
        let same = marker(windows.0, &here) == marker(windows.0, &there);
        prop_assert_eq!(same, surveys.0 == surveys.1, "another survey");
        let subject = Subject::of(&surveys.0, &customer);
        let each = Pseudonym::of_each(&peppers(), &surveys.0, &subject);
        prop_assert_eq!(&each[0], &(peppers().current().id(), here.clone()));
        prop_assert_ne!(marker(windows.0, &each[1].1), marker(windows.0, &here), "another pepper");
    }

    #[test]
    fn submission_ids_are_read_as_they_are_written_and_no_looser(bytes in any::<[u8; 16]>()) {
        let id = SubmissionId::from_bytes(bytes);
        let text = id.reveal();
        prop_assert_eq!(text.len(), 22);
        prop_assert_eq!(SubmissionId::parse(&text), Some(id));
        for wrong in [&text[..21], &format!("{text}="), &format!("{text}A"), &format!(" {text}")] {
            prop_assert_eq!(SubmissionId::parse(wrong), None);
        }
    }
}

#[test]
fn bits_of_a_submission_id_that_mean_nothing_must_be_zero() {
    assert!(SubmissionId::parse("AAECAwQFBgcICQoLDA0ODw").is_some());
    for wrong in ["AAECAwQFBgcICQoLDA0ODx", "AAECAwQFBgcICQoLDA0+Dw", "AAECAwQFBgcICQoLDA0/Dw", ""]
    {
        assert_eq!(SubmissionId::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn promise_2_debug_shows_nothing() {
    let subject = Subject::of("survey", "C-1042");
    let who = pseudonym("survey", "C-1042");
    let id = SubmissionId::from_bytes([0xAB; 16]);
    let (marker, draw) = secret(0xCD).submission(&id);
    let shown = format!("{subject:?} {who:?} {id:?} {:?} {marker:?} {draw:?}", secret(3));
    assert_eq!(
        shown,
        "Subject(redacted) Pseudonym(redacted) SubmissionId(redacted) Secret(redacted) \
         Marker(redacted) Draw(redacted)"
    );
}

/// Pearson's chi-square of counts that should all be equal.
fn chi_square(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    counts.iter().map(|n| (*n as f64 - expected).powi(2) / expected).sum()
}

#[test]
fn promise_3_draws_are_uniform_and_independent_of_the_marker_and_of_each_other() {
    let all: Vec<usize> = (0..7).collect();
    let (mut dimensions, mut segments) = ([0; 7], [0; 7]);
    let (mut pairs, mut by_marker) = ([0; 49], [0; 56]);
    for i in 0..20_000_u128 {
        let (marker, draw) = secret(5).submission(&SubmissionId::from_bytes(i.to_be_bytes()));
        let dimension = *draw.dimension(&all).unwrap();
        let segment = *draw.segment(&all).unwrap();
        let first = usize::from_str_radix(&marker.hex()[..1], 16).unwrap() / 2;
        dimensions[dimension] += 1;
        segments[segment] += 1;
        pairs[dimension * 7 + segment] += 1;
        by_marker[first * 7 + dimension] += 1;
    }
    // Beyond these lies less than one in a million of what chance gives (6, 48 and 55 degrees).
    assert!(chi_square(&dimensions) < 40.0, "{dimensions:?}");
    assert!(chi_square(&segments) < 40.0, "{segments:?}");
    assert!(chi_square(&pairs) < 110.0, "{pairs:?}");
    assert!(chi_square(&by_marker) < 120.0, "{by_marker:?}");
}

#[test]
fn a_draw_reaches_the_first_and_the_last_and_nothing_from_nothing() {
    let all: Vec<usize> = (0..256).collect();
    assert_eq!(Draw::new(0, u64::MAX).dimension(&all), Some(&0));
    assert_eq!(Draw::new(0, u64::MAX).segment(&all), Some(&255));
    assert_eq!(Draw::new(0, u64::MAX).segment::<usize>(&[]), None);
}

#[test]
fn a_marker_is_16_bytes() {
    assert!(Marker::from_bytes(&[1; 16]).is_some_and(|marker| marker.hex() == "01".repeat(16)));
    assert!(Marker::from_bytes(&[1; 15]).is_none() && Marker::from_bytes(&[1; 17]).is_none());
}
