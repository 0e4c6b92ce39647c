//! What invitations are asked for with: whom, for how long, and to which page.

use super::fault::{Faults, Pointer};
use super::fields::{distinct, duration, each, optional, required, values};
use super::invitation::{USUALLY_VALID_FOR, VALID_FOR};
use super::json::{Json, Members, text};
use super::pseudonym::Subject;
use super::recognition::MOST_CUSTOMER_ID;
use super::time::Duration;
use super::url::Url;

/// The most people that one call invites.
pub const MOST_INVITED: usize = 1_000;
/// The most characters of a page's URL.
const MOST_PAGE: usize = 1_000;

/// Invitations that are wanted.
#[derive(Debug)]
pub struct Wanted {
    /// Whom, in the order in which they were named.
    pub subjects: Vec<Subject>,
    /// For how long: 1 h to 90 d.
    pub valid_for: Duration,
    /// The page that a link leads to: an absolute URL without a fragment.
    pub page: Option<String>,
}

/// Reads the body of a call for invitations to `survey`, or gives every fault. `own` is the Worker's
/// own origin; `listed` are those of the survey.
pub fn read(json: &Json, survey: &str, own: &str, listed: &[String]) -> Result<Wanted, Faults> {
    let mut faults = Faults::default();
    let faults = &mut faults;
    let mut wanted = Wanted { subjects: Vec::new(), valid_for: USUALLY_VALID_FOR, page: None };
    if let Some(mut members) = Members::of(json, Pointer::root(), faults) {
        let m = &mut members;
        wanted.subjects = required(m, "customer_ids", faults, |j, p, f| subjects(j, survey, p, f))
            .unwrap_or_default();
        let valid_for = optional(m, "valid_for", faults, |j, p, f| duration(j, VALID_FOR, p, f));
        wanted.valid_for = valid_for.unwrap_or(USUALLY_VALID_FOR);
        wanted.page = optional(m, "page", faults, |j, p, f| page(j, own, listed, p, f));
        members.finish(faults);
    }
    std::mem::take(faults).or(wanted)
}

fn subjects(json: &Json, survey: &str, at: &Pointer, faults: &mut Faults) -> Option<Vec<Subject>> {
    let found = each(json, (1, MOST_INVITED), at, faults, |json, at, faults| {
        let customer = text(json, 1, MOST_CUSTOMER_ID, at, faults)?;
        Some(Subject::of(survey, customer))
    })?;
    distinct(found.iter().map(|(subject, at)| (subject.bytes(), at)), faults);
    Some(values(found))
}

/// The URL of a page that may hold a response: https (on this machine also http), of the Worker's own
/// origin or one that the survey lists, and without a fragment, since the invitation becomes that.
fn page(
    json: &Json,
    own: &str,
    listed: &[String],
    at: &Pointer,
    faults: &mut Faults,
) -> Option<String> {
    let url = text(json, 1, MOST_PAGE, at, faults)?;
    let read = Url::read(url);
    let local = |url: &Url| matches!(url.host, "localhost" | "127.0.0.1");
    let Some(Url { origin, .. }) = read.filter(|url| url.secure || local(url)) else {
        faults.add(
            at,
            "page",
            "A page is https:// (http:// for localhost and 127.0.0.1 alone), a host, and what RFC \
             3986 allows behind it; no user, no fragment.",
        );
        return None;
    };
    if origin != own && !listed.iter().any(|listed| listed == origin) {
        faults.add(
            at,
            "unlisted_origin",
            "Responses from this page would be refused: its origin is not among the survey's origins.",
        );
        return None;
    }
    Some(url.to_owned())
}
