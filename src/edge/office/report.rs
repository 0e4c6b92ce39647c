//! `GET /v1/surveys/{id}/kpis`, `/consents` and `/ledger`: what was released, and what may be told of the
//! rest.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use worker::Env;

use crate::domain::access::Scope;
use crate::domain::consent_counts::{self, ConsentCounts};
use crate::domain::days::{Days, Step};
use crate::domain::kpi::{self, Beside, Counts, Kpi};
use crate::domain::plan::{Plan, Reading};
use crate::domain::relay::{self, PassedCounts};
use crate::domain::templates;
use crate::domain::time::{Day, Instant};
use crate::edge::definitions::{self, Loaded};
use crate::edge::ledger_rpc::{Ask, Told};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, d1 as database, now};
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::d1::{self, Released};
use crate::store::{Statement, notices, roll_up};

use super::config::Config;

/// How often days may be rolled up under one request before the caller is asked to come back.
const MOST_TRIES: usize = 4;
/// How many values the series of one reply may have, all KPIs together.
pub(super) const MOST_STEPS: usize = 40_000;

/// What a reply says of a range of days: KPIs, or consents.
#[derive(Default, Serialize)]
pub(super) struct Report {
    survey: String,
    #[serde(flatten)]
    range: Range,
    /// What the range is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<Range>,
    /// What the series are cut into.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'static str>,
    /// The day through which their steps are months, where those are not what was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_month_through: Option<String>,
    complete_through: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kpis: Option<Vec<Kpi>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notices: Option<Vec<NoticeReport>>,
    /// The responses whose comments were passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    relay: Option<PassedCounts>,
}

#[derive(Serialize)]
struct NoticeReport {
    notice: String,
    n: u64,
    use_customer_id: u64,
    use_segments: u64,
    analyse_comment: u64,
    store_visit: u64,
    share_comment: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

/// A range of days, as far as it is kept.
#[derive(Default, Serialize)]
pub(super) struct Range {
    from: String,
    to: String,
    /// What was asked for, where retention made it another range.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<Requested>,
    /// What the range was widened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    widened: Option<&'static str>,
    /// The first day kept, where the range began before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten_before: Option<String>,
}

#[derive(Serialize)]
struct Requested {
    from: String,
    to: String,
}

impl From<Reading> for Range {
    fn from(reading: Reading) -> Self {
        let told = reading.told();
        let Reading { asked, cover } = reading;
        let other = cover.widened || cover.forgotten_before.is_some();
        let requested = Requested { from: asked.from.to_string(), to: asked.to.to_string() };
        Self {
            from: told.from.to_string(),
            to: told.to.to_string(),
            requested: other.then_some(requested),
            widened: cover.widened.then_some("month"),
            forgotten_before: cover.forgotten_before.map(|day| day.to_string()),
        }
    }
}

impl Report {
    /// The same, where it is compared with another range.
    pub(super) fn compared_with(self, previous: Reading) -> Self {
        Self { previous: Some(previous.into()), ..self }
    }

    pub(super) fn of(survey: &str, range: Reading, complete_through: Day) -> Self {
        let survey = survey.to_owned();
        let complete_through = complete_through.to_string();
        Self { survey, range: range.into(), complete_through, ..Self::default() }
    }
}

/// Two statements for the rows of each [`d1::released`].
pub(super) type Statements = Result<Vec<[Statement; 2]>, Problem>;

/// 200 with every KPI of the survey over a range of days; 304 where the caller has that already.
pub async fn kpis(call: &mut Call, config: &Config, id: &str) -> Outcome {
    access::require(call, config, Scope::Read, Some(id)).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let survey = loaded.survey();
    let query::Range { from, to, by, step, compare } =
        query::range(call.query()?, now().day(), &survey.dimension_names())?;
    let complete_through = complete_through(&call.env, id).await?;
    let by = by.as_deref();
    let themes: Vec<String> = survey.themes.iter().map(|theme| theme.name.clone()).collect();

    let statements = |number, plan: &Plan| {
        let of = |reading: Reading, by| {
            let Days { from, to } = reading.days();
            d1::select_released(number, from, to, by)
        };
        let mut all = vec![of(plan.range, by)];
        if compare {
            all.push(of(plan.previous, by));
        }
        if let Some(step) = step {
            let each = |question| kpi::kpis(question, &themes, &Counts::default()).len();
            let kpis: usize = survey.questions.iter().map(each).sum();
            if plan.steps(step).len().saturating_mul(kpis) > MOST_STEPS {
                return Err(too_many_steps());
            }
            all.push(d1::select_series(number, plan.range.days(), step, plan.by_month));
        }
        Ok(all)
    };
    let (plan, tables) =
        read(&call.env, now().day(), &loaded, Days { from, to }, &statements).await?;
    let mut tables = tables.into_iter();
    let total = tables.next().unwrap_or_default();
    let before = if compare { tables.next().unwrap_or_default() } else { BTreeMap::new() };
    let series = tables.next().unwrap_or_default();
    let steps = step.map(|step| plan.steps(step));

    let none = Released::default();
    let mut kpis = Vec::new();
    for question in &survey.questions {
        let [total, before, series] =
            [&total, &before, &series].map(|all| all.get(&question.id).unwrap_or(&none));
        let beside = Beside {
            by: by.map(|dimension| (dimension, &total.parts)),
            series: steps.as_ref().map(|steps| (steps.as_slice(), &series.parts)),
            previous: compare.then(|| (plan.previous.told(), &before.total, &before.parts)),
            benchmarks: &survey.benchmarks,
            measures: templates::behaviour(survey, &question.id),
        };
        kpis.extend(kpi::report(question, &themes, &total.total, beside));
    }
    let by_month_through = step.and_then(|step| plan.by_month_through(step));
    let report = Report {
        previous: compare.then(|| plan.previous.into()),
        step: step.map(Step::name),
        by_month_through: by_month_through.map(|day| day.to_string()),
        kpis: Some(kpis),
        ..Report::of(id, plan.range, complete_through)
    };
    Ok(Reply::json(200, &report).tagged(call.header("if-none-match")?.as_deref()))
}

pub(super) fn too_many_steps() -> Problem {
    let why = format!(
        "At most {MOST_STEPS} steps are told, all KPIs together: ask for longer steps or fewer days."
    );
    Problem::new(Kind::Invalid).parameter("step", "range", &why)
}

/// 200 with how many consents were counted over a range of days, per notice and flag, and of how many
/// responses comments were passed on.
pub async fn consents(call: &mut Call, config: &Config, id: &str) -> Outcome {
    access::require(call, config, Scope::Read, Some(id)).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let (from, to) = query::days(call.query()?, now().day())?;
    let complete_through = complete_through(&call.env, id).await?;
    let statements = |survey, plan: &Plan| {
        let Days { from, to } = plan.range.days();
        Ok(vec![d1::select_consents(survey, from, to)])
    };
    let (plan, tables) =
        read(&call.env, now().day(), &loaded, Days { from, to }, &statements).await?;
    let released = tables.into_iter().next().unwrap_or_default();
    let [rows] = database::run(&call.env, [notices::list_since(loaded.definition.survey)]).await?;

    let since = rows.into_iter().map(notices::since).collect::<Result<Vec<_>, _>>()?;
    let report = |(question, released): (&String, &Released)| {
        let notice = consent_counts::notice(question)?;
        let ConsentCounts { n, flags } = ConsentCounts::from(&released.total);
        let [use_customer_id, use_segments, analyse_comment, store_visit, share_comment] = flags;
        // A notice may be counted that D1 has lost, to a restore point.
        let since = since.iter().find(|(hash, _)| hash == notice).map(|(_, since)| *since);
        Some(NoticeReport {
            notice: notice.to_owned(),
            n,
            use_customer_id,
            use_segments,
            analyse_comment,
            store_visit,
            share_comment,
            since: since.map(|since| since.to_string()),
        })
    };
    let notices: Vec<_> = released.iter().filter_map(report).collect();
    let passed = released.get(relay::QUESTION);
    let report = Report {
        n: Some(notices.iter().map(|notice| notice.n).sum()),
        notices: Some(notices),
        relay: Some(passed.map(|counts| (&counts.total).into()).unwrap_or_default()),
        ..Report::of(id, plan.range, complete_through)
    };
    Ok(Reply::json(200, &report))
}

/// The last day that is complete. Asked before D1 is read: whatever is complete by this reply is in the
/// rows that are read after it.
pub(super) async fn complete_through(env: &Env, id: &str) -> Result<Day, Failure> {
    match definitions::ask(env, id, &Ask::CompleteThrough).await? {
        Told::CompleteThrough(day) => Ok(Day(day)),
        _ => Err(definitions::gone(id)),
    }
}

/// What was released, by each pair of statements, as one transaction; and for which ranges, by what is
/// kept today.
pub(super) async fn read(
    env: &Env,
    today: Day,
    loaded: &Loaded,
    asked: Days,
    statements: &dyn Fn(u64, &Plan) -> Statements,
) -> Result<(Plan, Vec<BTreeMap<String, Released>>), Failure> {
    let survey = loaded.definition.survey;
    let retention = loaded.survey().retention;
    let mut rolled_through = None;
    for _ in 0..MOST_TRIES {
        let plan = Plan::new(retention, today, rolled_through, asked);
        let mut all = vec![roll_up::select_rolled_through(survey)];
        all.extend(statements(survey, &plan)?.into_iter().flatten());
        let mut tables = database::run_all(env, all).await?.into_iter();
        let rolled = roll_up::rolled_through(tables.next().unwrap_or_default())?;
        if rolled.is_none_or(|day| day <= plan.by_month) {
            let mut released = Vec::new();
            while let (Some(answerers), Some(tallies)) = (tables.next(), tables.next()) {
                released.push(d1::released([answerers, tallies])?);
            }
            return Ok((plan, released));
        }
        // More was rolled up than retention asks for now: the range was not wide enough.
        rolled_through = rolled;
    }
    Err(Failure::Unavailable("days are being rolled up just now".to_owned()))
}

/// 200 with the Ledger's accounts.
pub async fn ledger(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, Some(id)).await?;
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
