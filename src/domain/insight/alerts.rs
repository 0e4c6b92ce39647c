//! Whether the condition of an alert holds, by the very figures that the API tells: what is judged is
//! rounded as it is told, so that nobody who reads the one is contradicted by the other.

use serde_json::{Value, json};

use super::drivers::{Drivers, better};
use crate::domain::alert::{Finding, Side};
use crate::domain::days::Days;
use crate::domain::engagement::Source;
use crate::domain::kpi::business::BusinessKpi;
use crate::domain::kpi::comparison::Previous;
use crate::domain::kpi::figure::Figure;
use crate::domain::kpi::{Counts, Kpi, kpis};
use crate::domain::survey::Survey;

/// Whether a value, or all of its interval where that is asked for, is beyond a limit (in thousandths).
pub fn limit(figure: &Figure, side: Side, limit: i64, certain: bool) -> Finding {
    let Some(value) = figure.value else {
        return Finding::Unknown(figure.reason.as_ref().map_or("no_value", |reason| reason.code));
    };
    let limit = limit as f64 / 1000.0;
    let [low, high] = match &figure.interval {
        Some(interval) if certain => [interval.low, interval.high],
        None if certain => return Finding::Unknown("no_interval"),
        _ => [value, value],
    };
    let beyond = match side {
        Side::Below => high < limit,
        Side::Above => low > limit,
    };
    let figures = json!({
        "value": value,
        "unit": figure.unit,
        "n": figure.n,
        "interval": figure.interval,
    });
    found(beyond, figures)
}

/// Whether a value is significantly worse than over the period before, which is these days; the counts
/// are of both. Where the survey does not say which way is worse, less is.
pub fn drop(
    source: &Source,
    survey: &Survey,
    [now, before]: [Option<&Counts>; 2],
    previous: Days,
) -> Finding {
    let question = source.named().and_then(|named| survey.question(named.question));
    let Some(question) = question else { return Finding::Unknown("no_question") };
    let themes: Vec<_> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
    let none = Counts::default();
    let of = |counts: Option<&Counts>| -> Option<Kpi> {
        let all = kpis(question, &themes, counts.unwrap_or(&none));
        all.into_iter().find(|kpi| source.is(kpi))
    };
    let (Some(now), Some(before)) = (of(now), of(before)) else {
        return Finding::Unknown("no_kpi");
    };
    let previous = Previous::new(&now.measure, &before, previous);
    let (Some(significant), Some(change)) = (previous.significant, previous.change) else {
        let none = now.n == 0 || before.n == 0;
        return Finding::Unknown(if none { "no_answers" } else { "no_interval" });
    };
    let worse = match better(question, now.kpi) {
        Some("lower") => change > 0.0,
        _ => change < 0.0,
    };
    let figures = json!({
        "value": now.value,
        "unit": now.unit,
        "n": now.n,
        "interval": now.interval,
        "previous": previous,
    });
    found(significant && worse, figures)
}

/// Which drivers a KPI of a survey has.
pub fn driver(source: &Source, drivers: &Drivers) -> Finding {
    let Some(named) = source.named() else { return Finding::Unknown("no_kpi") };
    let of = |question: &str| question == named.question;
    let driven = drivers.kpis.iter().find(|kpi| of(&kpi.question) && kpi.kpi == named.kpi);
    let Some(driven) = driven else {
        // Nothing of it could be compared: then nothing can be said to have ended, either.
        return Finding::Unknown("not_compared");
    };
    let mut figures = json!({
        "value": driven.value,
        "unit": driven.unit,
        "n": driven.n,
        "better": driven.better,
        "compared": drivers.compared,
    });
    if driven.drivers.is_empty() {
        if let Value::Object(members) = &mut figures {
            members.insert("drivers".to_owned(), json!([]));
        }
        return Finding::Ends(figures);
    }
    let each = driven.drivers.iter();
    let each = each.map(|one| (format!("{}/{}", one.dimension, one.segment), json!(one)));
    Finding::Drivers(figures, each.collect())
}

/// Whether a customer brings less than it costs to win one.
pub fn clv_below_cpa(kpis: &[BusinessKpi]) -> Finding {
    let of = |name| kpis.iter().find(|kpi| kpi.kpi == name);
    let (Some(value), Some(cost)) = (of("customer_lifetime_value"), of("cost_per_acquisition"))
    else {
        return Finding::Unknown("no_kpi");
    };
    match (value.value, cost.value) {
        (Some(lifetime), Some(acquisition)) => {
            let figures = json!({
                "customer_lifetime_value": lifetime,
                "cost_per_acquisition": acquisition,
            });
            found(lifetime < acquisition, figures)
        }
        _ => {
            let reason = [value, cost].into_iter().find_map(|kpi| kpi.reason.as_ref());
            Finding::Unknown(reason.map_or("no_value", |reason| reason.code))
        }
    }
}

fn found(holds: bool, figures: Value) -> Finding {
    if holds { Finding::Holds(figures) } else { Finding::Ends(figures) }
}
