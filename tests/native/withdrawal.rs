//! Taking a response back: each case by itself; the simulation shows that they hold together.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use counterfoil::domain::account::Figures;
use counterfoil::domain::ledger::{Changes, Due, Entry, Ledger, Verdict};
use counterfoil::domain::pseudonym::{Marker, Secret, SubmissionId};
use counterfoil::domain::time::{Duration, Instant};
use counterfoil::domain::way_back::{WayBack, Withdrawal};
use counterfoil::domain::withdrawal::{Refusal, read};
use counterfoil::store::{Statement, Value, ledger};

use crate::sql::{HOUR, entry, open};
use crate::sqlite::Sqlite;

/// A Ledger with its storage, and a clock.
struct Book {
    ledger: Ledger,
    storage: Sqlite,
    now: Instant,
    random: u8,
}

impl Book {
    fn open() -> Self {
        let (ledger, changes) = open();
        let mut storage = Sqlite::ledger();
        storage.write(&ledger, &changes);
        let now = ledger.head.created.plus(Duration(1));
        Self { ledger, storage, now, random: 100 }
    }

    fn fresh(&mut self) -> Secret {
        self.random += 1;
        Secret::from_bytes([self.random; 32])
    }

    fn pass(&mut self, hours: i64) {
        self.now = self.now.plus(Duration(hours * HOUR));
        let mut changes = Changes::default();
        self.ledger.advance(self.now, &mut changes);
        self.storage.write(&self.ledger, &changes);
    }

    fn take(&mut self, entry: Entry) {
        let fresh = self.fresh();
        let mut changes = Changes::default();
        let group = self.ledger.mark(self.now, vec![entry], &fresh, &mut changes);
        let known = self.storage.select(&ledger::find_known(&group)).unwrap();
        let known = ledger::known(known).unwrap();
        let verdicts = self.ledger.take(self.now, &group, known, &fresh, &mut changes);
        assert!(matches!(verdicts[0], Verdict::Accepted { .. }));
        self.storage.write(&self.ledger, &changes);
    }

    fn withdraw(&mut self, id: &SubmissionId) -> Option<Withdrawal> {
        let fresh = self.fresh();
        let (marker, _) = self.ledger.head.secret.submission(id);
        let rows = self.storage.select(&ledger::find_submission(marker)).unwrap();
        let (tick, stored) = ledger::submission(rows).unwrap()?;
        let found = self.ledger.find(id, (tick, &stored), self.now)?;
        let rows = self.storage.select(&ledger::find_fates(&found.buckets())).unwrap();
        let fates = ledger::fates(rows).unwrap();
        let mut changes = Changes::default();
        let told = self.ledger.withdraw(found, &fates, &fresh, &mut changes).unwrap();
        self.storage.write(&self.ledger, &changes);
        assert!(self.ledger.conserved());
        Some(told)
    }

    /// How many answers are pending to the first question.
    fn pending(&self) -> u64 {
        self.ledger.buckets.iter().filter(|(key, _)| key.question == "q").map(|(_, b)| b.n).sum()
    }
}

/// A response of nobody in particular, without dimensions.
fn anonymous(i: u8) -> Entry {
    entry(1, [0, 0, 1, 0], i)
}

/// A response of a person, under this submission id.
fn of_person(person: u8, submission: u8) -> Entry {
    Entry { submission: id(submission), ..entry(1, [0, 3, 0, 0], person) }
}

fn id(i: u8) -> SubmissionId {
    SubmissionId::from_bytes([i; 16])
}

fn both() -> Vec<String> {
    vec!["q".to_owned(), "r".to_owned()]
}

#[test]
fn promise_8_exactly_what_was_counted_is_taken_out() {
    let mut book = Book::open();
    book.take(anonymous(1));
    let before = book.ledger.buckets.clone();
    book.take(anonymous(2));
    assert_eq!(book.pending(), 2);
    let told = book.withdraw(&anonymous(2).submission).unwrap();
    assert_eq!(told, Withdrawal { withdrawn: both(), ..Withdrawal::default() });
    assert_eq!(book.ledger.buckets, before, "as if it had never come");
    assert_eq!(book.storage.load().unwrap().buckets, before);
}

#[test]
fn promise_8_told_again_it_is_the_same_and_the_id_stays_spent() {
    let mut book = Book::open();
    book.take(anonymous(1));
    let told = book.withdraw(&anonymous(1).submission);
    assert!(told.is_some());
    assert_eq!(book.withdraw(&anonymous(1).submission), told);
    book.take(anonymous(1));
    assert_eq!(book.pending(), 0, "the same response sent again counts nothing");
    book.pass(1);
    assert_eq!(book.withdraw(&anonymous(1).submission), told, "after the tick, too");
    assert_eq!(book.ledger.accounts["q"].withdrawn, 1);
}

#[test]
fn promise_8_nobody_takes_back_what_nobody_sent() {
    let mut book = Book::open();
    book.take(anonymous(1));
    assert_eq!(book.withdraw(&id(77)), None);
    assert_eq!(book.pending(), 1);
}

#[test]
fn promise_8_after_the_tick_that_seals_it_a_response_is_anonymous() {
    let mut book = Book::open();
    (0..5).for_each(|i| book.take(anonymous(i)));
    book.pass(1);
    let sealed = book.ledger.batches.clone();
    let told = book.withdraw(&anonymous(3).submission).unwrap();
    assert_eq!(told, Withdrawal { anonymous: both(), ..Withdrawal::default() });
    assert_eq!(book.ledger.batches, sealed);
    assert_eq!(book.withdraw(&anonymous(3).submission), Some(told));
}

#[test]
fn promise_8_what_is_partly_sealed_is_partly_taken_back() {
    let mut book = Book::open();
    for i in 0..5 {
        let mut one = anonymous(i);
        one.answers.truncate(1 + usize::from(i == 2));
        book.take(one);
    }
    book.pass(1);
    let told = book.withdraw(&anonymous(2).submission).unwrap();
    assert_eq!(told.withdrawn, ["r"]);
    assert_eq!(told.anonymous, ["q"]);
    assert_eq!(book.withdraw(&anonymous(2).submission), Some(told));
}

#[test]
fn promise_8_merging_is_followed() {
    let mut book = Book::open();
    let on_the_web = |i| entry(1, [0, 1, 1, 0], i);
    book.take(on_the_web(1));
    let place = |book: &Book| {
        let key = book.ledger.buckets.keys().find(|key| key.question == "q").unwrap();
        key.cohort.segment.clone()
    };
    let mut places = vec![place(&book)];
    for _ in 0..2 {
        book.pass(6);
        places.push(place(&book));
    }
    assert_eq!(places, ["web", "(other)", "(unattributed)"]);
    let told = book.withdraw(&on_the_web(1).submission).unwrap();
    assert_eq!(told.withdrawn, both());
    assert_eq!(book.pending(), 0);
}

#[test]
fn promise_8_what_was_discarded_is_told_as_such() {
    let mut book = Book::open();
    book.take(anonymous(1));
    book.pass(29 * 24);
    book.take(anonymous(2));
    book.pass(25);
    assert_eq!(book.pending(), 0, "its bucket was too old");
    let told = book.withdraw(&anonymous(2).submission).unwrap();
    assert_eq!(told, Withdrawal { expired: both(), ..Withdrawal::default() });
}

#[test]
fn promise_8_the_person_may_answer_anew_and_a_repeated_answer_frees_nobody() {
    let mut book = Book::open();
    book.take(of_person(1, 50));
    book.take(of_person(1, 51));
    assert_eq!(book.pending(), 1);
    // The repeated one is taken back: it looks the same, and changes nothing.
    assert_eq!(book.withdraw(&id(51)).unwrap().withdrawn, both());
    assert_eq!(book.pending(), 1);
    book.take(of_person(1, 52));
    assert_eq!(book.pending(), 1, "promise 6");
    // The first one is taken back: the next one counts.
    assert_eq!(book.withdraw(&id(50)).unwrap().withdrawn, both());
    assert_eq!(book.pending(), 0);
    book.take(of_person(1, 53));
    book.take(of_person(1, 54));
    assert_eq!(book.pending(), 1, "promise 6");
}

#[test]
fn promise_8_whose_answer_is_anonymous_does_not_answer_anew() {
    let mut book = Book::open();
    let of_first = |mut entry: Entry| {
        entry.answers.truncate(1);
        entry
    };
    (0..3).for_each(|i| book.take(of_first(anonymous(i))));
    book.take(of_first(of_person(1, 50)));
    book.take(of_person(2, 51));
    book.pass(1);
    let told = book.withdraw(&id(50)).unwrap();
    assert_eq!((told.withdrawn, told.anonymous), (vec![], vec!["q".to_owned()]));
    let told = book.withdraw(&id(51)).unwrap();
    assert_eq!((told.withdrawn, told.anonymous), (vec!["r".to_owned()], vec!["q".to_owned()]));
    book.take(of_person(1, 52));
    book.take(of_person(2, 53));
    assert_eq!(book.pending(), 0, "promise 6");
}

#[test]
fn promise_8_a_way_back_opens_with_its_own_submission_id_alone() {
    let mut book = Book::open();
    (1..3).for_each(|i| book.take(anonymous(i)));
    let secret = book.ledger.head.secret.clone();
    for (own, other) in [(1, 2), (2, 1)].map(|(a, b)| (anonymous(a), anonymous(b))) {
        let rows = ledger::find_submission(secret.submission(&own.submission).0);
        let rows = book.storage.select(&rows).unwrap();
        let (_, stored) = ledger::submission(rows).unwrap().unwrap();
        let opens = |id: &SubmissionId| WayBack::unlock(&secret.way_back(id), &stored).is_some();
        assert!(opens(&own.submission) && !opens(&other.submission) && !opens(&id(77)));
        assert!(!derived(&book.storage).iter().any(|key| WayBack::unlock(key, &stored).is_some()));
    }
}

#[test]
fn promise_9_the_keys_of_merged_buckets_die_with_the_one_they_went_to() {
    let mut book = Book::open();
    book.take(entry(1, [0, 1, 1, 0], 1));
    book.pass(6);
    book.pass(6);
    let merged = |book: &Book| book.storage.rows("select key from merged").len();
    assert_eq!(merged(&book), 4, "of two questions, each merged twice");
    (2..7).for_each(|i| book.take(anonymous(i)));
    book.pass(1);
    assert_eq!((merged(&book), book.storage.rows("select key from buckets").len()), (0, 0));
}

#[test]
fn promise_9_the_ledger_wakes_by_itself_for_all_that_it_must_forget() {
    let mut book = Book::open();
    book.take(of_person(1, 50));
    (1..5).for_each(|i| book.take(anonymous(i)));
    let ends = book.ledger.window.as_ref().unwrap().ends;
    let promised = book.ledger.head.next_tick;
    let (mut over, mut forgotten) = (None, None);
    while book.now < promised.plus(Duration::days(40)) {
        if let Due::Rest(at) = book.ledger.due() {
            book.now = at.expect("it keeps something that it must forget");
        } else {
            let batch = book.ledger.batches[0].sequence;
            book.ledger.delivered(batch, &mut Changes::default());
        }
        book.pass(0);
        if over.is_none() && book.storage.count("select count(*) from persons") == 0 {
            over = Some(book.now);
        }
        if forgotten.is_none() && book.storage.count("select count(*) from submissions") == 0 {
            forgotten = Some(book.now);
        }
    }
    assert_eq!(over, Some(ends));
    assert!(forgotten.unwrap() <= promised.plus(Duration::days(31)), "a sweep a day");
}

#[test]
fn promise_9_at_the_windows_end_its_secret_and_its_markers_are_gone() {
    let mut book = Book::open();
    book.take(of_person(1, 50));
    let kept = |book: &Book| {
        ["select 1 from window", "select 1 from persons"].map(|sql| book.storage.rows(sql).len())
    };
    let ends = book.ledger.window.as_ref().unwrap().ends;
    book.now = ends.minus(Duration(1));
    book.pass(0);
    assert_eq!(kept(&book), [1, 1]);
    book.now = ends;
    book.pass(0);
    assert_eq!((kept(&book), book.ledger.window.is_none()), ([0, 0], true));
}

#[test]
fn promise_6_a_repeated_answer_is_stored_and_taken_back_like_a_first_one() {
    let told = |repeated: bool| {
        let mut book = Book::open();
        if repeated {
            // Counted before, and pending elsewhere by now.
            book.take(of_person(1, 49));
            (0..4).for_each(|i| book.take(anonymous(i)));
            book.pass(1);
        }
        book.take(of_person(1, 50));
        let (marker, _) = book.ledger.head.secret.submission(&id(50));
        let rows = book.storage.select(&ledger::find_submission(marker)).unwrap();
        let length = ledger::submission(rows).unwrap().unwrap().1.len();
        let told = [0, 6, 6, 31 * 24].map(|hours| {
            book.pass(hours);
            (hours < 100).then(|| book.withdraw(&id(50)))
        });
        (length, told)
    };
    assert_eq!(told(true), told(false));
}

#[test]
fn promise_4_what_is_told_says_nothing_of_what_is_pending_and_moves_by_min_cohort_or_more() {
    let told = |book: &Book| -> Vec<Figures> {
        book.ledger.figures().into_iter().filter(|figures| figures.question == "q").collect()
    };
    let figures = |sealed, withdrawn| Figures {
        question: "q".to_owned(),
        accepted: sealed + withdrawn,
        pending: None,
        sealed,
        released: 0,
        withdrawn,
        expired: 0,
    };
    let mut book = Book::open();
    let tick = book.ledger.next_tick(book.now);
    for i in 0..9 {
        book.take(anonymous(i));
        assert!(book.ledger.batches.is_empty(), "nothing is sealed by an arrival");
        assert_eq!((told(&book), book.ledger.next_tick(book.now)), (vec![], tick), "after {i}");
    }
    for i in 0..4 {
        book.withdraw(&anonymous(i).submission).unwrap();
        assert_eq!(told(&book), []);
    }
    book.pass(1);
    assert_eq!(told(&book), [figures(5, 0)], "four were withdrawn, which is told nobody");
    book.take(anonymous(9));
    book.withdraw(&anonymous(9).submission).unwrap();
    assert_eq!(told(&book), [figures(5, 0)], "it is five by now; it is told at a tick");
    book.pass(1);
    assert_eq!(told(&book), [figures(5, 5)]);
}

#[test]
fn promise_8_the_length_of_a_way_back_does_not_say_what_was_answered() {
    let mut book = Book::open();
    let mut short = anonymous(1);
    short.answers.truncate(1);
    book.take(short);
    book.take(anonymous(2));
    let lengths = book.storage.rows("select distinct length(way_back) from submissions");
    assert_eq!(lengths.len(), 1);
}

/// All blobs that the storage holds.
fn blobs(storage: &Sqlite) -> Vec<Vec<u8>> {
    let tables = [
        "select secret from head",
        "select secret from window",
        "select marker from persons",
        "select marker from submissions",
        "select key from buckets",
        "select key from merged",
    ];
    let rows = tables.iter().flat_map(|sql| storage.rows(sql));
    let blobs = rows.map(|row| match &row[0] {
        Value::Blob(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    });
    blobs.collect()
}

/// All secrets that can be made of those in the storage, in two steps.
fn derived(storage: &Sqlite) -> Vec<Secret> {
    let all = blobs(storage);
    let markers: Vec<Marker> = all.iter().filter_map(|b| Marker::from_bytes(b)).collect();
    let mut secrets: Vec<Secret> = all
        .iter()
        .filter_map(|b| Some(Secret::from_bytes(b.as_slice().try_into().ok()?)))
        .collect();
    for _ in 0..2 {
        let next: Vec<Secret> = secrets
            .iter()
            .flat_map(|secret| {
                let buckets = (0..20).map(|id| secret.for_bucket(id));
                let nonces = markers.iter().map(|marker| secret.for_nonce(*marker));
                buckets.chain(nonces).chain([secret.for_window()])
            })
            .collect();
        secrets.extend(next);
    }
    secrets
}

#[test]
fn promise_9_a_way_back_leads_nowhere_once_its_bucket_is_sealed() {
    let opens = |book: &Book, known: &SubmissionId| {
        let key = book.ledger.head.secret.way_back(known);
        let (marker, _) = book.ledger.head.secret.submission(known);
        let rows = book.storage.select(&ledger::find_submission(marker)).unwrap();
        let (_, stored) = ledger::submission(rows).unwrap().unwrap();
        let Some((WayBack::Taken(trace), nonce)) = WayBack::unlock(&key, &stored) else { panic!() };
        let secrets = derived(&book.storage);
        let opened: BTreeSet<String> = trace
            .places
            .iter()
            .filter(|place| secrets.iter().any(|secret| place.added(secret, nonce).is_some()))
            .map(|place| place.question.clone())
            .collect();
        opened
    };
    let mut book = Book::open();
    let mut first = of_person(9, 50);
    first.answers.truncate(1);
    book.take(first);
    (0..4).for_each(|i| book.take(anonymous(i)));
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let last = anonymous(3).submission;
    assert_eq!(opens(&book, &last), all(&["(consent) notice", "q", "r"]));
    book.pass(1);
    assert_eq!(opens(&book, &last), all(&["r"]), "of r there are four, which wait");
    assert_eq!(opens(&book, &id(50)), all(&[]));
    // Neither the storage alone opens it, with all that follows from what it holds.
    let stored = book.storage.rows("select way_back from submissions");
    let secrets = derived(&book.storage);
    for row in stored {
        let Value::Blob(stored) = &row[0] else { panic!() };
        assert!(!secrets.iter().any(|secret| WayBack::unlock(secret, stored).is_some()));
    }
}

#[test]
fn promise_9_an_overdue_submission_is_taken_back_no_more_swept_or_not() {
    let mut book = Book::open();
    book.take(anonymous(1));
    let rows = "select marker, tick, way_back from submissions";
    let kept = book.storage.rows(rows).remove(0);
    book.pass(31 * 24 + 1);
    assert_eq!(book.withdraw(&anonymous(1).submission), None);
    let insert = "insert or replace into submissions (marker, tick, way_back) values (?1, ?2, ?3)";
    book.storage.select(&Statement::new(insert, kept)).unwrap();
    assert_eq!(book.withdraw(&anonymous(1).submission), None);
}

#[test]
fn a_request_is_read_strictly() {
    let written = id(7).reveal();
    let good = format!(r#"{{"submission_id": "{written}"}}"#);
    assert_eq!(read(good.as_bytes()).unwrap(), id(7));
    for (body, faults) in [
        (r"{}".to_owned(), vec![("/submission_id", "missing")]),
        (r"[]".to_owned(), vec![("", "type")]),
        (r#"{"submission_id": 7}"#.to_owned(), vec![("/submission_id", "type")]),
        (r#"{"submission_id": "short"}"#.to_owned(), vec![("/submission_id", "submission_id")]),
        (format!(r#"{{"submission_id": "{written}", "also": 1}}"#), vec![("", "unknown_member")]),
    ] {
        let Err(Refusal::Faulty(found)) = read(body.as_bytes()) else { panic!("{body}") };
        let found: Vec<_> = found
            .iter()
            .map(|fault| serde_json::to_value(fault).unwrap())
            .map(|fault| (fault["pointer"].as_str().unwrap().to_owned(), fault["code"].clone()))
            .collect();
        let wanted: Vec<_> =
            faults.iter().map(|(p, c)| (format!("#{p}"), serde_json::json!(c))).collect();
        assert_eq!(found, wanted, "{body}");
    }
    assert!(matches!(read(b"{"), Err(Refusal::Unreadable(_))));
}
