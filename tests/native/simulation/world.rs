//! The Ledger's object without a platform: the effects of `edge::ledger_object` in the same order, on
//! real SQLite, with a clock that is set and a death before and after every effect.

use counterfoil::domain::ledger::{Changes, Due, Head, Ledger, Unrevised, Verdict};
use counterfoil::domain::pseudonym::{Secret, SubmissionId};
use counterfoil::domain::time::{Day, Duration, Instant};
use counterfoil::store::d1::{self, Telling};
use counterfoil::store::roll_up::{self, Kept};
use counterfoil::store::{Statement, ledger};

use proptest::sample::Index;

use super::oracle::Oracle;
use super::people::{Health, Meanwhile, Reply, Revision, Sent, Terms, survey};
use crate::sqlite::{Sqlite, assert_same};

/// Why something did not come to its end.
#[derive(Debug, PartialEq)]
pub enum Failure {
    /// Everything in memory is gone.
    Crash,
    /// D1 could not be told.
    D1,
}

pub struct World {
    pub storage: Sqlite,
    pub d1: Sqlite,
    pub now: Instant,
    pub alarm: Option<Instant>,
    pub health: Health,
    /// Effects until the next crash.
    pub crash: Option<u8>,
    pub meanwhile: Option<Meanwhile>,
    pub oracle: Oracle,
    memory: Option<Ledger>,
    alarm_known: Option<Instant>,
    failures: u32,
    working: bool,
    /// Calls of D1 whose caller died before they arrived, and the incarnation that made them.
    stragglers: Vec<(u64, Vec<Statement>)>,
    commits: u64,
    random: u64,
}

impl World {
    /// A survey was just created.
    pub fn new(terms: &Terms, created: Instant) -> Self {
        let definition = terms.definition();
        let mut d1 = Sqlite::d1();
        d1.run(&[d1::insert_survey(created, &definition)]).unwrap();
        let mut world = Self {
            storage: Sqlite::ledger(),
            d1,
            now: created,
            alarm: None,
            health: Health::Well,
            crash: None,
            meanwhile: None,
            oracle: Oracle::new(created, terms.clone()),
            memory: None,
            alarm_known: None,
            failures: 0,
            working: false,
            stragglers: Vec::new(),
            commits: 0,
            random: 0,
        };
        world.open().unwrap();
        world
    }

    fn random(&mut self) -> Secret {
        self.random += 1;
        Secret::from_bytes([(self.random % 251) as u8; 32])
    }

    /// Whether everything dies here.
    fn dies(&mut self) -> bool {
        let dies = self.crash == Some(0);
        self.crash = self.crash.map(|left| left.saturating_sub(1));
        dies
    }

    /// The object is started anew, after a crash or by the platform's whim.
    pub fn restart(&mut self) {
        self.memory = None;
        self.alarm_known = None;
        self.failures = 0;
        self.working = false;
        self.crash = None;
        self.meanwhile = None;
    }

    /// What is stored of the Ledger, which must be what is in memory.
    pub fn stored(&self) -> Option<Ledger> {
        let stored = self.storage.load();
        if let (Some(memory), Some(stored)) = (&self.memory, &stored) {
            assert_same(memory, stored);
        }
        stored
    }

    fn commit(&mut self, statements: &[Statement]) -> Result<(), Failure> {
        if self.dies() {
            self.storage.run_and_die(statements);
            return Err(Failure::Crash);
        }
        self.storage.run(statements).unwrap();
        self.commits += 1;
        self.oracle.committed(&self.storage, self.now);
        if self.dies() { Err(Failure::Crash) } else { Ok(()) }
    }

    fn change<T>(
        &mut self,
        decide: impl FnOnce(&Sqlite, &mut Ledger, &mut Changes) -> T,
    ) -> Result<Option<T>, Failure> {
        let loaded = match self.memory.take() {
            Some(ledger) => Some(ledger),
            None => self.storage.load(),
        };
        let Some(mut ledger) = loaded else { return Ok(None) };
        let mut changes = Changes::default();
        ledger.advance(self.now, &mut changes);
        let decided = decide(&self.storage, &mut ledger, &mut changes);
        let swept = changes.forget_before.is_some();
        let statements = ledger::write(&ledger, &changes);
        if !statements.is_empty() {
            self.commit(&statements)?;
        }
        if swept {
            let any = self.storage.rows(ledger::ANYTHING_KEPT);
            let mut changes = Changes::default();
            ledger.swept(ledger::nothing_left(any).unwrap(), &mut changes);
            let statements = ledger::write(&ledger, &changes);
            if !statements.is_empty() {
                self.commit(&statements)?;
            }
        }
        self.memory = Some(ledger);
        Ok(Some(decided))
    }

    /// Responses arrive together, and are committed together.
    pub fn answer(&mut self, replies: &[Reply]) -> Result<(), Failure> {
        loop {
            let sent: Vec<Sent> = replies.iter().map(|reply| self.oracle.send(reply)).collect();
            if let Some(told) = self.take(&sent)? {
                assert_eq!(told.len(), sent.len(), "everybody is answered");
                return self.set_alarm();
            }
            self.open()?;
        }
    }

    fn take(&mut self, sent: &[Sent]) -> Result<Option<Vec<Verdict>>, Failure> {
        let (now, fresh, before) = (self.now, self.random(), self.commits);
        // An entry is handed over, not copied, so it is made again from what it is sent as.
        let entries = sent.iter().map(|sent| {
            serde_json::from_str(&serde_json::to_string(&sent.entry).unwrap()).unwrap()
        });
        let entries = entries.collect();
        let told = self.change(|storage, ledger, changes| {
            let group = ledger.mark(now, entries, &fresh, changes);
            let known = storage.select(&ledger::find_known(&group)).unwrap();
            ledger.take(now, &group, ledger::known(known).unwrap(), &fresh, changes)
        });
        let verdicts = told.as_ref().ok().and_then(|told| told.as_deref());
        if self.commits > before || verdicts.is_some() {
            self.oracle.took(now, sent, verdicts);
        }
        told
    }

    /// One of the last submissions is taken back, as `edge::ledger_object` does it.
    pub fn withdraw(&mut self, which: &Index) -> Result<(), Failure> {
        let number = self.oracle.recent(which);
        let id = SubmissionId::from_bytes(u128::from(number).to_be_bytes());
        let (now, fresh) = (self.now, self.random());
        loop {
            self.oracle.withdrawing = Some(number);
            let told = self.change(|storage, ledger, changes| {
                if changes.fates.is_some() {
                    return None;
                }
                let (marker, _) = ledger.head.secret.submission(&id);
                let rows = storage.select(&ledger::find_submission(marker)).unwrap();
                let stored = ledger::submission(rows).unwrap();
                let Some(found) =
                    stored.and_then(|(tick, way)| ledger.find(&id, (tick, &way), now))
                else {
                    return Some(None);
                };
                let rows = storage.select(&ledger::find_fates(&found.buckets())).unwrap();
                let fates = ledger::fates(rows).unwrap();
                Some(Some(ledger.withdraw(found, &fates, &fresh, changes).unwrap()))
            });
            self.oracle.withdrawing = None;
            match told? {
                Some(None) => {}
                Some(Some(told)) => {
                    self.oracle.withdrew(now, number, told);
                    return self.set_alarm();
                }
                None => return Ok(()),
            }
        }
    }

    /// Opens a Ledger with the survey as D1 has it.
    fn open(&mut self) -> Result<(), Failure> {
        if self.change(|_, _, _| ())?.is_some() {
            return Ok(());
        }
        let row = self.d1.select(&d1::select_survey(1)).unwrap().remove(0);
        let row = d1::survey(row).unwrap();
        let secret = self.random();
        let head = Head {
            survey: row.id,
            incarnation: format!("incarnation {}", self.random),
            secret,
            created: row.created,
            revision: row.revision,
            projected: row.revision,
            next_sequence: 1,
            next_bucket: 1,
            next_tick: row.created,
            windows_over: row.created,
            sweep_at: None,
            deleted: false,
            definition: row.definition,
        };
        let read = survey(&head.definition);
        self.oracle.opened(head.revision, &head.definition);
        let (ledger, changes) = Ledger::open(head, read);
        self.commit(&ledger::write(&ledger, &changes))?;
        self.memory = Some(ledger);
        Ok(())
    }

    pub fn revise(&mut self, revision: &Revision) -> Result<(), Failure> {
        let definition = revision.terms.definition();
        let new = survey(&definition);
        let expected = self.oracle.revision - u64::from(revision.stale);
        let (before, mut revised) = (self.commits, None);
        let told = self.change(|_, ledger, changes| {
            revised = Some(ledger.revise(Some(expected), definition, new, changes));
        });
        if self.commits > before || told.is_ok() {
            match &revised {
                Some(Err(Unrevised::OtherRevision)) => assert!(revision.stale),
                Some(revised) => self.oracle.revised(revised, &revision.terms),
                None => {}
            }
        }
        told?;
        self.work()
    }

    /// The tick that what is pending was promised.
    pub fn promised_tick(&self) -> Option<Instant> {
        let ledger = self.stored()?;
        (!ledger.buckets.is_empty()).then_some(ledger.head.next_tick)
    }

    /// The cron rolls up days to months, and deletes what is overdue.
    pub fn roll_up(&mut self) {
        let today = self.now.day();
        if let Some(kept) = self.kept().filter(|_| self.health != Health::Refuses) {
            self.d1.run(&roll_up::roll_up(&[kept.due(today)])).unwrap();
            self.oracle.rolled_up(&self.d1, kept.retention, today);
        }
    }

    /// How long D1 keeps what, by the definition that it has.
    fn kept(&self) -> Option<Kept> {
        let rows = self.d1.select(&roll_up::list_kept(0, 1)).unwrap();
        rows.into_iter().map(|row| roll_up::kept(row).unwrap()).next()
    }

    /// Reads the figures of a range of days, as `edge::report` does it.
    fn read(&self, from: Day, to: Day) {
        let Some(kept) = self.kept() else { return };
        let cover = kept.retention.cover(self.now.day(), kept.rolled_through, from, to);
        for statements in [
            d1::select_released(1, cover.from, cover.to, None),
            d1::select_consents(1, cover.from, cover.to),
        ] {
            let tables = statements.map(|statement| self.d1.select(&statement).unwrap());
            self.oracle.read(cover.from, cover.to, &d1::released(tables).unwrap());
        }
    }

    /// Reads what anybody may read at any time.
    pub fn look(&mut self) -> Result<(), Failure> {
        let now = self.now;
        let today = now.day();
        for (from, to) in [(-900, 0), (-60, -3), (-9, -8)] {
            self.read(today.plus(from), today.plus(to));
        }
        let read = self.change(|_, ledger, _| {
            (ledger.complete_through(now), ledger.next_tick(now), ledger.conserved())
        })?;
        if let Some((day, tick, conserved)) = read {
            assert!(conserved);
            assert!(tick > now, "no tick is overdue when it is shown");
            self.oracle.reported(day);
        }
        Ok(())
    }

    /// Deletes the survey; whether D1 knows.
    pub fn delete(&mut self) -> Result<bool, Failure> {
        self.oracle.deleted = true;
        self.change(|_, ledger, changes| ledger.delete(changes))?.expect("a Ledger was opened");
        self.work()?;
        let gone = self.change(|_, ledger, _| ledger.head.projected >= ledger.head.revision)?;
        Ok(gone == Some(true))
    }

    /// The alarm rings.
    pub fn ring(&mut self) -> Result<(), Failure> {
        self.alarm = None;
        self.alarm_known = None;
        self.work()
    }

    /// Does what is due, and sets the alarm for what is not.
    pub fn work(&mut self) -> Result<(), Failure> {
        if self.working {
            return Ok(());
        }
        self.working = true;
        let worked = self.tell_d1();
        if worked == Err(Failure::Crash) {
            return worked;
        }
        self.working = false;
        self.failures = if worked.is_ok() { 0 } else { self.failures + 1 };
        self.set_alarm()
    }

    fn tell_d1(&mut self) -> Result<(), Failure> {
        loop {
            let now = self.now;
            let telling = self.change(|_, ledger, _| d1::telling(ledger, now))?;
            match telling.flatten() {
                Some(Telling::Revision(revision, statements)) => {
                    self.tell(statements.to_vec())?;
                    self.change(|_, ledger, changes| ledger.projected(revision, changes))?;
                }
                Some(Telling::Batch(sequence, statements)) => {
                    self.tell(statements.to_vec())?;
                    self.change(|_, ledger, changes| ledger.delivered(sequence, changes))?;
                }
                None => return Ok(()),
            }
        }
    }

    /// Runs a transaction in D1, while the world goes on.
    fn tell(&mut self, statements: Vec<Statement>) -> Result<(), Failure> {
        if self.dies() {
            return Err(Failure::Crash);
        }
        let incarnation = self.oracle.incarnation;
        if self.go_on().is_err() || self.dies() {
            self.stragglers.push((incarnation, statements));
            return Err(Failure::Crash);
        }
        if self.health == Health::Refuses {
            return Err(Failure::D1);
        }
        self.d1.run(&statements).unwrap();
        self.oracle.told(&self.d1, incarnation);
        if self.health == Health::LosesReplies {
            return Err(Failure::D1);
        }
        self.go_on()?;
        if self.dies() { Err(Failure::Crash) } else { Ok(()) }
    }

    fn go_on(&mut self) -> Result<(), Failure> {
        match self.meanwhile.take() {
            Some(Meanwhile::Answer(replies)) => self.answer(&replies),
            Some(Meanwhile::Withdraw(which)) => self.withdraw(&which),
            Some(Meanwhile::Revise(revision)) => self.revise(&revision),
            None => Ok(()),
        }
    }

    /// A call of D1 arrives whose caller has died.
    pub fn straggle(&mut self) {
        if !self.stragglers.is_empty() {
            let (incarnation, statements) = self.stragglers.remove(0);
            // Of a deleted survey, D1 refuses it.
            let _refused = self.d1.run(&statements);
            self.oracle.told(&self.d1, incarnation);
        }
    }

    /// The object's storage is lost, and what is in memory with it.
    pub fn lose_storage(&mut self) {
        self.restart();
        self.alarm = None;
        self.storage = Sqlite::ledger();
        self.oracle.lost();
    }

    fn set_alarm(&mut self) -> Result<(), Failure> {
        let (now, wait) = (self.now, Duration(500_i64 << self.failures.min(9)));
        let due = match self.memory.as_ref().map(Ledger::due) {
            Some(Due::Rest(at)) => at,
            Some(_) => Some(now.plus(wait)),
            None => (self.failures > 0).then(|| now.plus(wait)),
        };
        let Some(due) = due else { return Ok(()) };
        if self.alarm_known.is_some_and(|alarm| alarm <= due && alarm > now) {
            return Ok(());
        }
        if self.dies() {
            return Err(Failure::Crash);
        }
        let at = due.max(now.plus(Duration(1)));
        (self.alarm, self.alarm_known) = (Some(at), Some(at));
        if self.dies() { Err(Failure::Crash) } else { Ok(()) }
    }
}
