//! The benchmarks of a survey, as its owner sends them: figures from elsewhere, each with its source.

use super::fault::{Faults, Pointer};
use super::fields::{distinct, each, id, optional, required, thousandths, values, wording};
use super::json::{Json, Members, integer};
use super::survey::{Benchmark, Survey};

/// The most benchmarks of a survey.
pub const MOST: usize = 200;
/// The most characters of a source.
const MOST_SOURCE: usize = 300;
/// The years that a figure may be of.
const YEARS: (i64, i64) = (1900, 2999);

/// Reads them; whether the survey has such KPIs is for [`check`] to say.
pub fn read(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Vec<Benchmark>> {
    let found = each(json, (0, MOST), pointer, faults, benchmark)?;
    let keys: Vec<(String, &Pointer)> = found.iter().map(|(b, at)| (key(b), at)).collect();
    distinct(keys.iter().map(|(key, at)| (key, *at)), faults);
    Some(values(found))
}

/// What it is for; there is no `/` in an id.
fn key(benchmark: &Benchmark) -> String {
    let Benchmark { question, kpi, option, theme, .. } = benchmark;
    [question, kpi, option.as_deref().unwrap_or(""), theme.as_deref().unwrap_or("")].join("/")
}

fn benchmark(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Benchmark> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let m = &mut members;
    let question = required(m, "question", faults, id);
    let kpi = required(m, "kpi", faults, id);
    let option = optional(m, "option", faults, id);
    let theme = optional(m, "theme", faults, id);
    let value = required(m, "value", faults, thousandths);
    let source = required(m, "source", faults, |j, p, f| wording(j, MOST_SOURCE, p, f));
    let year = optional(m, "year", faults, |j, p, f| integer(j, YEARS.0, YEARS.1, p, f));
    members.finish(faults);
    Some(Benchmark {
        question: question?,
        kpi: kpi?,
        option,
        theme,
        value: value?,
        source: source?,
        year,
    })
}

/// Notes each benchmark that is for no KPI of the survey, or that its KPI cannot reach.
pub fn check(survey: &Survey, faults: &mut Faults) {
    for (index, benchmark) in survey.benchmarks.iter().enumerate() {
        let at = Pointer::root().member("benchmarks").element(index);
        benchmark.named().check(survey, &[("value", Some(benchmark.value))], &at, faults);
    }
}
