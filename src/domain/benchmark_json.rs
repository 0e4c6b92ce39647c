//! The benchmarks of a survey, as its owner sends them: figures from elsewhere, each with its source.

use super::fault::{Faults, Pointer};
use super::fields::{distinct, each, id, optional, required, thousandths, wording};
use super::json::{Json, Members, integer};
use super::survey::{Benchmark, Survey};

/// The most benchmarks of a survey.
pub const MOST: usize = 200;
/// The most characters of a source.
const MOST_SOURCE: usize = 300;
/// The years that a figure may be of.
const YEARS: (i64, i64) = (1900, 2999);

/// Benchmarks as they were sent: as much as could be read of each, with its place and its value, if that
/// could be read.
pub type Drafts = Vec<((Benchmark, Option<i64>), Pointer)>;

/// Reads them; whether the survey has such KPIs is for [`check`] to say.
pub fn read(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Drafts> {
    let found = each(json, (0, MOST), pointer, faults, benchmark)?;
    let keys: Vec<(String, &Pointer)> = found.iter().map(|((b, _), at)| (key(b), at)).collect();
    distinct(keys.iter().map(|(key, at)| (key, *at)), faults);
    Some(found)
}

/// What it is for; there is no `/` in an id.
fn key(benchmark: &Benchmark) -> String {
    let Benchmark { question, kpi, option, theme, .. } = benchmark;
    [question, kpi, option.as_deref().unwrap_or(""), theme.as_deref().unwrap_or("")].join("/")
}

/// A benchmark whose KPI is named, though the rest may not be readable.
fn benchmark(
    json: &Json,
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<(Benchmark, Option<i64>)> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let m = &mut members;
    let before = faults.count();
    let question = required(m, "question", faults, id);
    let kpi = required(m, "kpi", faults, id);
    let option = optional(m, "option", faults, id);
    let theme = optional(m, "theme", faults, id);
    let is_named = faults.count() == before;
    let value = required(m, "value", faults, thousandths);
    let source = required(m, "source", faults, |j, p, f| wording(j, MOST_SOURCE, p, f));
    let year = optional(m, "year", faults, |j, p, f| integer(j, YEARS.0, YEARS.1, p, f));
    members.finish(faults);
    let (question, kpi) = question.zip(kpi).filter(|_| is_named)?;
    // What could not be read has left a fault, so what stands for it here is never used.
    let (figure, source) = (value.unwrap_or_default(), source.unwrap_or_default());
    Some((Benchmark { question, kpi, option, theme, value: figure, source, year }, value))
}

/// Notes each benchmark that is for no KPI of the survey, or that its KPI cannot reach.
pub fn check(survey: &Survey, drafts: &Drafts, faults: &mut Faults) {
    for ((benchmark, value), at) in drafts {
        benchmark.named().check(survey, &[("value", *value)], at, faults);
    }
}
