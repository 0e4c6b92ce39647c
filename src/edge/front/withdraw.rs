//! `POST /v1/surveys/{id}/withdrawals`: takes a response back, by its submission id alone.

use serde_json::{Value, json};
use worker::Env;

use crate::domain::pseudonym::SubmissionId;
use crate::domain::way_back::Withdrawal;
use crate::domain::withdrawal::{self, Refusal};
use crate::edge::definitions;
use crate::edge::ledger_rpc::{self, Ask, Told};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;

use super::config::Config;
use super::limit;

/// 200 with what was withdrawn; 404 where the submission is unknown; 410 where nothing of it is pending.
pub async fn withdraw(call: &mut Call, config: &Config, id: &str) -> Outcome {
    query::nothing(call.query()?)?;
    let body = call.body(policy::RESPONSE_TYPES, policy::MOST_RESPONSE).await?;
    limit::client(call, config, id).await?;
    let survey = definitions::fresh(&call.env, id).await?;
    let own = call.own_origin();
    policy::admit(call.origin.as_deref(), &own, &survey.survey().origins)?;
    let submission = withdrawal::read(&body).map_err(|refusal| match refusal {
        Refusal::Unreadable(why) => Problem::new(Kind::Malformed).detail(why.to_string()),
        Refusal::Faulty(faults) => Problem::invalid(faults),
    })?;
    Ok(tell(take_back(&call.env, id, submission).await?)?)
}

/// What came of taking a response back.
pub async fn take_back(
    env: &Env,
    id: &str,
    submission: SubmissionId,
) -> Result<Withdrawal, Failure> {
    match ledger_rpc::ask(env, id, &Ask::Withdraw(submission)).await? {
        Told::Withdrawn(told) => Ok(told),
        Told::Unknown | Told::Unopened => Err(Problem::new(Kind::UnknownSubmission).into()),
        Told::Deleted => Err(definitions::gone(id)),
        _ => Err(Failure::Fault("the Ledger did not withdraw".to_owned())),
    }
}

fn tell(told: Withdrawal) -> Result<Reply, Problem> {
    let mut expired = (!told.expired.is_empty()).then(|| json!(told.expired));
    if told.withdrawn.is_empty() {
        let mut problem = Problem::new(Kind::Final).member("anonymous", json!(told.anonymous));
        if let Some(expired) = expired.take() {
            problem = problem.member("expired", expired);
        }
        return Err(problem);
    }
    let mut body = json!({
        "status": "withdrawn",
        "withdrawn": told.withdrawn,
        "anonymous": told.anonymous,
    });
    if let (Value::Object(members), Some(expired)) = (&mut body, expired) {
        members.insert("expired".to_owned(), expired);
    }
    Ok(Reply::json(200, &body))
}
