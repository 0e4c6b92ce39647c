//! `GET /v1/surveys/{id}/kpis`, `/consents` and `/ledger`: what was released, and what may be told of the
//! rest.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::domain::consent_counts::{self, ConsentCounts};
use crate::domain::kpi::{self, Kpi};
use crate::domain::retention::{Cover, Retention};
use crate::domain::time::{Day, Instant};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::d1::{self, Released};
use crate::store::{Statement, notices, roll_up};

use super::config::Config;
use super::definitions::{self, Loaded};
use super::ledger_rpc::{Ask, Told};
use super::request::Call;
use super::{Failure, Outcome, d1 as database, now};

/// How often days may be rolled up under one request before the caller is asked to come back.
const MOST_TRIES: usize = 4;

/// What a reply says of a range of days: KPIs, or consents.
#[derive(Default, Serialize)]
struct Report {
    survey: String,
    from: String,
    to: String,
    /// What was asked for, where retention made it another range.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<Days>,
    /// What the range was widened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    widened: Option<&'static str>,
    /// The first day kept, where the range began before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten_before: Option<String>,
    complete_through: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kpis: Option<Vec<Kpi>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notices: Option<Vec<NoticeReport>>,
}

#[derive(Serialize)]
struct NoticeReport {
    notice: String,
    n: u64,
    use_customer_id: u64,
    use_segments: u64,
    analyse_comment: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

#[derive(Serialize)]
struct Days {
    from: String,
    to: String,
}

impl Report {
    fn of(survey: &str, cover: Cover, (from, to): (Day, Day), complete_through: String) -> Self {
        // Where nothing is kept, the range is told as it was asked for.
        let told = if cover.is_empty() { (from, to) } else { (cover.from, cover.to) };
        let other = cover.widened || cover.forgotten_before.is_some();
        Self {
            survey: survey.to_owned(),
            from: told.0.to_string(),
            to: told.1.to_string(),
            requested: other.then(|| Days { from: from.to_string(), to: to.to_string() }),
            widened: cover.widened.then_some("month"),
            forgotten_before: cover.forgotten_before.map(|day| day.to_string()),
            complete_through,
            ..Self::default()
        }
    }
}

/// 200 with every KPI of the survey over a range of days.
pub async fn kpis(call: &mut Call, config: &Config, id: &str) -> Outcome {
    config.require_key(call.authorization()?.as_deref())?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let survey = loaded.survey();
    let range = query::range(call.query()?, now().day(), &survey.dimension_names())?;
    let complete_through = complete_through(call, id).await?;
    let by = range.by.as_deref();
    let days = (range.from, range.to);
    let statements = |survey, from, to| d1::select_released(survey, from, to, by);
    let (cover, mut released) = released(call, &loaded, days, &statements).await?;

    let themes: Vec<String> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
    let mut kpis = Vec::new();
    for question in &survey.questions {
        let counts = released.remove(&question.id).unwrap_or_default();
        let segments: Vec<_> = counts.segments.into_iter().collect();
        let by = by.map(|dimension| (dimension, segments.as_slice()));
        kpis.extend(kpi::report(question, &themes, &counts.total, by));
    }
    let report = Report::of(id, cover, days, complete_through);
    Ok(Reply::json(200, &Report { kpis: Some(kpis), ..report }))
}

/// 200 with how many consents were counted over a range of days, per notice and flag.
pub async fn consents(call: &mut Call, config: &Config, id: &str) -> Outcome {
    config.require_key(call.authorization()?.as_deref())?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let days = query::days(call.query()?, now().day())?;
    let complete_through = complete_through(call, id).await?;
    let (cover, released) = released(call, &loaded, days, &d1::select_consents).await?;
    let [rows] = database::run(&call.env, [notices::list_since(loaded.definition.survey)]).await?;

    let since = rows.into_iter().map(notices::since).collect::<Result<Vec<_>, _>>()?;
    let report = |(question, released): (&String, &Released)| {
        let notice = consent_counts::notice(question)?;
        let ConsentCounts { n, flags } = ConsentCounts::from(&released.total);
        let [use_customer_id, use_segments, analyse_comment] = flags;
        // A notice may be counted that D1 has lost, to a restore point.
        let since = since.iter().find(|(hash, _)| hash == notice).map(|(_, since)| *since);
        Some(NoticeReport {
            notice: notice.to_owned(),
            n,
            use_customer_id,
            use_segments,
            analyse_comment,
            since: since.map(|since| since.to_string()),
        })
    };
    let notices: Vec<_> = released.iter().filter_map(report).collect();
    let n = notices.iter().map(|notice| notice.n).sum();
    let report = Report::of(id, cover, days, complete_through);
    Ok(Reply::json(200, &Report { n: Some(n), notices: Some(notices), ..report }))
}

/// The last day that is complete. Asked before D1 is read: whatever is complete by this reply is in the
/// rows that are read after it.
async fn complete_through(call: &Call, id: &str) -> Result<String, Failure> {
    match definitions::ask(&call.env, id, &Ask::CompleteThrough).await? {
        Told::CompleteThrough(day) => Ok(Day(day).to_string()),
        _ => Err(definitions::gone(id)),
    }
}

/// What was released in the range, as far as it is kept, and which days that is.
async fn released(
    call: &Call,
    loaded: &Loaded,
    (from, to): (Day, Day),
    statements: &dyn Fn(u64, Day, Day) -> [Statement; 2],
) -> Result<(Cover, BTreeMap<String, Released>), Failure> {
    let (survey, today) = (loaded.definition.survey, now().day());
    let retention: Retention = loaded.survey().retention;
    let mut rolled_through = None;
    for _ in 0..MOST_TRIES {
        let cover = retention.cover(today, rolled_through, from, to);
        let [answerers, tallies] = statements(survey, cover.from, cover.to);
        let all = [roll_up::select_rolled_through(survey), answerers, tallies];
        let [rolled, answerers, tallies] = database::run(&call.env, all).await?;
        let rolled = roll_up::rolled_through(rolled)?;
        if rolled.is_none_or(|day| day <= retention.cut(today, rolled_through)) {
            return Ok((cover, d1::released([answerers, tallies])?));
        }
        // More was rolled up than retention asks for now: the range was not wide enough.
        rolled_through = rolled;
    }
    Err(Failure::Unavailable("days are being rolled up just now".to_owned()))
}

/// 200 with the Ledger's accounts.
pub async fn ledger(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    config.require_key(call.authorization()?.as_deref())?;
    definitions::fresh(&call.env, id).await?;
    match definitions::ask(&call.env, id, &Ask::Accounts).await? {
        Told::Accounts { next_tick, conserved, questions } => Ok(Reply::json(
            200,
            &json!({
                "survey": id,
                "next_tick": Instant(next_tick).to_string(),
                "conserved": conserved,
                "questions": questions,
            }),
        )),
        Told::Deleted => Err(definitions::gone(id)),
        _ => Err(Failure::Fault("the Ledger gave no accounts".to_owned())),
    }
}
