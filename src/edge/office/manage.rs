//! `POST/GET/PUT/DELETE /v1/surveys[/{id}]`: surveys, by their owner. Reading one is the front's.

use serde_json::json;

use crate::domain::access::Scope;
use crate::domain::fault::{Faults, Pointer};
use crate::domain::json::Json;
use crate::domain::notice;
use crate::domain::survey::Survey;
use crate::domain::survey_json;
use crate::domain::survey_view::{public, stored};
use crate::edge::definitions;
use crate::edge::ledger_rpc::{Ask, Told};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, d1 as database, now};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::http::survey_id::SurveyId;
use crate::store::{d1, notices, webhooks};

use super::config::Config;

/// 201 with the survey as stored; 200, and nothing stored, where it is only to be judged.
pub async fn create(call: &mut Call, config: &Config) -> Outcome {
    let dry_run = query::dry_run(call.query()?)?;
    access::require(call, config, Scope::Admin, None).await?;
    let survey = read_survey(call, config).await?;
    check_webhook(call, &survey).await?;
    if dry_run {
        return Ok(valid(&survey));
    }
    let text = stored(&survey).to_string();
    let now = now();
    let statements = [d1::insert_survey(now, &text), notices::keep_first(&survey.notice, now)];
    let [rows, _] = database::run(&call.env, statements).await?;
    let row = rows
        .into_iter()
        .next()
        .ok_or_else(|| Failure::Fault("D1 did not return the new survey".to_owned()))?;
    let loaded = definitions::remember(d1::survey(row)?.into())?;
    let location = format!("/v1/surveys/{}", loaded.stored.id);
    Ok(loaded.for_owner(201).header("location", location))
}

/// 200 with a page of the surveys that the key may read: whole for whoever may manage them.
pub async fn list(call: &mut Call, config: &Config) -> Outcome {
    let access = access::require_any(call, config, Scope::Read).await?;
    let manages = access.has(Scope::Admin).is_ok();
    let bound = access.surveys.map(|ids| numbers(&ids));
    let (limit, after) = query::page(call.query()?)?;
    let statement = d1::list_surveys(after, limit + 1, bound.as_deref());
    let [rows] = database::run(&call.env, [statement]).await?;
    let mut found = Vec::new();
    for row in rows {
        let loaded = definitions::remember(d1::survey(row)?.into())?;
        let stored = &loaded.stored;
        let told = if manages { stored.for_owner() } else { stored.for_readers() };
        found.push((stored.id.clone(), told));
    }
    Ok(Reply::list(found, limit))
}

/// 200 with the survey as it now is, or as it would be where it is only to be judged; 409 where a question with counts would change its scale; 412
/// where `If-Match` names another revision.
pub async fn replace(call: &mut Call, config: &Config, id: &str) -> Outcome {
    let dry_run = query::dry_run(call.query()?)?;
    access::require(call, config, Scope::Admin, Some(id)).await?;
    let expected = match call.header("if-match")?.as_deref().map(str::trim) {
        None | Some("*") => None,
        Some(etag) => Some(revision(etag).ok_or_else(|| Problem::new(Kind::OtherRevision))?),
    };
    let before = definitions::fresh(&call.env, id).await?;
    let mut survey = read_survey(call, config).await?;
    check_webhook(call, &survey).await?;
    notice::follow(before.survey(), &mut survey);
    if dry_run {
        return match expected.is_some_and(|revision| revision != before.definition.revision) {
            true => Err(Problem::new(Kind::OtherRevision).into()),
            false => Ok(valid(&survey)),
        };
    }
    let question = Ask::Revise { expected, definition: stored(&survey).to_string() };
    match definitions::ask(&call.env, id, &question).await? {
        Told::Current(definition) => Ok(definitions::remember(definition)?.for_owner(200)),
        Told::OtherRevision => Err(Problem::new(Kind::OtherRevision).into()),
        Told::ScaleChanged(questions) => Err(scale_locked(&survey, &questions).into()),
        Told::Deleted => Err(definitions::gone(id)),
        _ => Err(Failure::Fault("the Ledger did not revise".to_owned())),
    }
}

/// 204: the survey, its Ledger and all of its counts are gone.
pub async fn delete(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, Some(id)).await?;
    definitions::fresh(&call.env, id).await?;
    match definitions::ask(&call.env, id, &Ask::Delete).await? {
        Told::Deleted => {
            let _gone = definitions::gone(id);
            Ok(Reply::empty(204))
        }
        _ => Err(Failure::Fault("the Ledger did not delete".to_owned())),
    }
}

/// The numbers of those of these ids that are one.
fn numbers(ids: &[String]) -> Vec<u64> {
    ids.iter().filter_map(|id| SurveyId::parse(id)).map(|id| id.number).collect()
}

/// What a survey that is only judged would be: to its owner, and to respondents. Whether its scales may
/// change only the Ledger knows, and it is not asked.
fn valid(survey: &Survey) -> Reply {
    let (survey, public) = (stored(survey), public(survey));
    Reply::json(200, &json!({ "status": "valid", "survey": survey, "public": public }))
}

async fn read_survey(call: &mut Call, config: &Config) -> Result<Survey, Failure> {
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let read = survey_json::read_for(&document, config.has_turnstile);
    Ok(read.map_err(|faults| Problem::invalid(faults.into_vec()))?)
}

/// A problem where comments are to be passed on to a webhook that there is not.
async fn check_webhook(call: &Call, survey: &Survey) -> Result<(), Failure> {
    let Some(relay) = &survey.relay else { return Ok(()) };
    if database::first(&call.env, webhooks::select(&relay.webhook)).await?.is_some() {
        return Ok(());
    }
    let mut faults = Faults::default();
    let pointer = Pointer::root().member("relay").member("webhook");
    faults.add(&pointer, "reference", "There is no webhook with this id: make it first.");
    Err(Problem::invalid(faults.into_vec()).into())
}

/// The revision that an entity tag of ours names.
fn revision(etag: &str) -> Option<u64> {
    etag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn scale_locked(survey: &Survey, questions: &[String]) -> Problem {
    let mut faults = Faults::default();
    for (index, question) in survey.questions.iter().enumerate() {
        if questions.contains(&question.id) {
            faults.add(
                &Pointer::root().member("questions").element(index),
                "scale_locked",
                "This question has counts: its kind and scale stay. Add a new question instead.",
            );
        }
    }
    Problem::new(Kind::ScaleLocked).faults(faults.into_vec())
}
