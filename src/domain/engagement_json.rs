//! The definition of the engagement score, as its team sends it. Faults of its form and parts that there
//! are not are told in one.

use super::decimal::decimal;
use super::engagement::{Engagement, Part};
use super::fault::{Faults, Pointer};
use super::fields::{distinct, each, optional, required, thousandths, wording};
use super::json::{Json, Members, wrong_type};
use super::source_json;
use super::survey::Survey;

/// The most parts of the score.
pub const MOST_PARTS: usize = 20;
/// The most surveys that its parts are of: each costs calls of its own, of which the platform allows few.
pub const MOST_SURVEYS: usize = 10;
/// The largest weight, in thousandths.
const MOST_WEIGHT: i64 = 1_000_000;
/// The most characters of the score's name.
const MOST_NAME: usize = 100;

/// A floor and a target, as far as they could be read.
type Ends = [Option<i64>; 2];

/// A definition as it was sent: as much as could be read of it, and every fault of its form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    engagement: Engagement,
    /// Where each part stands, and which of its floor and target could be read.
    places: Vec<(Pointer, Ends)>,
    faults: Faults,
}

/// Reads a definition. Whether there are such surveys and KPIs is for [`Draft::check`] to say.
pub fn read(json: &Json) -> Draft {
    let mut draft = Draft::default();
    let faults = &mut draft.faults;
    if let Some(mut members) = Members::of(json, Pointer::root(), faults) {
        let m = &mut members;
        draft.engagement.name = optional(m, "name", faults, |j, p, f| wording(j, MOST_NAME, p, f));
        let parts = required(m, "parts", faults, |j, p, f| {
            let parts = each(j, (0, MOST_PARTS), p, f, part)?;
            let keys: Vec<(String, &Pointer)> =
                parts.iter().map(|((part, _), at)| (part.source.key(), at)).collect();
            distinct(keys.iter().map(|(key, at)| (key, *at)), f);
            Some(parts)
        });
        members.finish(faults);
        for ((part, ends), at) in parts.unwrap_or_default() {
            draft.engagement.parts.push(part);
            draft.places.push((at, ends));
        }
    }
    if draft.engagement.surveys().len() > MOST_SURVEYS {
        let why = format!("Parts of at most {MOST_SURVEYS} surveys are allowed.");
        draft.faults.add(&Pointer::root().member("parts"), "length", why);
    }
    draft
}

/// A part whose source can be read, though its numbers may not be.
fn part(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<(Part, Ends)> {
    let mut members = Members::of(json, at.clone(), faults)?;
    let m = &mut members;
    let source = source_json::read(m, at, faults);
    let weight = required(m, "weight", faults, weight);
    let floor = required(m, "floor", faults, thousandths);
    let target = required(m, "target", faults, thousandths);
    members.finish(faults);
    if floor.is_some() && floor == target {
        let why = "`floor` and `target` must differ.";
        faults.add(&at.member("target"), "equal", why);
    }
    let ends = [floor, target];
    // What could not be read has left a fault, so what stands for it here is never used.
    let [weight, floor, target] = [weight, floor, target].map(Option::unwrap_or_default);
    Some((Part { source: source?, weight, floor, target }, ends))
}

fn weight(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<i64> {
    let Json::Number(number) = json else {
        wrong_type(json, "a number", at, faults);
        return None;
    };
    let weight = thousandths(json, at, faults)?;
    if number.thousandths().is_some() && (1..=MOST_WEIGHT).contains(&weight) {
        return Some(weight);
    }
    let why = format!("Numbers above 0 and up to {} are allowed.", decimal(MOST_WEIGHT));
    faults.add(at, "range", why);
    None
}

impl Draft {
    /// The ids of the surveys that it names.
    pub fn surveys(&self) -> Vec<&str> {
        self.engagement.surveys()
    }

    /// The definition, whose surveys and KPIs there are in `surveys`, by id; else every fault, those of
    /// its form first.
    pub fn check(mut self, surveys: &[(&str, &Survey)]) -> Result<Engagement, Faults> {
        for (part, (at, ends)) in self.engagement.parts.iter().zip(&self.places) {
            let Some(survey) = part.source.survey() else { continue };
            match surveys.iter().find(|(id, _)| *id == survey) {
                Some((_, survey)) => {
                    let [floor, target] = *ends;
                    let numbers = [("floor", floor), ("target", target)];
                    if let Some(named) = part.source.named() {
                        named.check(survey, &numbers, at, &mut self.faults);
                    }
                }
                None => {
                    let why = "There is no survey with this id.";
                    self.faults.add(&at.member("survey"), "reference", why);
                }
            }
        }
        self.faults.or(self.engagement)
    }

    /// The definition as it was stored: surveys and KPIs that are gone since are missed where its parts
    /// are read.
    pub fn stored(self) -> Result<Engagement, Faults> {
        self.faults.or(self.engagement)
    }
}
