//! `POST /v1/surveys/{id}/responses`.
//!
//! 1. Read the body: 413, 415.
//! 2. Judge origin, consent and content by the survey as remembered; where it refuses, look at the
//!    current one first: 400, 401, 403, 404, 409, 422.
//! 3. Hand pseudonym, answers and dimensions to the Ledger. It counts by the current revision alone:
//!    by another it gives the current one back, and the judging begins anew.
//! 4. 202, alike for a first answer and a repeated one; and for a submission id that is known, even
//!    where the body would be refused by now.

use std::rc::Rc;

use serde_json::json;

use crate::domain::ledger::Entry;
use crate::domain::pseudonym::{Pseudonym, SubmissionId};
use crate::domain::response::{self, Circumstances, Refusal, Response};
use crate::domain::time::Instant;
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;

use super::config::Config;
use super::definitions::{self, Loaded};
use super::ledger_rpc::{self, Ask, Told};
use super::request::Call;
use super::{Failure, Outcome, random};

/// How often a survey may change under one request before the caller is asked to come back.
const MOST_TRIES: usize = 16;

/// Takes a response.
pub async fn respond(call: &mut Call, config: &Config, id: &str) -> Outcome {
    let dry_run = query::dry_run(call.query()?)?;
    let body = call.body(policy::RESPONSE_TYPES, policy::MOST_RESPONSE).await?;
    let circumstances = Circumstances {
        may_identify: config.key(call.authorization()?.as_deref())?,
        global_privacy_control: call.header("sec-gpc")?.as_deref() == Some("1"),
    };
    let made = SubmissionId::from_bytes(random()?);

    let remembered = definitions::remembered(id).filter(|_| !dry_run);
    let (mut survey, mut current) = match remembered {
        Some(survey) => (survey, false),
        None => (definitions::fresh(&call.env, id).await?, true),
    };
    for _ in 0..MOST_TRIES {
        let response = match judge(call, &body, &survey, circumstances) {
            Ok(response) => response,
            Err(Failure::Problem(_)) if !current => {
                (survey, current) = (definitions::fresh(&call.env, id).await?, true);
                continue;
            }
            Err(failure) if dry_run => return Err(failure),
            Err(failure) => return repeated(call, id, &body, failure).await,
        };
        if dry_run {
            return Ok(Reply::json(200, &json!({ "status": "valid" })));
        }
        let submission = response.submission_id.unwrap_or_else(|| made.clone());
        let submission_id = submission.reveal();
        let pseudonym =
            response.customer.map(|customer| Pseudonym::of(&config.pepper, id, &customer));
        let entry = Entry {
            revision: survey.definition.revision,
            submission,
            pseudonym,
            answers: response.answers,
            offers: response.offers,
            consent: response.consent,
        };
        match definitions::ask(&call.env, id, &Ask::Take(entry)).await? {
            Told::Accepted(until) => return Ok(accepted(&submission_id, until)),
            Told::Current(definition) => {
                (survey, current) = (definitions::remember(definition)?, true);
            }
            Told::Deleted => return Err(definitions::gone(id)),
            _ => return Err(Failure::Fault("the Ledger gave no verdict".to_owned())),
        }
    }
    Err(Problem::new(Kind::Unavailable).detail("The survey is being changed just now.").into())
}

fn accepted(submission_id: &str, until: i64) -> Reply {
    Reply::json(
        202,
        &json!({
            "status": "accepted",
            "submission_id": submission_id,
            "withdrawable_until": Instant(until).to_string(),
        }),
    )
}

/// A response that was taken before stays taken, though it would be refused now: whoever lost the
/// first reply, and sends again after the survey has changed, learns that it was counted. Otherwise
/// the refusal. Nothing is written for this.
async fn repeated(call: &Call, id: &str, body: &[u8], refused: Failure) -> Outcome {
    let Failure::Problem(problem) = &refused else { return Err(refused) };
    let submission = match problem.kind() {
        Kind::OtherNotice | Kind::SurveyClosed | Kind::Invalid => response::submission_id(body),
        _ => None,
    };
    let Some(submission) = submission else { return Err(refused) };
    let submission_id = submission.reveal();
    match ledger_rpc::ask(&call.env, id, &Ask::Find(submission)).await? {
        Told::Accepted(until) => Ok(accepted(&submission_id, until)),
        _ => Err(refused),
    }
}

fn judge(
    call: &Call,
    body: &[u8],
    survey: &Rc<Loaded>,
    circumstances: Circumstances,
) -> Result<Response, Failure> {
    if call.origin.is_some() {
        let own = call.own_origin();
        policy::admit(call.origin.as_deref(), &own, &survey.survey().origins)?;
    }
    let read = response::read(body, survey.survey(), &survey.notice, &survey.tagger, circumstances);
    Ok(read.map_err(|refusal| match refusal {
        Refusal::Unreadable(why) => Problem::new(Kind::Malformed).detail(why.to_string()),
        Refusal::Closed => Problem::new(Kind::SurveyClosed),
        Refusal::KeyNeeded => Problem::new(Kind::KeyNeeded)
            .detail("A customer_id needs a key with the scope `ingest`."),
        Refusal::OtherNotice(faults) => Problem::new(Kind::OtherNotice)
            .faults(faults)
            .member("notice", json!({ "hash": survey.notice, "text": survey.survey().notice })),
        Refusal::Faulty(faults) => Problem::invalid(faults),
    })?)
}
