//! Deliveries: how often an event is sent until its receiver takes it, and what is told of that.
//!
//! The schedule is the example of Standard Webhooks 1.0.0: ten attempts over some three days, each wait
//! longer by up to a tenth at random. Cron runs once a minute, so that is the least that passes between
//! two attempts.

use super::time::{Duration, Instant};
use super::webhook::{Missed, message_id};

/// How long to wait after the first attempt, after the second and so on, in seconds.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// How long an attempt is left alone that nobody has told the end of: longer than a receiver may take.
pub const CLAIM: Duration = Duration::seconds(90);
/// How long a delivery is kept.
pub const LIFE: Duration = Duration::days(30);

/// What became of an event so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be sent, or to be sent again.
    Waiting,
    /// Its receiver took it.
    Delivered,
    /// Its receiver did not take it, and it is not sent again.
    Failed,
    /// It is not sent, since its receiver wants no more.
    Dropped,
}

impl State {
    /// Its name on the wire, and in D1.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What became of the event.
    pub state: State,
    /// When it is sent again, if it is.
    pub next: Option<Instant>,
    /// What its receiver replied, if it did.
    pub status: Option<u16>,
    /// Why it was not taken, in a word.
    pub why: Option<&'static str>,
}

impl Outcome {
    /// Of the attempt of this number, from 1, at this time; `random` stretches the wait.
    pub fn of(attempt: u64, sent: Result<u16, Missed>, at: Instant, random: u8) -> Self {
        let missed = match sent {
            Ok(status) => {
                let (state, status) = (State::Delivered, Some(status));
                return Self { state, next: None, status, why: None };
            }
            Err(missed) => missed,
        };
        let after = match missed {
            missed if missed.is_gone() => None,
            Missed::Status(_, Some(seconds)) => {
                wait(attempt, random).map(|wait| wait.max(Duration::seconds(seconds.into())))
            }
            _ => wait(attempt, random),
        };
        let next = after.map(|after| at.plus(after));
        let state = if next.is_some() { State::Waiting } else { State::Failed };
        Self { state, next, status: missed.status(), why: Some(missed.why()) }
    }
}

/// How long to wait after the attempt of this number, from 1; none after the last one.
fn wait(attempt: u64, random: u8) -> Option<Duration> {
    let seconds = WAITS.get(usize::try_from(attempt.checked_sub(1)?).ok()?)?;
    Some(Duration(seconds * 1_000 + seconds * 100 * i64::from(random) / 256))
}

/// Random bytes of an id, the first of which say when: ids in order are events in order.
pub fn ordered(at: Instant, random: [u8; 10]) -> [u8; 16] {
    let mut bytes = [0; 16];
    let time = at.0.to_be_bytes();
    for (byte, from) in bytes.iter_mut().zip(time.into_iter().skip(2).chain(random)) {
        *byte = from;
    }
    bytes
}

/// The id before which no event stands that is kept at this time.
pub fn oldest(at: Instant) -> String {
    message_id(ordered(Instant(at.minus(LIFE).0.max(0)), [0; 10]))
}
