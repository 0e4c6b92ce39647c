//! A comment that an owner makes up to see which themes would be found in it: read, tagged by the same
//! [`Tagger`] as respondents' comments, and forgotten.

use super::fault::{Faults, Pointer};
use super::fields::required;
use super::json::{Json, Members, text};
use super::response::MOST_COMMENT;
use super::survey::Survey;
use super::survey_json::read_themes;
use super::themes::{Bare, Tagger};

/// The names of the themes in the made-up comment, in the themes' order; or every fault. `json` is
/// `{"themes": {name: {locale: [word]}}, "comment": text}`, a comment of 0 to [`MOST_COMMENT`] characters.
pub fn found(json: &Json, bare: Bare) -> Result<Vec<String>, Faults> {
    let mut faults = Faults::default();
    let mut found = Vec::new();
    if let Some(mut members) = Members::of(json, Pointer::root(), &mut faults) {
        let themes = required(&mut members, "themes", &mut faults, read_themes);
        let comment = required(&mut members, "comment", &mut faults, |json, at, faults| {
            text(json, 0, MOST_COMMENT, at, faults)
        });
        members.finish(&mut faults);
        if let (Some(themes), Some(comment)) = (themes, comment) {
            let survey = Survey { themes, ..Survey::nothing() };
            found = Tagger::new(&survey, bare).tag(comment);
        }
    }
    faults.or(found)
}
