//! Drivers: segments whose value differs from the rest of their dimension, and what the total would
//! gain if they scored like the rest: share·(rest − own).
//!
//! Both sides come from the dimension's own released cohorts, which are disjoint, so that they are
//! independent. What is compared at all follows from how many answered, never from what; all that is
//! compared in one reply is one family, whose intervals hold together ([`Confidence::of_all`]). A
//! difference counts where its interval leaves out 0 and [`Measure::parted`] agrees.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::kpi::measure::{Change, Measure};
use crate::domain::kpi::quantile::Confidence;
use crate::domain::kpi::ratio::{Ratio, rounded};
use crate::domain::kpi::{Counts, Ends, Interval, Kpi, Parts, kpis};
use crate::domain::survey::{Direction, Id, Kind, Question, Survey, THEME};
use crate::domain::tally::{NONE, OTHER};

/// Fewer answers than this, in the segment or in the rest, are not compared.
pub const LEAST: u64 = 30;
/// Where more than one in so many of a dimension's answers are in `(other)`, its shares are too
/// uncertain.
pub const OTHER_AT_MOST: u64 = 10;

/// What was released of one question.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Of all of its cohorts.
    pub total: Counts,
    /// Of each dimension, by segment.
    pub dimensions: BTreeMap<String, Parts>,
}

/// The drivers of a survey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drivers {
    /// How many comparisons were made: the family.
    pub compared: usize,
    /// Every KPI that was compared, in the survey's order.
    pub kpis: Vec<Driven>,
    /// What was not compared, and why.
    pub left_out: Vec<LeftOut>,
}

/// A KPI, and what drives it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driven {
    /// The question's id.
    pub question: Id,
    /// Which KPI: `nps`, `csat`, `ces`, `ces_easy`, `rating`, `yes` or `mean`.
    pub kpi: &'static str,
    /// Its unit, which is that of every figure but shares.
    pub unit: Option<String>,
    /// The total's value.
    pub value: Option<f64>,
    /// How many answered.
    pub n: u64,
    /// `higher` or `lower`, whichever is better; absent where the survey does not say (`yes`, `mean`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<&'static str>,
    /// Its drivers, the largest gain first; where lower is better, the largest fall.
    pub drivers: Vec<Driver>,
}

/// A segment that differs from the rest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    /// The dimension.
    pub dimension: String,
    /// The segment.
    pub segment: String,
    /// The segment's own.
    pub own: Side,
    /// That of the dimension's other cohorts, `(none)` and `(other)` among them.
    pub rest: Side,
    /// The rest's value less its own, from integer counts and rounded once.
    pub difference: Option<f64>,
    /// The interval of the difference, which holds at 95 % together with all others of the reply.
    pub interval: Option<Interval>,
    /// Which part of all answers are the segment's, at least and at most: 0 to 1.
    pub share: Range,
    /// What the total would gain, at the least and the largest share.
    pub gain: Gain,
}

/// The value of one side of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The value.
    pub value: Option<f64>,
    /// How many answered.
    pub n: u64,
}

/// Two figures, the lower first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The lower.
    pub low: Option<f64>,
    /// The higher.
    pub high: Option<f64>,
}

/// What the total would gain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// share·(rest − own) at the least and the largest share.
    #[serde(flatten)]
    pub range: Range,
    /// The same at both ends of the difference's interval, too.
    pub interval: Option<Interval>,
    /// Whether the true gain is likely to be larger in size: of themes, which dilute each other.
    pub lower_bound: bool,
}

/// A dimension, or a segment of it, that was not compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// The question.
    pub question: Id,
    /// The dimension.
    pub dimension: String,
    /// The segment; absent where all of them were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// `no_answers`, `much_in_other`, `few_answers` or `few_in_rest`.
    pub reason: &'static str,
}

/// A segment that is to be compared with the rest of its dimension.
struct Pair<'a> {
    dimension: &'a str,
    segment: &'a str,
    own: Vec<Kpi>,
    rest: Vec<Kpi>,
    both: Vec<Kpi>,
    share: [Ratio; 2],
}

/// The drivers of `survey`, from what was found of each question.
pub fn drivers(survey: &Survey, found: &BTreeMap<String, Found>) -> Drivers {
    let none = Found::default();
    let mut left_out = Vec::new();
    let questions: Vec<_> = survey
        .questions
        .iter()
        .filter(|question| !matches!(question.kind, Kind::Choice { .. } | Kind::Comment))
        .map(|question| {
            let of = found.get(&question.id).unwrap_or(&none);
            let mentions = |theme: &str| mentions(survey, found, theme);
            (question, of, pairs(survey, question, of, &mentions, &mut left_out))
        })
        .collect();
    let compared = questions.iter().flat_map(|(.., pairs)| pairs).map(|pair| pair.own.len()).sum();
    let mut all = Vec::new();
    for (question, of, pairs) in questions.iter().filter(|(.., pairs)| !pairs.is_empty()) {
        for (at, total) in kpis(question, &[], &of.total).into_iter().enumerate() {
            let better = better(question, total.kpi);
            let driver = |pair: &Pair<'_>| pair.driver(at, Confidence::of_all(compared)?);
            let mut drivers: Vec<_> = pairs.iter().filter_map(driver).collect();
            let sign = if better == Some("lower") { -1.0 } else { 1.0 };
            drivers.sort_by(|(one, _), (other, _)| (sign * other).total_cmp(&(sign * one)));
            let drivers = drivers.into_iter().map(|(_, driver)| driver).collect();
            let Kpi { question, kpi, unit, value, n, .. } = total;
            all.push(Driven { question, kpi, unit, value, n, better, drivers });
        }
    }
    Drivers { compared, kpis: all, left_out }
}

/// Which way a KPI is to go, where its definition says.
pub(super) fn better(question: &Question, kpi: &str) -> Option<&'static str> {
    match (&question.kind, kpi) {
        (Kind::Ces { direction: Direction::EffortHigh, .. }, "ces") => Some("lower"),
        (Kind::YesNo | Kind::Number { .. }, _) => None,
        _ => Some("higher"),
    }
}

/// How many comments have a theme, and how many there are: of the question where that is the largest
/// part; none where the survey asks for no comment.
fn mentions(survey: &Survey, found: &BTreeMap<String, Found>, theme: &str) -> Option<[u64; 2]> {
    let comments = survey.questions.iter().filter(|question| question.kind == Kind::Comment);
    let counts = comments.map(|question| {
        let total = found.get(&question.id).map(|found| &found.total);
        let tally = total.and_then(|total| total.tallies.get(theme)).copied();
        [tally.unwrap_or(0), total.map_or(0, |total| total.n)]
    });
    counts.max()
}

/// The segments of a question that can be compared; the others are noted in `left_out`.
fn pairs<'a>(
    survey: &'a Survey,
    question: &Question,
    found: &'a Found,
    mentions: &dyn Fn(&str) -> Option<[u64; 2]>,
    left_out: &mut Vec<LeftOut>,
) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for dimension in survey.dimension_names() {
        let mut leave = |segment: Option<&String>, reason| {
            left_out.push(LeftOut {
                question: question.id.clone(),
                dimension: dimension.to_owned(),
                segment: segment.cloned(),
                reason,
            });
        };
        let Some(parts) = found.dimensions.get(dimension) else {
            leave(None, "no_answers");
            continue;
        };
        let n: u64 = parts.values().map(|counts| counts.n).sum();
        let other = parts.get(OTHER).map_or(0, |counts| counts.n);
        if other.saturating_mul(OTHER_AT_MOST) > n {
            leave(None, "much_in_other");
            continue;
        }
        for (segment, counts) in parts.iter().filter(|(name, _)| *name != OTHER && *name != NONE) {
            let mut rest = Counts::default();
            parts
                .iter()
                .filter(|(name, _)| *name != segment)
                .for_each(|(_, part)| add(&mut rest, part));
            if counts.n < LEAST {
                leave(Some(segment), "few_answers");
            } else if rest.n < LEAST {
                leave(Some(segment), "few_in_rest");
            } else {
                let said = Some(segment).filter(|_| dimension == THEME).and_then(|t| mentions(t));
                let [low, high, whole] = match said {
                    // Whoever answered something else alone has no theme; and none above all.
                    Some([tally, comments]) => {
                        let whole = comments.max(found.total.n);
                        [tally.min(whole), tally.min(whole), whole]
                    }
                    None => [counts.n, counts.n.saturating_add(other), n],
                };
                let share = |part: u64| Ratio::new(part.into(), whole.into());
                if let (Some(low), Some(high)) = (share(low), share(high)) {
                    let mut both = rest.clone();
                    add(&mut both, counts);
                    let [own, rest, both] =
                        [counts, &rest, &both].map(|counts| kpis(question, &[], counts));
                    pairs.push(Pair { dimension, segment, own, rest, both, share: [low, high] });
                }
            }
        }
    }
    pairs
}

/// Adds what others were counted.
fn add(sum: &mut Counts, part: &Counts) {
    sum.n += part.n;
    for (key, count) in &part.tallies {
        *sum.tallies.entry(key.clone()).or_default() += count;
    }
}

impl Pair<'_> {
    /// The driver of the KPI at this place, if the two sides differ; and its gain at the least share.
    fn driver(&self, at: usize, confidence: Confidence) -> Option<(f64, Driver)> {
        let (own, rest) = (self.own.get(at)?, self.rest.get(at)?);
        let change = rest.measure.change_at(&own.measure, confidence);
        let change = change.filter(Change::is_significant)?;
        // Where few or skewed answers make the interval too short, this holds.
        let both = &self.both.get(at)?.measure;
        own.measure.parted(&rest.measure, both, confidence)?.then_some(())?;
        let difference = difference(&rest.measure, &own.measure)?;
        let [least, most] = self.share;
        let shares = self.share.map(Ratio::to_f64);
        let [low, high] = times(shares, [difference.to_f64(); 2]);
        let side = |kpi: &Kpi| Side { value: kpi.value, n: kpi.n };
        let driver = Driver {
            dimension: self.dimension.to_owned(),
            segment: self.segment.to_owned(),
            own: side(own),
            rest: side(rest),
            difference: difference.rounded(),
            interval: change.interval(),
            share: Range { low: least.rounded(), high: most.rounded() },
            gain: Gain {
                range: Range { low: rounded(low), high: rounded(high) },
                interval: Interval::new(times(shares, change.ends), change.method),
                lower_bound: self.dimension == THEME,
            },
        };
        Some((least.to_f64() * difference.to_f64(), driver))
    }
}

/// How much more `rest` is than `own`, exactly.
fn difference(rest: &Measure, own: &Measure) -> Option<Ratio> {
    rest.ratio()?.minus(own.ratio()?)
}

/// The least and the largest product of a share, which is not below 0, and a number between the ends.
fn times([least, most]: Ends, [low, high]: Ends) -> Ends {
    [(least * low).min(most * low), (least * high).max(most * high)]
}
