//! Rotating the pepper: within a window a person counts once, whatever the ring becomes meanwhile.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::ledger::{Changes, Entry, Ledger, Verdict};
use counterfoil::domain::pseudonym::{Pseudonym, Secret, Subject, SubmissionId};
use counterfoil::domain::time::{Duration, Instant};
use counterfoil::store::ledger;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::sql::{HOUR, entry, open};
use crate::sqlite::Sqlite;

/// A Ledger on its storage, loaded anew for every call.
struct World {
    sqlite: Sqlite,
    now: Instant,
    sent: u128,
}

impl World {
    fn new() -> Self {
        let mut sqlite = Sqlite::ledger();
        let (ledger, changes) = open();
        sqlite.write(&ledger, &changes);
        Self { sqlite, now: ledger.head.created.plus(Duration(1)), sent: 0 }
    }

    fn load(&self) -> Ledger {
        self.sqlite.load().unwrap()
    }

    /// These persons answer, in one commit, each judged by a Worker with this ring; how many counted.
    fn answer(&mut self, people: &[(u8, &str)]) -> u64 {
        let mut changes = Changes::default();
        let mut ledger = self.load();
        ledger.advance(self.now, &mut changes);
        let before = ledger.accounts.get("q").map_or(0, |account| account.accepted);
        let mut group = Vec::new();
        for (person, letters) in people {
            self.sent += 1;
            let subject = Subject::of("s", &person.to_string());
            group.push(Entry {
                submission: SubmissionId::from_bytes(self.sent.to_be_bytes()),
                pseudonyms: Pseudonym::of_each(&ring(letters), "s", &subject),
                ..entry(1, [0, 0, 1, 0], 0)
            });
        }
        let fresh = Secret::from_bytes([self.sent as u8; 32]);
        let group = ledger.mark(self.now, group, &fresh, &mut changes);
        let known = self.sqlite.select(&ledger::find_known(&group)).unwrap();
        let known = ledger::known(known).unwrap();
        let verdicts = ledger.take(self.now, &group, known, &fresh, &mut changes);
        let accepted = |verdict: &Verdict| matches!(verdict, Verdict::Accepted { .. });
        assert!(verdicts.iter().all(accepted));
        self.sqlite.write(&ledger, &changes);
        let loaded = self.load();
        assert_eq!(loaded.window, ledger.window, "what was decided is what is stored");
        ledger.accounts["q"].accepted - before
    }

    fn pepper(&self) -> String {
        let pepper = self.load().window.unwrap().pepper;
        let letter = ["a", "b", "c"].into_iter().find(|l| ring(l).current().id() == pepper);
        letter.unwrap().to_owned()
    }

    fn end_window(&mut self) {
        self.now = self.load().window.unwrap().ends;
    }
}

/// A ring of one pepper for each letter.
fn ring(letters: &str) -> KeyRing {
    let keys: Vec<String> = letters.chars().map(|c| c.to_string().repeat(32)).collect();
    KeyRing::read(&keys.join(" ")).unwrap()
}

#[test]
fn promise_6_in_one_window_a_person_counts_once_across_a_rotation() {
    let mut world = World::new();
    assert_eq!(world.answer(&[(1, "a")]), 1);
    // First the new pepper stands behind the old one, then before it: Workers of two rings at once.
    for ring in ["ab", "a", "ba", "ab", "ba", "cba"] {
        assert_eq!(world.answer(&[(1, ring)]), 0, "{ring}");
        assert_eq!(world.pepper(), "a");
    }
    assert_eq!(world.answer(&[(2, "ba"), (2, "ab"), (2, "a"), (3, "ab"), (1, "ba")]), 2);
    for ring in ["a", "ab", "ba"] {
        assert_eq!(world.answer(&[(2, ring), (3, ring)]), 0, "{ring}");
    }
}

#[test]
fn the_next_window_uses_the_new_pepper_and_the_old_one_may_go() {
    let mut world = World::new();
    assert_eq!(world.answer(&[(1, "a"), (2, "a")]), 2);
    assert_eq!(world.answer(&[(1, "ba")]), 0);
    world.end_window();
    assert_eq!(world.answer(&[(1, "ba")]), 1, "another window");
    assert_eq!(world.pepper(), "b");
    // The old one is removed: nobody counts again for it.
    assert_eq!(world.answer(&[(1, "b"), (2, "b"), (2, "b")]), 1);
    assert_eq!(world.answer(&[(1, "b"), (2, "cb")]), 0);
    assert_eq!(world.pepper(), "b");
}

#[test]
fn a_pepper_that_is_gone_before_the_windows_end_lets_people_count_once_more_and_no_more() {
    let mut world = World::new();
    assert_eq!(world.answer(&[(1, "a"), (2, "a")]), 2);
    assert_eq!(world.answer(&[(1, "b"), (1, "b")]), 1);
    assert_eq!(world.pepper(), "b");
    assert_eq!(world.answer(&[(1, "b"), (2, "b"), (3, "b")]), 2);
    // A Worker that has not heard of it yet turns the window back; still nobody counts a third time.
    assert_eq!(world.answer(&[(1, "a"), (2, "b"), (2, "a"), (1, "b")]), 0);
    let ends = world.load().window.unwrap().ends;
    world.now = ends.minus(Duration(1));
    assert_eq!(world.answer(&[(2, "b"), (3, "b")]), 0, "to the very end");
}

#[test]
fn an_anonymous_response_opens_no_window_and_moves_none() {
    let mut world = World::new();
    let mut ledger = world.load();
    let mut changes = Changes::default();
    let anonymous = |i| vec![entry(1, [0, 0, 1, 0], i)];
    ledger.mark(world.now, anonymous(1), &Secret::from_bytes([9; 32]), &mut changes);
    assert!(ledger.window.is_none() && !changes.window_opened);
    assert_eq!(world.answer(&[(1, "a")]), 1);
    let mut ledger = world.load();
    ledger.mark(world.now, anonymous(2), &Secret::from_bytes([9; 32]), &mut changes);
    assert!(!changes.window_opened);
}

proptest! {
    #[test]
    fn promise_6_as_long_as_rings_share_the_windows_pepper_nobody_counts_twice(
        groups in vec(vec((0_u8..5, select(vec!["a", "ab", "ba", "cab", "bca"])), 1..6), 1..8),
        later in vec(vec((0_u8..5, select(vec!["b", "ab", "ba", "cba", "bc"])), 1..6), 1..8),
    ) {
        let mut world = World::new();
        world.answer(&[(9, "a")]);
        let mut counted = 0;
        for group in &groups {
            world.now = world.now.plus(Duration(HOUR / 7));
            counted += world.answer(group);
        }
        let people: std::collections::BTreeSet<u8> =
            groups.iter().flatten().map(|(person, _)| *person).collect();
        prop_assert_eq!(counted, people.len() as u64);
        world.end_window();
        let mut counted = world.answer(&[(9, "ba")]) - 1;
        for group in &later {
            counted += world.answer(group);
        }
        let people: std::collections::BTreeSet<u8> =
            later.iter().flatten().map(|(person, _)| *person).collect();
        prop_assert_eq!(counted, people.len() as u64);
    }
}
