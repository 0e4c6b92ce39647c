//! Every few minutes: looks for Ledgers that should have ticked. Alarms are kept by the platform, but
//! one that failed too often is dropped without a word.

use worker::Env;

use crate::http::survey_id::SurveyId;
use crate::store::d1;

use super::ledger_rpc::{self, Ask};
use super::{Failure, d1 as database};

/// How many Ledgers one run wakes: the platform bounds the calls of a run, to 50 on its free plan.
const PER_RUN: u64 = 40;
/// How often it runs, in milliseconds; as `wrangler.toml` says.
const EVERY: f64 = 600_000.0;

/// Wakes some Ledgers, others in each run: `scheduled` (milliseconds since 1970) says whose turn it is.
pub async fn wake_ledgers(env: &Env, scheduled: f64) -> Result<(), Failure> {
    let last = database::first(env, d1::last_survey_id()).await?;
    let last = last.map(d1::survey_id).transpose()?.unwrap_or(0);
    let turns = last.div_ceil(PER_RUN).max(1);
    let after = ((scheduled / EVERY) as u64 % turns) * PER_RUN;
    let [rows] = database::run(env, [d1::list_survey_ids(after, PER_RUN)]).await?;
    for row in rows {
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
    Ok(())
}
