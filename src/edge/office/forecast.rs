//! `GET /v1/surveys/{id}/forecast`: what the next steps of the KPIs may be.

use serde::Serialize;

use crate::domain::access::Scope;
use crate::domain::insight::forecast::{self, Asked, Forecast};
use crate::domain::insight::smoothing::MOST;
use crate::domain::kpi::{self, Counts};
use crate::domain::plan::Plan;
use crate::edge::request::Call;
use crate::edge::{Outcome, access, definitions, now};
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::d1;

use super::config::Config;
use super::report::{self, Report};

/// How many values may be smoothed for one reply, all KPIs together: it takes the time of the Worker.
const MOST_STEPS: usize = 20_000;

/// What a reply says of a range of days.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    range: Report,
    step: &'static str,
    horizon: usize,
    kpis: Vec<Forecast>,
}

/// 200 with the forecast of every KPI; 304 where the caller has that already.
pub async fn forecast(call: &mut Call, config: &Config, id: &str) -> Outcome {
    access::require(call, config, Scope::Read, Some(id)).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let survey = loaded.survey();
    let query::Ahead { days, step, horizon } =
        query::ahead(call.query()?, now().day(), survey.retention)?;
    let complete_through = report::complete_through(&call.env, id).await?;
    let statements = |number, plan: &Plan| {
        let themes: Vec<String> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
        let each = |question| kpi::kpis(question, &themes, &Counts::default()).len();
        let kpis: usize = survey.questions.iter().map(each).sum();
        if plan.steps(step).len().min(MOST).saturating_mul(kpis) > MOST_STEPS {
            return Err(too_many_steps());
        }
        Ok(vec![d1::select_series(number, plan.range.days(), step, plan.by_month)])
    };
    let (plan, tables) = report::read(&call.env, now().day(), &loaded, days, &statements).await?;
    let released = tables.into_iter().next().unwrap_or_default();
    let found = released.into_iter().map(|(question, released)| (question, released.parts));
    let asked = Asked {
        steps: &plan.steps(step),
        step,
        by_month: plan.by_month,
        complete_through,
        horizon,
    };
    let kpis = forecast::forecasts(survey, &found.collect(), asked);
    let range = Report::of(id, plan.range, complete_through);
    let told = Told { range, step: step.name(), horizon, kpis };
    Ok(Reply::json(200, &told).tagged(call.header("if-none-match")?.as_deref()))
}

fn too_many_steps() -> Problem {
    let why = format!(
        "At most {MOST_STEPS} steps are looked at, all KPIs together: ask for longer steps or fewer days."
    );
    Problem::new(Kind::Invalid).parameter("step", "range", &why)
}
