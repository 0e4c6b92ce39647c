//! The Durable Object of one survey: holds the Ledger, writes what it decides, keeps it ticking.
//!
//! Three things make it safe. A decision and all it changes are one commit (`transactionSync`), and
//! nobody is answered before it: the platform holds replies back until the commit is on disk. What is
//! kept in memory is only a copy, dropped after any error. And an error never leaves the alarm unset:
//! it is caught, logged, and the alarm set again, for ever.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use wasm_bindgen::JsValue;
use worker::Env;

use crate::domain::hex::hex;
use crate::domain::ledger::{Changes, Due, Entry, Head, Ledger, Marks, Unrevised, Verdict};
use crate::domain::pseudonym::{Secret, SubmissionId};
use crate::domain::survey::Survey;
use crate::domain::time::Instant;
use crate::domain::withdrawal::Lost;
use crate::edge::ledger_rpc::{Ask, Definition, Told};
use crate::edge::{Failure, d1 as database, definitions, now, panic, random};
use crate::store::d1::{self, Telling};
use crate::store::{Misshapen, Statement, ledger};

use super::storage::LedgerStorage;

/// The longest wait, in milliseconds, between two tries to reach D1.
const LONGEST_WAIT: i64 = 300_000;

/// The most turns of the event loop that a commit waits for more responses.
const MOST_TURNS: usize = 32;

/// What is on the desk of one Ledger.
pub struct Desk {
    env: Env,
    storage: LedgerStorage,
    /// The Ledger in memory; `None` until loaded, and again after an error.
    ledger: RefCell<Option<Ledger>>,
    /// Responses that wait for the next commit.
    queue: RefCell<Vec<Waiting>>,
    /// Whether somebody will commit the queue.
    collecting: Cell<bool>,
    /// Whether somebody is telling D1 what is due.
    working: Cell<bool>,
    /// When the alarm will ring, as far as is known.
    alarm: Cell<Option<Instant>>,
    /// How often in a row D1 could not be told.
    failures: Cell<u32>,
}

struct Waiting {
    entry: Entry,
    reply: oneshot::Sender<Told>,
}

impl Desk {
    /// From the object's own `ctx.storage` and `env`.
    pub fn new(storage: JsValue, env: Env) -> Self {
        panic::hush();
        Self {
            env,
            storage: LedgerStorage::new(storage),
            ledger: RefCell::new(None),
            queue: RefCell::default(),
            collecting: Cell::new(false),
            working: Cell::new(false),
            alarm: Cell::new(None),
            failures: Cell::new(0),
        }
    }

    /// The alarm rings.
    pub async fn alarm(&self) {
        self.alarm.set(None);
        self.work().await;
    }

    /// The one method of the contract in `ledger_rpc`.
    pub async fn ask(self: Rc<Self>, message: &str) -> Result<String, JsValue> {
        let failed = |text: String| JsValue::from(js_sys::Error::new(&text));
        let question = serde_json::from_str(message)
            .map_err(|_| failed("a question to the Ledger cannot be read".to_owned()))?;
        let told = match question {
            Ask::Take(entry) => self.take(entry).await,
            other => self.answer(other).await,
        };
        let told = told.map_err(|failure| match failure {
            Failure::Problem(problem) => failed(problem.kind().title().to_owned()),
            Failure::Fault(fault) | Failure::Unavailable(fault) => failed(fault),
        })?;
        serde_json::to_string(&told).map_err(|_| failed("a reply cannot be written".to_owned()))
    }

    /// Takes a response: it joins those that wait for the next commit.
    async fn take(self: Rc<Self>, entry: Entry) -> Result<Told, Failure> {
        let (reply, told) = oneshot::channel();
        self.queue.borrow_mut().push(Waiting { entry, reply });
        if !self.collecting.replace(true) {
            wasm_bindgen_futures::spawn_local(Rc::clone(&self).collect());
        }
        told.await.map_err(|_| Failure::Fault("a commit of responses failed".to_owned()))
    }

    /// Commits what has gathered in the queue once a turn of the platform's event loop brings no more:
    /// under load one sync of the disk serves many responses, and a lone one hardly waits.
    async fn collect(self: Rc<Self>) {
        for _ in 0..MOST_TURNS {
            let gathered = self.queue.borrow().len();
            worker::Delay::from(Duration::ZERO).await;
            if self.queue.borrow().len() == gathered {
                break;
            }
        }
        self.collecting.set(false);
        let group = self.queue.take();
        let (entries, replies): (Vec<_>, Vec<_>) =
            group.into_iter().map(|waiting| (waiting.entry, waiting.reply)).unzip();
        match self.commit_group(entries) {
            Ok(told) => {
                if let Err(Failure::Fault(fault)) = self.set_alarm().await {
                    worker::console_error!("ledger: {fault}");
                }
                for (reply, told) in replies.into_iter().zip(told) {
                    // Whoever has gone away needs no reply; the response is counted all the same.
                    let _gone = reply.send(told);
                }
            }
            Err(Failure::Fault(fault)) => worker::console_error!("ledger: {fault}"),
            Err(_) => {}
        }
    }

    /// Decides on a group and commits it, in one turn of the event loop.
    fn commit_group(&self, entries: Vec<Entry>) -> Result<Vec<Told>, Failure> {
        let now = now();
        let count = entries.len();
        let fresh = Secret::from_bytes(random()?);
        let verdicts = self.change(|ledger, changes| {
            let group = ledger.mark(now, entries, &fresh, changes);
            let known = ledger::known(self.storage.select(ledger::find_known(&group))?)?;
            let verdicts = ledger.take(now, &group, known, &fresh, changes);
            let told = |(verdict, (_, marks)): (Verdict, &(Entry, Marks))| match verdict {
                Verdict::Accepted { withdrawable_until, fresh } => {
                    Told::Accepted { until: withdrawable_until.0, reward: marks.reward, fresh }
                }
                Verdict::OtherRevision => Told::Current(definition(ledger)),
                Verdict::Deleted => Told::Deleted,
            };
            Ok(verdicts.into_iter().zip(&group).map(told).collect())
        })?;
        Ok(verdicts.unwrap_or_else(|| (0..count).map(|_| Told::Unopened).collect()))
    }

    /// Brings the Ledger to the present, lets `decide` change it, and commits both; `None` if no
    /// Ledger was ever opened here. After an error neither memory nor storage has changed.
    fn change<T>(
        &self,
        decide: impl FnOnce(&mut Ledger, &mut Changes) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        // Taken out while it changes: whoever fails below leaves nothing half-changed in memory.
        let loaded = match self.ledger.take() {
            Some(ledger) => Some(ledger),
            None => self.storage.load()?,
        };
        let Some(mut ledger) = loaded else { return Ok(None) };
        let mut changes = Changes::default();
        ledger.advance(now(), &mut changes);
        let decided = decide(&mut ledger, &mut changes)?;
        let swept = changes.forget_before.is_some();
        self.storage.commit(ledger::write(&ledger, &changes))?;
        if swept {
            let any = self.storage.select(Statement::new(ledger::ANYTHING_KEPT, []))?;
            let mut changes = Changes::default();
            ledger.swept(ledger::nothing_left(any)?, &mut changes);
            self.storage.commit(ledger::write(&ledger, &changes))?;
        }
        self.ledger.replace(Some(ledger));
        Ok(Some(decided))
    }

    /// Answers any question but a response.
    async fn answer(&self, question: Ask) -> Result<Told, Failure> {
        match question {
            Ask::Take(_) => Err(Failure::Fault("responses are taken elsewhere".to_owned())),
            Ask::Find(submission) => self.find(&submission),
            Ask::Withdraw(submission) => {
                let told = self.withdraw(&submission)?;
                if let Err(Failure::Fault(fault)) = self.set_alarm().await {
                    worker::console_error!("ledger: {fault}");
                }
                Ok(told)
            }
            Ask::Passed(passed) => {
                let fresh = Secret::from_bytes(random()?);
                self.change(|ledger, changes| {
                    ledger.passed(now(), passed, &fresh, changes);
                    Ok(())
                })?;
                if let Err(Failure::Fault(fault)) = self.set_alarm().await {
                    worker::console_error!("ledger: {fault}");
                }
                Ok(Told::Done)
            }
            Ask::Open(definition) => self.open(definition),
            Ask::Revise { expected, definition } => self.revise(expected, definition).await,
            Ask::Delete => self.delete().await,
            Ask::Wake => {
                self.work().await;
                Ok(Told::Done)
            }
            #[cfg(feature = "bench")]
            Ask::Nothing => Ok(Told::Done),
            #[cfg(feature = "bench")]
            Ask::Panic(text) => {
                crate::edge::panic::over(&text);
                Ok(Told::Done)
            }
            Ask::Accounts => self.look(|ledger| Told::Accounts {
                next_tick: ledger.next_tick(now()).0,
                conserved: ledger.conserved(),
                questions: ledger.figures().iter().map(Into::into).collect(),
            }),
            Ask::CompleteThrough => {
                self.look(|ledger| Told::CompleteThrough(ledger.complete_through(now()).0))
            }
        }
    }

    /// Answers from the Ledger as it stands.
    fn look(&self, tell: impl FnOnce(&Ledger) -> Told) -> Result<Told, Failure> {
        let told = self.change(|ledger, _| {
            Ok(if ledger.head.deleted { Told::Deleted } else { tell(ledger) })
        })?;
        Ok(told.unwrap_or(Told::Unopened))
    }

    /// Looks whether a response was taken before. Unlike [`Desk::change`] it leaves even a due tick
    /// alone: who asks may have consented to nothing.
    fn find(&self, submission: &SubmissionId) -> Result<Told, Failure> {
        if self.ledger.borrow().is_none() {
            let loaded = self.storage.load()?;
            self.ledger.replace(loaded);
        }
        let ledger = self.ledger.borrow();
        let Some(ledger) = ledger.as_ref() else { return Ok(Told::Unopened) };
        let (marker, _) = ledger.head.secret.submission(submission);
        let rows = self.storage.select(ledger::find_submission(marker))?;
        let promised = ledger::submission(rows)?.map(|(tick, _)| tick);
        let recalled = promised.filter(|tick| ledger.recalls(*tick, now()));
        let accepted = |tick: Instant| Told::Accepted { until: tick.0, reward: None, fresh: false };
        Ok(recalled.map_or(Told::Done, accepted))
    }

    /// Takes a response back. A tick that is due runs first, in a commit of its own, so that storage
    /// tells what became of the buckets.
    fn withdraw(&self, submission: &SubmissionId) -> Result<Told, Failure> {
        let fresh = Secret::from_bytes(random()?);
        loop {
            let told = self.change(|ledger, changes| {
                if changes.fates.is_some() {
                    return Ok(None);
                }
                if ledger.head.deleted {
                    return Ok(Some(Told::Deleted));
                }
                let (marker, _) = ledger.head.secret.submission(submission);
                let rows = self.storage.select(ledger::find_submission(marker))?;
                let stored = ledger::submission(rows)?;
                let found = stored
                    .and_then(|(tick, way_back)| ledger.find(submission, (tick, &way_back), now()));
                let Some(found) = found else { return Ok(Some(Told::Unknown)) };
                let fates = self.storage.select(ledger::find_fates(&found.buckets()))?;
                let withdrawal = ledger.withdraw(found, &ledger::fates(fates)?, &fresh, changes);
                let withdrawal = withdrawal.map_err(|Lost| Misshapen("submissions"))?;
                Ok(Some(Told::Withdrawn(withdrawal)))
            })?;
            match told {
                None => return Ok(Told::Unopened),
                Some(Some(told)) => return Ok(told),
                Some(None) => {}
            }
        }
    }

    /// Opens a Ledger for a survey as D1 has it, unless one is here.
    fn open(&self, given: Definition) -> Result<Told, Failure> {
        if self.look(|_| Told::Done).map(|told| !matches!(told, Told::Unopened))? {
            return Ok(Told::Done);
        }
        let incarnation: [u8; 16] = random()?;
        let head = Head {
            survey: given.survey,
            incarnation: hex(&incarnation),
            secret: Secret::from_bytes(random()?),
            created: Instant(given.created),
            revision: given.revision,
            projected: given.revision,
            next_sequence: 1,
            next_bucket: 1,
            next_tick: Instant(given.created),
            windows_over: Instant(given.created),
            sweep_at: None,
            deleted: false,
            definition: given.definition,
        };
        let survey = definitions::read(&head.definition)?;
        let (ledger, changes) = Ledger::open(head, survey);
        self.storage.prepare()?;
        self.storage.commit(ledger::write(&ledger, &changes))?;
        self.ledger.replace(Some(ledger));
        Ok(Told::Done)
    }

    async fn revise(&self, expected: Option<u64>, text: String) -> Result<Told, Failure> {
        let survey = definitions::read(&text)?;
        if self.owes_notice(&survey)? {
            self.work().await;
            if self.owes_notice(&survey)? {
                return Err(Failure::Unavailable(
                    "D1 has not taken the last notice yet".to_owned(),
                ));
            }
        }
        let revised = self.change(|ledger, changes| {
            Ok(match ledger.revise(expected, text, survey, changes) {
                Ok(_) => Told::Current(definition(ledger)),
                Err(Unrevised::OtherRevision) => Told::OtherRevision,
                Err(Unrevised::ScaleChanged(questions)) => Told::ScaleChanged(questions),
                Err(Unrevised::Deleted) => Told::Deleted,
            })
        })?;
        self.work().await;
        Ok(revised.unwrap_or(Told::Unopened))
    }

    /// Whether the notice in force would be followed by another before D1 keeps it.
    fn owes_notice(&self, next: &Survey) -> Result<bool, Failure> {
        Ok(self.change(|ledger, _| Ok(ledger.owes_notice(next)))? == Some(true))
    }

    async fn delete(&self) -> Result<Told, Failure> {
        let deleted = self.change(|ledger, changes| {
            ledger.delete(changes);
            Ok(())
        })?;
        if deleted.is_none() {
            return Ok(Told::Unopened);
        }
        self.work().await;
        let gone = self.change(|ledger, _| Ok(ledger.head.projected >= ledger.head.revision))?;
        if gone == Some(true) {
            return Ok(Told::Deleted);
        }
        Err(Failure::Fault("D1 has not deleted the survey yet".to_owned()))
    }

    /// Does what is due, and sets the alarm for what is not: never fails, never gives up.
    async fn work(&self) {
        if self.working.replace(true) {
            return;
        }
        let worked = self.tell_d1().await;
        self.working.set(false);
        if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) = &worked {
            worker::console_error!("ledger: {fault}");
        }
        self.failures.set(if worked.is_ok() { 0 } else { self.failures.get() + 1 });
        if let Err(Failure::Fault(fault)) = self.set_alarm().await {
            worker::console_error!("ledger: {fault}");
        }
    }

    /// Tells D1 all that is due, one thing after the other.
    async fn tell_d1(&self) -> Result<(), Failure> {
        loop {
            let telling = self.change(|ledger, _| Ok(d1::telling(ledger, now())))?;
            match telling.flatten() {
                Some(Telling::Revision(revision, statements)) => {
                    database::run(&self.env, statements).await?;
                    self.change(|ledger, changes| {
                        ledger.projected(revision, changes);
                        Ok(())
                    })?;
                }
                Some(Telling::Batch(sequence, statements)) => {
                    database::run(&self.env, statements).await?;
                    self.change(|ledger, changes| {
                        ledger.delivered(sequence, changes);
                        Ok(())
                    })?;
                }
                None => return Ok(()),
            }
        }
    }

    /// Sets the alarm for what comes next, if it is not set for that or something sooner.
    async fn set_alarm(&self) -> Result<(), Failure> {
        let now = now();
        let due = match self.ledger.borrow().as_ref().map(Ledger::due) {
            Some(Due::Rest(at)) => at,
            // Something is due, or the Ledger could not even be loaded: again, soon, then later.
            Some(_) => Some(now.plus(crate::domain::time::Duration(self.wait()))),
            None if self.failures.get() == 0 => None,
            None => Some(now.plus(crate::domain::time::Duration(self.wait()))),
        };
        let Some(due) = due else { return Ok(()) };
        if self.alarm.get().is_some_and(|alarm| alarm <= due && alarm > now) {
            return Ok(());
        }
        // An alarm set for now or earlier from within an alarm is lost locally: one millisecond on.
        let at = due.max(now.plus(crate::domain::time::Duration(1)));
        self.storage.set_alarm(at).await?;
        self.alarm.set(Some(at));
        Ok(())
    }

    /// How long to wait before D1 is told again, in milliseconds.
    fn wait(&self) -> i64 {
        match self.failures.get() {
            0 => 1,
            n => (500_i64 << n.min(10)).min(LONGEST_WAIT),
        }
    }
}

fn definition(ledger: &Ledger) -> Definition {
    let head = &ledger.head;
    Definition {
        survey: head.survey,
        created: head.created.0,
        revision: head.revision,
        definition: head.definition.clone(),
    }
}
