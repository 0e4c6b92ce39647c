//! Every few minutes: looks for Ledgers that should have ticked, and rolls up what some surveys keep in
//! D1, and forgets what is overdue there. Alarms are kept by the platform, but one that failed too often is dropped without a word.

use worker::Env;

use crate::domain::time::{Day, Instant};
use crate::edge::ledger_rpc::{self, Ask};
use crate::edge::{Failure, d1 as database};
use crate::http::survey_id::SurveyId;
use crate::store::roll_up::{self, Due};
use crate::store::{Row, d1, rewards};

/// How many Ledgers one run wakes: the platform bounds the calls of a run, to 50 on its free plan.
const PER_RUN: u64 = 40;
/// How many calls one run may spend on rolling up, beside those and two for the lists.
const MOST_ROLL_UPS: usize = 7;
/// How often it runs, in milliseconds; as `wrangler.toml` says.
const EVERY: f64 = 600_000.0;

/// Sees to some surveys, others in each run: `scheduled` (milliseconds since 1970) says whose turn it is,
/// and is the present by which days are rolled up.
pub async fn run(env: &Env, scheduled: f64) -> Result<(), Failure> {
    let last = database::first(env, d1::last_survey_id()).await?;
    let last = last.map(d1::survey_id).transpose()?.unwrap_or(0);
    let turns = last.div_ceil(PER_RUN).max(1);
    let after = ((scheduled / EVERY) as u64 % turns) * PER_RUN;
    let today = Instant(scheduled as i64).day();
    let lists = [
        d1::list_survey_ids(after, PER_RUN),
        roll_up::list_kept(after, after + PER_RUN),
        rewards::forget(today),
    ];
    let [ids, kept, _] = database::run(env, lists).await?;
    for row in ids {
        let id = SurveyId::of(d1::survey_id(row)?);
        if id.number > after + PER_RUN {
            break;
        }
        // One Ledger that cannot be woken must not keep the others asleep.
        if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) =
            ledger_rpc::ask(env, id.text(), &Ask::Wake).await
        {
            worker::console_error!("cron: survey {id}: {fault}");
        }
    }
    roll_up(env, kept, today).await;
    Ok(())
}

/// Rolls up all of them in one transaction. Where that fails, in two of half as many, and so on: so one
/// survey that fails keeps few others waiting, and a long backlog comes in parts. What is left over
/// comes with the next run.
async fn roll_up(env: &Env, kept: Vec<Row>, today: Day) {
    let mut due = Vec::new();
    for row in kept {
        match roll_up::kept(row) {
            Ok(kept) => due.push(kept.due(today)),
            Err(misshapen) => worker::console_error!("cron: a row of {} is misshapen", misshapen.0),
        }
    }
    if due.is_empty() {
        return;
    }
    let mut groups = vec![due];
    for _ in 0..MOST_ROLL_UPS {
        if groups.is_empty() {
            break;
        }
        let group = groups.remove(0);
        if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) =
            database::run(env, roll_up::roll_up(&group)).await
        {
            worker::console_error!("cron: rolling up {} surveys: {fault}", group.len());
            groups.extend(halves(group).into_iter().flatten());
        }
    }
}

/// The two halves of a group; none of a group of one, which waits for the next run.
fn halves(mut group: Vec<Due>) -> Option<[Vec<Due>; 2]> {
    let other = group.split_off(group.len() / 2);
    (!group.is_empty()).then_some([group, other])
}
