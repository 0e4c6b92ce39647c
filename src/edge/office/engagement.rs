//! `GET/PUT /v1/engagement`: one score of all that the team weighs. It is about several surveys and about
//! the business, so keys that are bound to surveys are refused.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;

use crate::domain::access::Scope;
use crate::domain::days::Days;
use crate::domain::engagement::{Engagement, Part};
use crate::domain::engagement_json;
use crate::domain::facts::Channels;
use crate::domain::json::Json;
use crate::domain::kpi::Interval;
use crate::domain::kpi::business::Reason;
use crate::domain::kpi::engagement::{Composite, Previous, Scored, composite};
use crate::domain::kpi::figure::Figure;
use crate::domain::plan::{Plan, Reading};
use crate::domain::survey::Id;
use crate::edge::definitions::{self, Loaded};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, d1 as database, now};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::http::survey_id::SurveyId;
use crate::store::d1::{self, Released};
use crate::store::engagement as store;

use super::config::Config;
use super::facts;
use super::report::{self, Report};

/// What a reply about the score says.
#[derive(Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    revision: u64,
    from: String,
    to: String,
    value: Option<f64>,
    unit: &'static str,
    interval: Option<Interval>,
    covered: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Previous>,
    parts: Vec<Scored>,
    /// What was read of each survey that there is.
    surveys: Vec<Report>,
    /// On how many days anything was reported, where a part is of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_reported: Option<u64>,
}

/// What a reply about the definition says.
#[derive(Serialize)]
struct Defined {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    revision: u64,
    parts: Vec<Part>,
}

/// What was released of each question.
type ByQuestion = BTreeMap<Id, Released>;

/// What is found of a survey: what it is, and what was released in the range and in the period before.
struct Found {
    loaded: Rc<Loaded>,
    released: [ByQuestion; 2],
}

/// 200 with the score over a range of days; 304 where the caller has that already.
pub async fn read(call: &mut Call, config: &Config) -> Outcome {
    access::require(call, config, Scope::Read, None).await?;
    let query::Range { from, to, compare, .. } = query::range_compared(call.query()?, now().day())?;
    let asked = Days { from, to };
    let row = database::first(&call.env, store::select()).await?;
    let (revision, engagement) = match row.map(store::engagement).transpose()? {
        Some((revision, definition)) => (revision, stored(&definition)?),
        None => (0, Engagement::default()),
    };

    let mut reports = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for loaded in surveys(call, &engagement.surveys()).await? {
        let id = &loaded.stored.id;
        // One that was deleted since is like one that was deleted before.
        let Some(complete_through) = unless_gone(report::complete_through(&call.env, id).await)?
        else {
            continue;
        };
        let (plan, released) = released(call, &loaded, asked, compare).await?;
        let mut report = Report::of(id, plan.range, complete_through);
        report.previous = compare.then(|| plan.previous.into());
        reports.push(report);
        found.push(Found { loaded, released });
    }
    let mut ranges = Vec::new();
    if engagement.has_business() {
        ranges.push(asked);
        ranges.extend(compare.then(|| asked.previous()));
    }
    let mut sums = facts::sums(&call.env, &ranges).await?.into_iter();
    let (now_reported, before_reported) = (sums.next(), sums.next());

    let figures = |period: fn(&[ByQuestion; 2]) -> &ByQuestion, channels: &Channels| {
        let figure = |part: &Part| {
            let source = &part.source;
            let found = found.iter().find(|found| source.survey() == Some(&found.loaded.stored.id));
            let counted = found.map(|found| {
                let counts = source.question().and_then(|id| period(&found.released).get(id));
                (found.loaded.survey(), counts.map(|released| &released.total))
            });
            Figure::of(source, counted, channels)
        };
        engagement.parts.iter().map(figure).collect::<Vec<_>>()
    };
    let before = compare.then(|| {
        let channels = before_reported.unwrap_or_default().channels;
        (asked.previous(), figures(|[_, before]| before, &channels))
    });
    let days_reported = now_reported.as_ref().map(|sums| sums.days);
    let now = figures(|[now, _]| now, &now_reported.unwrap_or_default().channels);
    let Composite { value, unit, interval, covered, reason, previous, parts } =
        composite(&engagement, now, before);
    let told = Told {
        name: engagement.name,
        revision,
        from: from.to_string(),
        to: to.to_string(),
        value,
        unit,
        interval,
        covered,
        reason,
        previous,
        parts,
        surveys: reports,
        days_reported,
    };
    let known = call.header("if-none-match")?;
    Ok(Reply::json(200, &told).tagged_after(&format!("{revision}."), known.as_deref()))
}

/// 200 with the definition as it now is; 412 where `If-Match` names another revision.
pub async fn replace(call: &mut Call, config: &Config) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let expected = match call.header("if-match")?.as_deref().map(str::trim) {
        None | Some("*") => None,
        Some(etag) => Some(revision(etag).ok_or_else(|| Problem::new(Kind::OtherRevision))?),
    };
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let draft = engagement_json::read(&document);
    let loaded = surveys(call, &draft.surveys()).await?;
    let known: Vec<_> =
        loaded.iter().map(|loaded| (loaded.stored.id.as_str(), loaded.survey())).collect();
    let engagement = draft.check(&known).map_err(|faults| Problem::invalid(faults.into_vec()))?;
    // A name and parts always serialise.
    let definition = serde_json::to_string(&engagement).unwrap_or_default();
    let row = database::first(&call.env, store::replace(&definition, expected)).await?;
    let Some(row) = row else { return Err(Problem::new(Kind::OtherRevision).into()) };
    let (revision, definition) = store::engagement(row)?;
    let Engagement { name, parts } = stored(&definition)?;
    let defined = Defined { name, revision, parts };
    Ok(Reply::json(200, &defined).header("etag", format!("\"{revision}\"")))
}

/// The revision that an entity tag of ours begins with.
fn revision(etag: &str) -> Option<u64> {
    let tag = etag.strip_prefix('"')?.strip_suffix('"')?;
    tag.split_once('.').map_or(tag, |(revision, _)| revision).parse().ok()
}

/// A definition as D1 has it.
fn stored(definition: &str) -> Result<Engagement, Failure> {
    let wrong = || Failure::Fault("a row of engagement is not of the expected shape".to_owned());
    let json = Json::read(definition.as_bytes()).map_err(|_| wrong())?;
    engagement_json::read(&json).stored().map_err(|_| wrong())
}

/// Those of these surveys that there are.
async fn surveys(call: &Call, ids: &[&str]) -> Result<Vec<Rc<Loaded>>, Failure> {
    let numbers = ids.iter().filter_map(|id| SurveyId::parse(id).map(|id| id.number));
    let numbers: Vec<u64> = numbers.collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let [rows] = database::run(&call.env, [store::select_surveys(&numbers)]).await?;
    rows.into_iter().map(|row| definitions::remember(d1::survey(row)?.into())).collect()
}

/// What was released of each question of a survey, in the range and in the period before.
async fn released(
    call: &Call,
    loaded: &Loaded,
    asked: Days,
    compare: bool,
) -> Result<(Plan, [ByQuestion; 2]), Failure> {
    let statements = |number, plan: &Plan| {
        let of = |reading: Reading| {
            let Days { from, to } = reading.days();
            d1::select_released(number, from, to, None)
        };
        let mut all = vec![of(plan.range)];
        all.extend(compare.then(|| of(plan.previous)));
        Ok(all)
    };
    let (plan, tables) = report::read(&call.env, now().day(), loaded, asked, &statements).await?;
    let mut tables = tables.into_iter();
    let mut next = || tables.next().unwrap_or_default();
    Ok((plan, [next(), next()]))
}

/// None of a survey that is not there.
fn unless_gone<T>(outcome: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Problem(problem)) if problem.kind() == Kind::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}
