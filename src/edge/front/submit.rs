//! `POST /v1/surveys/{id}/responses`.
//!
//! 1. Read the body: 413, 415. Look at the key, and at how often its holder, or the client, sends: 401,
//!    403, 429.
//! 2. Judge origin, consent and content by the survey as remembered; where it refuses, look at the
//!    current one first: 400, 401, 403, 404, 409, 422.
//! 3. Where a token of Turnstile is asked for, verify it: 422, 503. Not for a submission id that is known:
//!    a token is good once, and a reply may have been lost.
//! 4. Hand pseudonym, answers and dimensions to the Ledger. It counts by the current revision alone:
//!    by another it gives the current one back, and the judging begins anew.
//! 5. 202, alike for a first answer and a repeated one, with a receipt of the consent where one is
//!    wanted; and for a submission id that is known, even where the body would be refused by now. Comments
//!    of a first answer that its writer shares are passed on after that (`relay.rs`).

use std::rc::Rc;

use serde::Serialize;
use serde_json::json;

use crate::domain::access::Scope;
use crate::domain::consent::Consent;
use crate::domain::fault::Fault;
use crate::domain::ledger::Entry;
use crate::domain::pseudonym::{Pseudonym, SubmissionId};
use crate::domain::receipt::Receipt;
use crate::domain::recognition::Recognition;
use crate::domain::relay::score;
use crate::domain::response::{self, Circumstances, Refusal, Response};
use crate::domain::reward;
use crate::domain::time::Instant;
use crate::edge::definitions::{self, Loaded};
use crate::edge::ledger_rpc::{self, Ask, Told};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, now, random};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;

use super::config::Config;
use super::{limit, receipts, relay, turnstile};

/// How often a survey may change under one request before the caller is asked to come back.
const MOST_TRIES: usize = 16;

/// Takes a response.
pub async fn respond(call: &mut Call, config: &Config, id: &str) -> Outcome {
    let dry_run = query::dry_run(call.query()?)?;
    let body = call.body(policy::RESPONSE_TYPES, policy::MOST_RESPONSE).await?;
    let circumstances = Circumstances {
        may_identify: access::offered(call, config, Scope::Ingest, id).await?,
        global_privacy_control: call.global_privacy_control()?,
        all_shown: false,
        dry_run,
    };
    if circumstances.may_identify {
        limit::holder(call, config).await?;
    } else {
        limit::client(call, config, id).await?;
    }
    let arrival = Arrival { body: &body, circumstances, from: call.origin.as_deref() };
    match take(call, config, id, &arrival).await {
        Ok(Some(taken)) => Ok(accepted(taken)),
        Ok(None) => Ok(Reply::json(200, &json!({ "status": "valid" }))),
        Err(Refused::Judged(survey, refusal)) => Err(problem(&survey, refusal).into()),
        Err(Refused::Otherwise(failure)) => Err(failure),
    }
}

/// A response as it arrived, from a page of another site or our own.
pub struct Arrival<'a> {
    /// Its bytes.
    pub body: &'a [u8],
    /// What is known beside them.
    pub circumstances: Circumstances,
    /// The web origin that sent it, to be judged by the survey.
    pub from: Option<&'a str>,
}

/// A reward: alike for a first response and a repeated one.
#[derive(Serialize)]
pub struct Reward {
    /// What is redeemed, once.
    pub code: String,
    /// The last UTC day on which that can be done.
    pub redeemable_until: String,
}

/// A response that was taken, now or before.
pub struct Taken {
    /// Its submission id.
    pub submission_id: String,
    /// The tick that was promised.
    pub until: Instant,
    /// The receipt of its consent, where one is wanted.
    pub receipt: Option<String>,
    /// The reward, where the survey has one.
    pub reward: Option<Reward>,
    /// The questions whose answers its consent covers; none where only the id is known.
    pub answered: Option<Vec<String>>,
}

/// Why a response was not taken.
pub enum Refused {
    /// By this definition of the survey.
    Judged(Rc<Loaded>, Refusal),
    /// For any other reason.
    Otherwise(Failure),
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(failure: E) -> Self {
        Self::Otherwise(failure.into())
    }
}

/// Judges a response and has it counted; nothing where it is only to be judged.
pub async fn take(
    call: &Call,
    config: &Config,
    id: &str,
    arrival: &Arrival<'_>,
) -> Result<Option<Taken>, Refused> {
    let dry_run = arrival.circumstances.dry_run;
    let made = SubmissionId::from_bytes(random()?);
    let remembered = definitions::remembered(id).filter(|_| !dry_run);
    let (mut survey, mut current) = match remembered {
        Some(survey) => (survey, false),
        None => (definitions::fresh(&call.env, id).await?, true),
    };
    let recognition = Recognition { survey: id, invitations: &config.invitations, now: now() };
    // A token is verified once, however often the survey changes meanwhile.
    let mut verified = None;
    for _ in 0..MOST_TRIES {
        let response = match judge(call, arrival, &survey, recognition) {
            Ok(response) => response,
            Err(Refused::Otherwise(Failure::Fault(fault))) => {
                return Err(Failure::Fault(fault).into());
            }
            Err(_) if !current => {
                (survey, current) = (definitions::fresh(&call.env, id).await?, true);
                continue;
            }
            Err(refused) if dry_run => return Err(refused),
            Err(refused) => return repeated(call, id, arrival.body, refused).await.map(Some),
        };
        if dry_run {
            return Ok(None);
        }
        let submission = response.submission_id.clone().unwrap_or_else(|| made.clone());
        if let Some(token) = &response.token {
            let verdict: Result<(), Vec<Fault>> = match verified {
                Some(verdict) => verdict,
                None if is_known(call, id, response.submission_id.as_ref()).await? => Ok(()),
                None => turnstile::verify(config, id, &submission, token).await?,
            };
            verified = Some(verdict.clone());
            match verdict {
                Ok(()) => {}
                Err(_) if !current => {
                    (survey, current) = (definitions::fresh(&call.env, id).await?, true);
                    continue;
                }
                Err(faults) => return Err(Refused::Judged(survey, Refusal::Faulty(faults))),
            }
        }
        let submission_id = submission.reveal();
        let pseudonyms = response
            .customer
            .map(|customer| Pseudonym::of_each(&config.peppers, id, &customer))
            .unwrap_or_default();
        let answers = response.answers.iter().map(|answer| &answer.question);
        let shared = response.shared;
        let answered =
            answers.chain(shared.iter().map(|shared| &shared.question)).cloned().collect();
        let score = score(survey.survey(), &response.answers);
        let entry = Entry {
            revision: survey.definition.revision,
            submission,
            pseudonyms,
            answers: response.answers,
            offers: response.offers,
            consent: response.consent,
        };
        match definitions::ask(&call.env, id, &Ask::Take(entry)).await? {
            Told::Accepted { until, reward: seed, fresh } => {
                if fresh && !shared.is_empty() {
                    relay::begin(call, config, &survey, shared, score);
                }
                let today = now().day();
                let reward = seed.map(|seed| Reward {
                    code: reward::code(config.invitations.current(), id, seed, today),
                    redeemable_until: reward::redeemable_until(today).to_string(),
                });
                let receipt = match response.receipt {
                    Some(consent) => Some(receipt(call, config, &survey, consent).await?),
                    None => None,
                };
                let (until, answered) = (Instant(until), Some(answered));
                return Ok(Some(Taken { submission_id, until, receipt, reward, answered }));
            }
            Told::Current(definition) => {
                (survey, current) = (definitions::remember(definition)?, true);
            }
            Told::Deleted => return Err(definitions::gone(id).into()),
            _ => return Err(Failure::Fault("the Ledger gave no verdict".to_owned()).into()),
        }
    }
    let busy = Problem::new(Kind::Unavailable).detail("The survey is being changed just now.");
    Err(busy.into())
}

#[derive(Serialize)]
struct Accepted<'a> {
    status: &'static str,
    submission_id: &'a str,
    withdrawable_until: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<Reward>,
}

fn accepted(taken: Taken) -> Reply {
    let Taken { submission_id, until, receipt, reward, .. } = taken;
    let (submission_id, withdrawable_until) = (submission_id.as_str(), until.to_string());
    let status = "accepted";
    Reply::json(202, &Accepted { status, submission_id, withdrawable_until, receipt, reward })
}

/// A receipt of a consent to the notice of `survey`; only once the Ledger has taken the response.
async fn receipt(
    call: &Call,
    config: &Config,
    survey: &Loaded,
    consent: Consent,
) -> Result<String, Failure> {
    let receipt = Receipt {
        id: random()?,
        at: now(),
        origin: &call.own_origin(),
        survey_id: &survey.stored.id,
        survey: survey.survey(),
        notice: &survey.notice,
        consent,
    };
    receipts::signed(config, &receipt).await
}

/// Whether a response of this submission id was taken before. Changes nothing.
async fn is_known(
    call: &Call,
    id: &str,
    submission: Option<&SubmissionId>,
) -> Result<bool, Failure> {
    let Some(submission) = submission else { return Ok(false) };
    let told = ledger_rpc::ask(&call.env, id, &Ask::Find(submission.clone())).await?;
    Ok(matches!(told, Told::Accepted { .. }))
}

/// A response that was taken before stays taken, though it would be refused now: whoever lost the
/// first reply, and sends again after the survey has changed, learns that it was counted. Otherwise
/// the refusal. Nothing is written for this.
async fn repeated(call: &Call, id: &str, body: &[u8], refused: Refused) -> Result<Taken, Refused> {
    let submission = match &refused {
        Refused::Judged(_, Refusal::OtherNotice(_) | Refusal::Closed | Refusal::Faulty(_)) => {
            response::submission_id(body)
        }
        _ => None,
    };
    let Some(submission) = submission else { return Err(refused) };
    let submission_id = submission.reveal();
    match ledger_rpc::ask(&call.env, id, &Ask::Find(submission)).await? {
        Told::Accepted { until, .. } => {
            let (until, receipt, reward, answered) = (Instant(until), None, None, None);
            Ok(Taken { submission_id, until, receipt, reward, answered })
        }
        _ => Err(refused),
    }
}

fn judge(
    call: &Call,
    arrival: &Arrival<'_>,
    survey: &Rc<Loaded>,
    recognition: Recognition<'_>,
) -> Result<Response, Refused> {
    let defined = survey.survey();
    if arrival.from.is_some() {
        policy::admit(arrival.from, &call.own_origin(), &defined.origins)?;
    }
    let Arrival { body, circumstances, .. } = *arrival;
    response::read(body, defined, &survey.notice, &survey.tagger, circumstances, recognition)
        .map_err(|refusal| Refused::Judged(Rc::clone(survey), refusal))
}

fn problem(survey: &Loaded, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Unreadable(why) => Problem::new(Kind::Malformed).detail(why.to_string()),
        Refusal::Closed => Problem::new(Kind::SurveyClosed),
        Refusal::KeyNeeded => Problem::new(Kind::KeyNeeded)
            .detail("A customer_id needs a key with the scope `ingest`."),
        Refusal::OtherNotice(faults) => Problem::new(Kind::OtherNotice)
            .faults(faults)
            .member("notice", json!({ "hash": survey.notice, "text": survey.survey().notice })),
        Refusal::Faulty(faults) => Problem::invalid(faults),
    }
}
