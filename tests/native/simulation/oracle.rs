//! What must be true after every commit and every word to D1. The oracle knows who sent what and what
//! was answered; it keeps by name where every answer is, which the Ledger itself cannot.

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::domain::account::{Account, Figures};
use counterfoil::domain::ledger::{Batch, Ledger, Unrevised, Verdict};
use counterfoil::domain::retention::Retention;
use counterfoil::domain::survey::Survey;
use counterfoil::domain::tally::{Cohort, NONE, OTHER, Sealed, Tallies};
use counterfoil::domain::time::{Day, Duration, Instant};
use counterfoil::domain::way_back::Withdrawal;
use counterfoil::store::d1::Released;
use counterfoil::store::{Row, Statement, Value};

use proptest::sample::Index;

use super::attacker::Attacker;
use super::people::{CONSENT, MONTH, Name, Reply, Sent, Terms, survey};
use crate::sqlite::Sqlite;

/// One answer: its question and its name.
type Counted = (String, Name);

/// What a submission was told.
#[derive(Default)]
struct Submission {
    /// The name of what was sent under it, the questions, and the person with the window.
    name: Name,
    questions: Vec<String>,
    person: Option<(u64, u8)>,
    /// Whether it was counted, rather than being a repeated answer of a person.
    counted: bool,
    /// What was told when it was taken back, where a reply got through.
    withdrawal: Option<Withdrawal>,
    arrived: Instant,
    /// The tick that it was promised, where a reply got through.
    tick: Option<Instant>,
    /// Nobody heard whether it had been forgotten when it came again.
    doubtful: bool,
}

/// What is known of one that was counted.
struct Voice {
    arrived: Instant,
    /// Until when it can be taken back, where a reply got through.
    promised: Option<Instant>,
    min_cohort: u64,
    offers: BTreeMap<String, Vec<String>>,
}

/// A row of `cohorts`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Release {
    n: u64,
    tallies: Tallies,
}

pub struct Oracle {
    created: Instant,
    pub survey: Survey,
    pub revision: u64,
    /// How often the storage was lost.
    pub incarnation: u64,
    terms: Terms,
    history: Vec<Terms>,
    /// Nothing is promised of a deleted survey but that it is gone.
    pub deleted: bool,
    names: Name,
    submissions: BTreeMap<u32, Submission>,
    voices: BTreeMap<Name, Voice>,
    /// The current window's end; how many there were; who was counted in which.
    window: Option<Instant>,
    windows: u64,
    windows_over: Instant,
    persons: BTreeSet<(u64, u8)>,
    /// All that must be somewhere; that which this storage counted; that which may turn up in D1.
    expected: BTreeSet<Counted>,
    here: BTreeSet<Counted>,
    limbo: BTreeSet<Counted>,
    expired: BTreeSet<Counted>,
    withdrawn: BTreeSet<Counted>,
    /// The submission that is being taken back.
    pub withdrawing: Option<u32>,
    /// Who reads all that can be read.
    pub attacker: Attacker,
    pending: BTreeMap<Counted, Cohort>,
    sealed: Vec<(Cohort, BTreeSet<Counted>)>,
    /// All that this storage has sealed.
    sealed_here: BTreeSet<Counted>,
    next_sequence: u64,
    next_tick: Instant,
    accounts: BTreeMap<String, Account>,
    figures: BTreeMap<String, Figures>,
    /// The rows of D1: by day, and by month.
    d1: BTreeMap<[String; 4], Release>,
    months: BTreeMap<[String; 4], Release>,
    released: BTreeSet<Counted>,
    /// The day that each was released for; who was read by nobody any more, since that is too long ago.
    days: BTreeMap<Counted, Day>,
    forgotten: BTreeSet<Counted>,
    reported: Option<Day>,
    /// The scale of the first question once it has counts.
    rescaled: Option<bool>,
    latest: Instant,
}

/// The names among tallies, each of which must be there once.
fn names(question: &str, n: u64, tallies: &Tallies) -> BTreeSet<Counted> {
    if n == 0 {
        assert!(tallies.0.is_empty(), "{question}: an empty bucket has no tallies");
        return BTreeSet::new();
    }
    let mut found = BTreeSet::new();
    for (key, count) in &tallies.0 {
        if let Some(name) = key.strip_prefix('r') {
            assert_eq!(*count, 1, "{question}: {key} is counted twice");
            found.insert((question.to_owned(), name.parse().unwrap()));
        }
    }
    assert_eq!(found.len() as u64, n, "{question}: each is counted with its answer");
    assert_eq!(tallies.0.get("all"), Some(&n), "{question}: equal answers add up");
    let chosen = tallies.0.keys().filter(|key| key.starts_with('m')).count() as u64;
    assert_eq!(chosen, if question == "reasons" { n } else { 0 }, "no key is lost");
    found
}

impl Oracle {
    pub fn new(created: Instant, terms: Terms) -> Self {
        Self {
            created,
            survey: survey(&terms.definition()),
            revision: 1,
            incarnation: 0,
            history: vec![terms.clone()],
            terms,
            deleted: false,
            names: 0,
            submissions: BTreeMap::new(),
            voices: BTreeMap::new(),
            window: None,
            windows: 0,
            windows_over: created,
            persons: BTreeSet::new(),
            expected: BTreeSet::new(),
            here: BTreeSet::new(),
            limbo: BTreeSet::new(),
            expired: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            withdrawing: None,
            attacker: Attacker::default(),
            pending: BTreeMap::new(),
            sealed: Vec::new(),
            sealed_here: BTreeSet::new(),
            next_sequence: 1,
            next_tick: created,
            accounts: BTreeMap::new(),
            figures: BTreeMap::new(),
            d1: BTreeMap::new(),
            months: BTreeMap::new(),
            released: BTreeSet::new(),
            days: BTreeMap::new(),
            forgotten: BTreeSet::new(),
            reported: None,
            rescaled: None,
            latest: created,
        }
    }

    /// Names what a reply sends.
    pub fn send(&mut self, reply: &Reply) -> Sent {
        self.names += 1;
        let submission = match &reply.again {
            // One of the last twenty, most of which are young.
            Some(index) => self.names.saturating_sub(1 + index.index(20) as u32).max(1),
            None => self.names,
        };
        reply.send(self.names, submission, &self.survey, self.revision)
    }

    /// The clock was put back: what was said of days that are not over any more is void.
    pub fn clock_went_back(&mut self, now: Instant) {
        self.reported = self.reported.map(|day| day.min(now.day().plus(-1)));
    }

    /// A group was committed; its members were told these verdicts, if they lived to hear them.
    pub fn took(&mut self, now: Instant, sent: &[Sent], verdicts: Option<&[Verdict]>) {
        if sent.iter().any(|sent| sent.person.is_some()) && self.window.is_none() {
            let length = self.survey.window.0;
            // One that is over is not begun again, though the clock may say so.
            let past = (now.max(self.windows_over).0 - self.created.0).div_euclid(length);
            self.window = Some(Instant(self.created.0 + (past + 1) * length));
            self.windows += 1;
        }
        let mut ticks = BTreeSet::new();
        for (i, sent) in sent.iter().enumerate() {
            let verdict = verdicts.map(|verdicts| &verdicts[i]);
            if sent.entry.revision != self.revision {
                assert!(matches!(verdict, None | Some(Verdict::OtherRevision)));
                continue;
            }
            let told = verdict.map(|verdict| match verdict {
                Verdict::Accepted { withdrawable_until, .. } => *withdrawable_until,
                other => panic!("{other:?} to an entry by the current revision"),
            });
            if self.knows(now, sent, told) {
                let first = self.submissions.get_mut(&sent.submission).unwrap();
                match (told, first.tick) {
                    (Some(told), Some(first)) => assert_eq!(told, first, "replays look alike"),
                    (told, first_tick) => first.tick = first_tick.or(told),
                }
                continue;
            }
            if let Some(told) = told {
                assert!(told > now, "there is time to take it back");
                ticks.insert(told);
            }
            // Promise 6: once per person and window.
            let person = sent.person.map(|person| (self.windows, person));
            let counted = person.is_none_or(|person| self.persons.insert(person));
            if counted {
                self.count(now, sent, told);
            }
            let questions = sent.entry.answers.iter().map(|answer| answer.question.clone());
            let submission = Submission {
                name: sent.name,
                questions: questions.collect(),
                person,
                counted,
                arrived: now,
                tick: told,
                ..Submission::default()
            };
            self.submissions.insert(sent.submission, submission);
        }
        assert!(ticks.len() <= 1, "first and repeated answers look alike: {ticks:?}");
    }

    fn count(&mut self, now: Instant, sent: &Sent, promised: Option<Instant>) {
        let consent = (CONSENT.to_owned(), sent.name);
        self.expected.insert(consent.clone());
        self.here.insert(consent);
        for answer in &sent.entry.answers {
            let counted = (answer.question.clone(), sent.name);
            self.expected.insert(counted.clone());
            self.here.insert(counted);
            if answer.question == "recommend" {
                self.rescaled.get_or_insert(self.terms.rescaled);
            }
        }
        let offers = sent.entry.offers.iter();
        let voice = Voice {
            arrived: now,
            promised,
            min_cohort: self.terms.min_cohort,
            offers: offers.map(|o| (o.dimension.clone(), o.segments.clone())).collect(),
        };
        self.voices.insert(sent.name, voice);
    }

    /// Whether a submission is known: for 30 days from its tick it must be, and then (promise 9) it
    /// must not. Where the tick or the clock leaves doubt, the outcome tells.
    fn knows(&mut self, now: Instant, sent: &Sent, told: Option<Instant>) -> bool {
        let Some(first) = self.submissions.get_mut(&sent.submission) else { return false };
        if first.tick.unwrap_or(first.arrived).plus(MONTH) >= self.latest {
            return true;
        }
        let forgotten = |tick: Instant| tick.plus(MONTH) < now;
        if first.tick.is_some_and(forgotten) && !first.doubtful {
            return false;
        }
        let counted = self.pending.keys().any(|(_, name)| *name == sent.name);
        let fresh = counted || told.is_some_and(|told| Some(told) != first.tick && told > now);
        first.doubtful |= told.is_none();
        !fresh
    }

    /// One of the last twenty submissions.
    pub fn recent(&self, which: &Index) -> u32 {
        self.names.saturating_sub(which.index(20) as u32).max(1)
    }

    /// Somebody took a submission back, and was told so.
    pub fn withdrew(&mut self, now: Instant, number: u32, told: Option<Withdrawal>) {
        let Some(submission) = self.submissions.get_mut(&number) else {
            assert!(told.is_none(), "nobody sent it");
            return;
        };
        let recalled = submission.tick.unwrap_or(submission.arrived).plus(MONTH) >= self.latest;
        let Some(told) = told else {
            assert!(!recalled, "it was taken, and is known for 30 days");
            return;
        };
        assert!(
            submission.tick.is_none_or(|tick| tick.plus(MONTH) >= now) || submission.doubtful,
            "promise 9: it is overdue"
        );
        if let Some(before) = &submission.withdrawal {
            assert_eq!(&told, before, "promise 8: told again, the same");
        }
        if !told.withdrawn.is_empty() {
            submission.withdrawal = Some(told.clone());
        }
        let mut all =
            [told.withdrawn.clone(), told.anonymous.clone(), told.expired.clone()].concat();
        let mut questions = submission.questions.clone();
        all.sort();
        questions.sort();
        assert_eq!(all, questions, "each question is in one list");
        if submission.counted {
            let place = |question: &String| (question.clone(), submission.name);
            let stand = |question: &String| self.pending.contains_key(&place(question));
            assert!(!questions.iter().any(stand), "promise 8: none of it is left");
            let consent = told.withdrawn.is_empty() || !stand(&CONSENT.to_owned());
            assert!(consent, "promise 8: its consent is counted no more either");
            let within = |list: &[String], set: &BTreeSet<Counted>| {
                list.iter().all(|question| set.contains(&place(question)))
            };
            assert!(within(&told.withdrawn, &self.withdrawn), "promise 8: it was taken out");
            assert!(within(&told.expired, &self.expired), "told to be discarded");
            let gone = |question: &String| {
                !self.withdrawn.contains(&place(question))
                    && !self.expired.contains(&place(question))
            };
            assert!(told.anonymous.iter().all(gone), "told to be anonymous");
        }
    }

    /// What is not pending any more was taken back, where that was asked for.
    fn take_back(&mut self, gone: &mut BTreeSet<Counted>, ledger: &Ledger) {
        let mut taken = BTreeSet::new();
        if let Some(submission) = self.withdrawing.and_then(|number| self.submissions.get(&number))
        {
            let all = submission.questions.iter().map(String::as_str).chain([CONSENT]);
            let all: Vec<Counted> = all.map(|q| (q.to_owned(), submission.name)).collect();
            let counted = all.iter().filter(|_| submission.counted);
            taken = counted.filter(|one| gone.contains(*one)).cloned().collect();
        }
        for (question, account) in &ledger.accounts {
            let before = self.accounts.get(question).map_or(0, |account| account.withdrawn);
            let of = taken.iter().filter(|(of, _)| of == question).count() as u64;
            if account.withdrawn == before {
                taken.retain(|(of, _)| of != question);
            } else {
                assert_eq!(account.withdrawn - before, of, "{question}: exactly what was counted");
            }
        }
        if !taken.is_empty() {
            let submission = &self.submissions[&self.withdrawing.unwrap()];
            let stays = |q: &String| !taken.contains(&(q.clone(), submission.name));
            if let Some(person) =
                submission.person.filter(|_| !submission.questions.iter().any(stays))
            {
                self.persons.remove(&person);
            }
        }
        gone.retain(|one| !taken.contains(one));
        self.expected.retain(|one| !taken.contains(one));
        self.withdrawn.extend(taken);
    }

    pub fn revised(&mut self, told: &Result<u64, Unrevised>, terms: &Terms) {
        let asked = terms.questions & 1 != 0;
        let locked = asked && self.rescaled.is_some_and(|scale| scale != terms.rescaled);
        match told {
            Ok(revision) => {
                assert!(!locked, "a scale with counts was changed");
                assert_eq!(*revision, self.revision + 1);
                self.revision = *revision;
                self.survey = survey(&terms.definition());
                self.terms = terms.clone();
                self.history.push(terms.clone());
            }
            Err(Unrevised::ScaleChanged(questions)) => {
                assert!(locked);
                assert_eq!(questions, &["recommend"]);
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    /// A Ledger is being opened with the definition that D1 has: one of those that there were.
    pub fn opened(&mut self, revision: u64, definition: &str) {
        let found = self.history.iter().rev().find(|terms| terms.definition() == definition);
        self.terms = found.expect("D1 was told this definition").clone();
        (self.survey, self.revision) = (survey(definition), revision);
    }

    /// Something was committed: every promise holds for what is stored now.
    pub fn committed(&mut self, storage: &Sqlite, now: Instant) {
        let Some(ledger) = storage.load() else { return };
        if self.deleted {
            return;
        }
        self.latest = self.latest.max(now);
        assert!(ledger.conserved(), "promise 7");
        // The last tick of the grid that is not after now, unless a later one was promised.
        let every = self.survey.release.every.0;
        let passed = (now.0 - self.created.0).div_euclid(every);
        let tick = self.next_tick.max(Instant(self.created.0 + passed * every));

        let mut pending = BTreeMap::new();
        for (key, bucket) in &ledger.buckets {
            for counted in names(&key.question, bucket.n, &bucket.tallies) {
                assert!(pending.insert(counted, key.cohort.clone()).is_none(), "pending twice");
            }
        }
        let mut gone: BTreeSet<Counted> = self.pending.keys().cloned().collect();
        let first = self.next_sequence;
        for batch in ledger.batches.iter().filter(|batch| batch.sequence >= first) {
            assert_eq!(batch.sequence, self.next_sequence, "batches are numbered without a gap");
            self.next_sequence += 1;
            for counted in self.seal(batch, tick, now) {
                assert!(gone.remove(&counted), "{counted:?} was sealed, and was not pending");
            }
        }
        gone.retain(|counted| !pending.contains_key(counted));
        self.take_back(&mut gone, &ledger);
        self.expire(gone, &ledger, tick);
        self.pending = pending;
        self.tell_figures(&ledger);
        self.next_tick = ledger.head.next_tick;
        self.accounts = ledger.accounts;

        if let Some(over) = self.window.take_if(|ends| *ends <= now) {
            self.windows_over = over;
        }
        let over =
            "select 1 from persons where window <= ?1 union select 1 from window where ends <= ?1";
        let over = storage.select(&Statement::new(over, [now.0.into()])).unwrap();
        assert!(over.is_empty(), "promise 9: a window that is over is forgotten");
    }

    fn seal(&mut self, batch: &Batch, tick: Instant, now: Instant) -> BTreeSet<Counted> {
        assert!(tick <= now, "nothing is sealed before a tick");
        assert_eq!(batch.day, tick.minus(Duration(1)).day());
        let mut all = BTreeSet::new();
        for cohort in &batch.cohorts {
            let sealed = names(&cohort.question, cohort.n, &cohort.tallies);
            self.judge(cohort, &sealed, tick, now);
            let place = Cohort::of(&cohort.dimension, &cohort.segment);
            assert!(sealed.iter().all(|counted| all.insert(counted.clone())), "sealed twice");
            self.sealed_here.extend(sealed.iter().cloned());
            self.sealed.push((place, sealed));
        }
        all
    }

    fn judge(&self, cohort: &Sealed, sealed: &BTreeSet<Counted>, tick: Instant, now: Instant) {
        let voices: Vec<&Voice> = sealed.iter().map(|(_, name)| &self.voices[name]).collect();
        // Promise 4: large enough by the rule of now, and by the rule when it was begun.
        assert!(cohort.n >= 5 && cohort.min_cohort >= 5);
        assert!(cohort.n >= self.terms.min_cohort, "too small by the rule of now");
        for voice in voices {
            assert!(cohort.n >= voice.min_cohort, "too small by the rule when it was sent");
            // Promise 9: nothing overdue is used.
            assert!(voice.arrived.plus(MONTH) > tick, "pending for more than 30 days");
            assert!(voice.arrived < now, "sealed by its own arrival");
            // Promise 8: whoever was promised time has it.
            assert!(voice.promised.is_none_or(|promised| promised <= now), "sealed too early");
            // Promise 3: in the one cohort that was drawn, or wider.
            let offered = voice.offers.get(&cohort.dimension);
            let stands = match cohort.segment.as_str() {
                NONE => offered.is_some_and(Vec::is_empty),
                OTHER => offered.is_some(),
                segment => offered.is_some_and(|o| o.iter().any(|given| given == segment)),
            };
            assert!(stands || cohort.dimension.is_empty(), "in a cohort that it never named");
        }
    }

    fn expire(&mut self, gone: BTreeSet<Counted>, ledger: &Ledger, tick: Instant) {
        for (question, account) in &ledger.accounts {
            let before = self.accounts.get(question).map_or(0, |account| account.expired);
            let lost: Vec<_> = gone.iter().filter(|(of, _)| of == question).collect();
            assert_eq!(account.expired - before, lost.len() as u64, "{question}: lost {lost:?}");
            let overdue = |(_, name): &&Counted| self.voices[name].arrived.plus(MONTH) <= tick;
            // One that was taken back may have been the oldest.
            let old = self.withdrawn.iter().filter(|(of, _)| of == question);
            let any = lost.iter().copied().chain(old).any(|one| overdue(&one));
            assert!(lost.is_empty() || any, "expired too early");
        }
        assert!(gone.iter().all(|(question, _)| ledger.accounts.contains_key(question)));
        self.expired.extend(gone);
    }

    /// What is told of the accounts moves only by blocks that are large enough (promise 4).
    fn tell_figures(&mut self, ledger: &Ledger) {
        let figures = ledger.figures().into_iter().map(|told| (told.question.clone(), told));
        let figures: BTreeMap<String, Figures> = figures.collect();
        for (question, told) in &figures {
            assert_eq!(told.pending, None);
            let before = self.figures.get(question);
            let moves = [
                (told.accepted, before.map(|b| b.accepted)),
                (told.sealed, before.map(|b| b.sealed)),
                (told.released, before.map(|b| b.released)),
                (told.withdrawn, before.map(|b| b.withdrawn)),
                (told.expired, before.map(|b| b.expired)),
            ];
            for (after, before) in moves {
                let moved = after.abs_diff(before.unwrap_or(0));
                assert!(moved == 0 || moved >= 5, "{question}: a figure moved by {moved}");
            }
            if Some((told.sealed, told.released)) != before.map(|b| (b.sealed, b.released)) {
                let sealed = ledger.batches.iter().flat_map(|batch| &batch.cohorts);
                let sealed = sealed.filter(|cohort| cohort.question == *question);
                let sealed: BTreeSet<Counted> =
                    sealed.flat_map(|c| names(&c.question, c.n, &c.tallies)).collect();
                self.attacker.read(told.sealed, sealed.iter(), question);
                let released = self.sealed_here.difference(&sealed);
                self.attacker.read(told.released, released, question);
            }
            if told.withdrawn != before.map_or(0, |b| b.withdrawn) {
                self.attacker.read(told.withdrawn, self.withdrawn.iter(), question);
            }
            if told.expired != before.map_or(0, |b| b.expired) {
                self.attacker.read(told.expired, self.expired.iter(), question);
            }
        }
        self.figures = figures;
    }

    /// D1 was told something by the Ledger of this incarnation.
    pub fn told(&mut self, d1: &Sqlite, incarnation: u64) {
        if self.deleted {
            return;
        }
        let after = days(d1);
        assert!(self.d1.keys().all(|key| after.contains_key(key)), "nothing leaves D1");
        let mut released = BTreeSet::new();
        for ([_, question, _, _], row) in &self.months {
            released.extend(names(question, row.n, &row.tallies));
        }
        assert_eq!(self.months, months(d1), "the Ledger changes no month");
        for (key, row) in &after {
            let [day, question, dimension, segment] = key;
            let all = names(question, row.n, &row.tallies);
            let before = self.d1.get(key).cloned().unwrap_or_default();
            assert!(all.iter().all(|counted| released.insert(counted.clone())), "released twice");
            if *row == before {
                continue;
            }
            self.attacker.read(row.n, all.iter(), question);
            let added: BTreeSet<_> = all.difference(&self.released).cloned().collect();
            assert_eq!(row.n - before.n, added.len() as u64);
            // What was added are whole sealed cohorts: by themselves large, and disjoint.
            let cohort = Cohort::of(dimension, segment);
            let whole = self.sealed.iter().filter(|(place, _)| *place == cohort);
            let whole: usize =
                whole.filter(|(_, one)| one.is_subset(&added)).map(|(_, one)| one.len()).sum();
            assert_eq!(whole, added.len(), "not as it was sealed");
            // Promise 5. (A lost Ledger has no say in what its last words do.)
            let final_through = self.reported.filter(|_| incarnation == self.incarnation);
            let day = Day::parse(day).unwrap();
            self.days.extend(added.into_iter().map(|counted| (counted, day)));
            assert!(
                final_through.is_none_or(|through| day > through),
                "{day} was said to be final"
            );
        }
        (self.d1, self.released) = (after, released);
    }

    /// The cron ran: every sum is kept, but for what is overdue.
    pub fn rolled_up(&mut self, d1: &Sqlite, retention: Retention, today: Day) {
        let (after, months) = (days(d1), months(d1));
        let (cut, horizon) = (retention.cut(today, None), retention.horizon(today));
        let mut released = BTreeSet::new();
        for (key, row) in after.iter().chain(&months) {
            let [time, question, _, _] = key;
            let all = names(question, row.n, &row.tallies);
            self.attacker.read(row.n, all.iter(), question);
            for counted in all {
                let day = self.days[&counted];
                assert!(day.to_string().starts_with(time), "{counted:?} was released on {day}");
                assert!(time.len() == 7 || day > cut, "promise 9: {time} should be in its month");
                assert!(day >= horizon, "promise 9: {time} should be gone");
                assert!(released.insert(counted), "released twice");
            }
        }
        let gone: BTreeSet<_> = self.released.difference(&released).cloned().collect();
        assert!(gone.iter().all(|counted| self.days[counted] < horizon), "lost: {gone:?}");
        assert!(released.is_subset(&self.released));
        self.forgotten.extend(gone);
        (self.d1, self.months, self.released) = (after, months, released);
    }

    /// Somebody read the figures from one day to another: exactly what was released for these, no more
    /// and no less, whether or not the cron has run.
    pub fn read(&self, from: Day, to: Day, read: &BTreeMap<String, Released>) {
        for (question, released) in read {
            let tallies = Tallies(released.total.tallies.clone());
            let found = names(question, released.total.n, &tallies);
            let within = self.released.iter().filter(|counted| {
                counted.0 == *question && (from..=to).contains(&self.days[*counted])
            });
            assert_eq!(found, within.cloned().collect(), "{question} from {from} to {to}");
        }
    }

    /// How many answers D1 has, and how many it had.
    pub fn released_and_forgotten(&self) -> (u64, u64) {
        (self.released.len() as u64, self.forgotten.len() as u64)
    }

    /// Somebody was told that all is complete through this day.
    pub fn reported(&mut self, day: Day) {
        assert!(self.reported.is_none_or(|before| day >= before), "complete_through went back");
        self.reported = Some(day);
    }

    /// Every answer that was counted is in exactly one place, by name; and nothing else is anywhere.
    pub fn check(&self, ledger: &Ledger, applied: i64) {
        let mut places: BTreeMap<&Counted, u32> = BTreeMap::new();
        let settled = self.expired.iter().chain(&self.released).chain(&self.forgotten);
        for counted in self.pending.keys().chain(settled) {
            *places.entry(counted).or_default() += 1;
        }
        let mut sealed = BTreeSet::new();
        for batch in &ledger.batches {
            for cohort in &batch.cohorts {
                sealed.extend(names(&cohort.question, cohort.n, &cohort.tallies));
            }
            let has_been = |counted: &&Counted| {
                self.released.contains(*counted) || self.forgotten.contains(*counted)
            };
            let known = sealed.iter().filter(has_been).count();
            let has = applied >= batch.sequence as i64;
            assert_eq!(known, if has { sealed.len() } else { 0 }, "D1 has a batch or has it not");
            sealed.retain(|counted| !has_been(&counted));
        }
        for counted in &sealed {
            *places.entry(counted).or_default() += 1;
        }
        let twice: Vec<_> = places.iter().filter(|(_, places)| **places > 1).collect();
        assert!(twice.is_empty(), "counted twice: {twice:?}");
        let lost: Vec<_> = self.expected.iter().filter(|one| !places.contains_key(one)).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        let allowed = |one: &&&Counted| !self.expected.contains(*one) && !self.limbo.contains(*one);
        let stray: Vec<_> = places.keys().filter(allowed).collect();
        assert!(stray.is_empty(), "counted, but should not have been: {stray:?}");
        for (question, account) in &ledger.accounts {
            let here = self.here.iter().filter(|(of, _)| of == question).count() as u64;
            assert_eq!(account.accepted, here, "{question}: accepted");
        }
    }

    /// The storage is gone: what was pending is lost, what was sealed may yet arrive, who was counted
    /// is forgotten.
    pub fn lost(&mut self) {
        self.incarnation += 1;
        let (released, forgotten) = (&self.released, &self.forgotten);
        self.limbo.extend(self.sealed.iter().flat_map(|(_, sealed)| sealed).cloned());
        self.expected.retain(|one| released.contains(one) || forgotten.contains(one));
        self.expired.clear();
        self.withdrawn.clear();
        self.sealed_here.clear();
        self.here.clear();
        self.submissions.clear();
        self.pending.clear();
        self.accounts.clear();
        self.figures.clear();
        self.window = None;
        self.windows += 1;
        self.rescaled = None;
        (self.next_sequence, self.next_tick) = (1, self.created);
        self.windows_over = self.created;
    }
}

fn days(d1: &Sqlite) -> BTreeMap<[String; 4], Release> {
    let rows = d1.rows("select day, question, dimension, segment, n, tallies from cohorts");
    rows.into_iter().map(release).collect()
}

fn months(d1: &Sqlite) -> BTreeMap<[String; 4], Release> {
    let rows = d1.rows("select month, question, dimension, segment, n, tallies from months");
    rows.into_iter().map(release).collect()
}

fn release(row: Row) -> ([String; 4], Release) {
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let key = [0, 1, 2, 3].map(|column| text(&row[column]));
    let Value::Integer(n) = row[4] else { panic!("{row:?}") };
    (key, Release { n: n as u64, tallies: serde_json::from_str(&text(&row[5])).unwrap() })
}
