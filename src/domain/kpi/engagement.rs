//! The engagement score: a weighted mean, on 0..100, of KPIs of surveys and of the business.
//!
//! Each part counts linearly: its floor as 0, its target as 100, what is beyond either as the nearer of
//! the two. A part without a value is named with the reason and stays out of the mean: it is never
//! counted as 0, and its weight is shared by the others in proportion. All of it is exact, and rounded
//! once.
//!
//! The parts of one survey come from the same people, and how their answers go together is never kept. So
//! no interval can take them for independent. The one that is told holds whatever their dependence: each
//! part of a survey has its interval at such a level that all hold at once ([`Confidence::of_all`]), and
//! the score of their ends is its ends. A change is judged alike, by the ends of both periods, all of which
//! hold at once. Facts are records, not samples, and have no width.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::business::Reason;
use super::business_report::RECORDS;
use super::figure::Figure;
use super::measure::Change;
use super::quantile::Confidence;
use super::ratio::{Ratio, decimal, floor_of_sum};
use super::{Ends, Interval};
use crate::domain::days::Days;
use crate::domain::engagement::{Engagement, Part};

/// The method of the interval: Dunn 1961, by Bonferroni's inequality.
const METHOD: &str = "bonferroni";
/// Weights, floors and targets are in thousandths.
const THOUSAND: i128 = 1000;

/// A part of the score, explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Which KPI, and how it counts.
    pub part: Part,
    /// What the KPI is.
    pub figure: Figure,
    /// The value on the way from the floor to the target: 0 to 100; null without a value.
    pub score: Option<f64>,
    /// How many points of the composite score are this part's; those of all parts add up to it, but for
    /// rounding.
    pub contribution: Option<f64>,
    /// The same KPI over the period before, where asked for.
    pub previous: Option<Before>,
}

/// A part over the period before.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// What the KPI was.
    pub figure: Figure,
    /// Its score then.
    pub score: Option<f64>,
}

impl Serialize for Scored {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.part.write(&mut map)?;
        self.figure.write(self.score, &mut map)?;
        map.serialize_entry("contribution", &self.contribution)?;
        if self.previous.is_some() {
            map.serialize_entry("previous", &self.previous)?;
        }
        map.end()
    }
}

impl Serialize for Before {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.figure.write(self.score, &mut map)?;
        map.end()
    }
}

/// The engagement score.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Composite {
    /// 0 to 100, to two decimals; null with a `reason`.
    pub value: Option<f64>,
    /// `points`.
    pub unit: &'static str,
    /// What holds the score with at least 95 %, however its parts depend on each other; null where no
    /// part is of a sample, or where one of a sample has no interval.
    pub interval: Option<Interval>,
    /// The part of all weight that has values: 0 to 1, to two decimals; null where there are no parts.
    pub covered: Option<f64>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The score over the period before, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// Its parts, in the team's order.
    pub parts: Vec<Scored>,
}

/// The score over the period before, and the change since.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Previous {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The score then.
    pub value: Option<f64>,
    /// The part of all weight that had values then.
    pub covered: Option<f64>,
    /// The score now less the score then, rounded once; null unless the same parts have values.
    pub change: Option<f64>,
    /// Whether the interval of the change leaves out 0; null where there is none.
    pub significant: Option<bool>,
    /// The method of that interval: `bonferroni`, or [`RECORDS`] where no part is of a sample.
    pub method: &'static str,
    /// What holds the change with at least 95 %; null where there is no change, where no part is of a
    /// sample, and where one of a sample has no interval.
    pub interval: Option<Interval>,
    /// Why there is no value, or no change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// The score of a part, exactly, and its weight.
type Term = Option<(Ratio, i128)>;

/// The score of `engagement` from what its parts are, in their order; and over the period before, if that
/// is asked for.
pub fn composite(
    engagement: &Engagement,
    now: Vec<Figure>,
    before: Option<(Days, Vec<Figure>)>,
) -> Composite {
    let parts = &engagement.parts;
    let terms: Vec<Term> = terms(parts, &now);
    let whole: i128 = parts.iter().map(|part| i128::from(part.weight)).sum();
    let held = held(&terms);
    let told = |term: &Term| term.and_then(|(score, _)| score.rounded());
    let own = Scores { parts, figures: &now, terms: &terms };
    let interval = Confidence::of_all(own.samples()).and_then(|confidence| own.ends(confidence));
    let interval = interval.and_then(|ends| Interval::new(ends, METHOD));
    let before = before.map(|(days, figures)| {
        let terms = self::terms(parts, &figures);
        (days, figures, terms)
    });
    let previous = before.as_ref().map(|(days, figures, terms)| {
        previous(*days, whole, &own, &Scores { parts, figures, terms })
    });
    let mut scored: Vec<Scored> = parts
        .iter()
        .zip(now)
        .zip(&terms)
        .map(|((part, figure), term)| {
            let share = term.and_then(|(score, weight)| score.times(Ratio::new(weight, held)?));
            Scored {
                part: part.clone(),
                figure: figure.unless(term.is_some()),
                score: told(term),
                contribution: share.and_then(Ratio::rounded),
                previous: None,
            }
        })
        .collect();
    if let Some((_, figures, terms)) = before {
        for ((scored, figure), term) in scored.iter_mut().zip(figures).zip(&terms) {
            let score = told(term);
            scored.previous = Some(Before { figure: figure.unless(term.is_some()), score });
        }
    }
    let value = mean(&terms);
    Composite {
        value,
        unit: "points",
        interval,
        covered: Ratio::new(held, whole).and_then(Ratio::rounded),
        reason: value.is_none().then(|| without_value(parts.is_empty())),
        previous,
        parts: scored,
    }
}

fn without_value(no_parts: bool) -> Reason {
    Reason { code: if no_parts { "no_parts" } else { "no_values" }, facts: Vec::new() }
}

fn previous(days: Days, whole: i128, now: &Scores<'_>, before: &Scores<'_>) -> Previous {
    let value = mean(before.terms);
    let pairs = now.terms.iter().zip(before.terms);
    let same = pairs.into_iter().all(|(now, before)| now.is_some() == before.is_some());
    let reason = match value {
        None => Some(without_value(before.parts.is_empty())),
        Some(_) => (!same).then(|| Reason { code: "other_parts", facts: Vec::new() }),
    };
    let change = change(now.terms, before.terms).filter(|_| same);
    let samples = now.samples() + before.samples();
    let judged = Confidence::of_all(samples).filter(|_| change.is_some()).and_then(|confidence| {
        let ([low, high], [least, most]) = (now.ends(confidence)?, before.ends(confidence)?);
        Some(Change { ends: [low - most, high - least], method: METHOD })
    });
    Previous {
        from: days.from.to_string(),
        to: days.to.to_string(),
        value,
        covered: Ratio::new(held(before.terms), whole).and_then(Ratio::rounded),
        change,
        significant: judged.map(|change| change.is_significant()),
        method: if samples > 0 { METHOD } else { RECORDS },
        interval: judged.and_then(|change| change.interval()),
        reason,
    }
}

fn terms(parts: &[Part], figures: &[Figure]) -> Vec<Term> {
    let term = |(part, figure): (&Part, &Figure)| {
        let (score, weight) = (part.score(figure.exact?)?, i128::from(part.weight));
        // What is made of it below fits if these do.
        weighed(score, weight)?;
        weighed(rest(score)?, weight)?;
        Some((score, weight))
    };
    parts.iter().zip(figures).map(term).collect()
}

impl Part {
    /// How far `value` is on the way from the floor to the target: 0 to 100; none where that does not fit.
    fn score(&self, value: Ratio) -> Option<Ratio> {
        let (floor, way) =
            (i128::from(self.floor), i128::from(self.target) - i128::from(self.floor));
        let gone = value.minus(Ratio::new(floor, THOUSAND)?)?;
        let gone = gone.times(Ratio::new(100 * THOUSAND * way.signum(), way.abs())?)?;
        Some(gone.clamp(0, 100))
    }

    /// The same of an end of an interval.
    fn score_of_end(&self, end: f64) -> f64 {
        let (floor, target) = (self.floor as f64 / 1000.0, self.target as f64 / 1000.0);
        (100.0 * (end - floor) / (target - floor)).clamp(0.0, 100.0)
    }
}

/// Σ weight · score / Σ weight of those that there are, rounded to two decimals.
fn mean(terms: &[Term]) -> Option<f64> {
    let all: Option<Vec<_>> =
        terms.iter().flatten().map(|(s, weight)| weighed(*s, *weight)).collect();
    decimal(half_up(all?, held(terms))?)
}

/// The weight of all that there are.
fn held(terms: &[Term]) -> i128 {
    terms.iter().flatten().map(|(_, weight)| weight).sum()
}

/// 200 · weight · score.
fn weighed(score: Ratio, weight: i128) -> Option<Ratio> {
    score.times(Ratio::new(200 * weight, 1)?)
}

/// What is missing to 100.
fn rest(score: Ratio) -> Option<Ratio> {
    Ratio::new(100, 1)?.minus(score)
}

/// ⌊100 · Σ weight · score / held + ½⌋, which is ⌊(Σ 200 · weight · score + held) / (2 · held)⌋: since what
/// is divided by is an integer, the sum may be rounded down before. None where nothing is held.
fn half_up(mut weighed: Vec<Ratio>, held: i128) -> Option<i128> {
    weighed.push(Ratio::new(held, 1)?);
    floor_of_sum(&weighed)?.checked_div(2 * held)
}

/// The mean of `now` less that of `before`, of the parts that both have, rounded half away from zero.
fn change(now: &[Term], before: &[Term]) -> Option<f64> {
    let up = |now: &[Term], before: &[Term]| {
        // 100 more than the change, which is not below 0.
        let now_weighed = now.iter().flatten().map(|(s, weight)| weighed(*s, *weight));
        let before = before.iter().flatten().map(|(s, weight)| weighed(rest(*s)?, *weight));
        let all: Option<Vec<_>> = now_weighed.chain(before).collect();
        Some(half_up(all?, held(now))? - 100 * 100)
    };
    let (rise, fall) = (up(now, before)?, up(before, now)?);
    decimal(if rise > 0 { rise } else { -fall.max(0) })
}

/// What the parts are over one period.
struct Scores<'a> {
    parts: &'a [Part],
    figures: &'a [Figure],
    terms: &'a [Term],
}

impl Scores<'_> {
    /// The parts that have values.
    fn counted(&self) -> impl Iterator<Item = (&Part, &Figure, Ratio, i128)> {
        let all = self.parts.iter().zip(self.figures).zip(self.terms);
        all.filter_map(|((part, figure), term)| {
            term.map(|(score, weight)| (part, figure, score, weight))
        })
    }

    /// How many of them are of samples.
    fn samples(&self) -> usize {
        self.counted().filter(|(_, figure, ..)| figure.measure.is_some()).count()
    }

    /// The ends of the score where every part of a sample is anywhere in its interval at this level.
    fn ends(&self, confidence: Confidence) -> Option<Ends> {
        let held = held(self.terms);
        let [mut low, mut high]: Ends = [0.0, 0.0];
        for (part, figure, score, weight) in self.counted() {
            let own = match &figure.measure {
                Some(measure) => measure.interval_at(confidence)?.map(|end| part.score_of_end(end)),
                None => [score.to_f64(); 2],
            };
            let share = weight as f64 / held as f64;
            let [one, other] = own.map(|end| share * end);
            (low, high) = (low + one.min(other), high + one.max(other));
        }
        Some([low, high])
    }
}
