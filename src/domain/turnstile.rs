//! Cloudflare Turnstile, where a survey asks for it: what the service that verifies its tokens replied,
//! judged. The protocol is that of Cloudflare's documentation ("Validate the token" and "Test your
//! Turnstile implementation"; read 2026-11-22, never tried against the real service).

use super::fault::{Fault, Pointer};
use super::hex::hex;
use super::json::Json;
use super::preimage::keyed_hash;
use super::pseudonym::SubmissionId;

/// The most characters of a token, by that documentation. It is good for 300 seconds, and once.
pub const MOST_TOKEN: usize = 2_048;
/// The secret by which everything passes, for tests: its replies name an action of their own.
const TESTING: &str = "1x0000000000000000000000000000000AA";

/// By what Cloudflare knows the same verification again, and repeats its verdict: so that a double click, or
/// a verdict that was lost, spends no second token. A UUID (RFC 9562, in the form of version 4, as in the
/// documentation's examples) from which nobody finds the submission id.
pub fn idempotency_key(survey: &str, submission: &SubmissionId) -> String {
    let submission = submission.reveal();
    let hash = keyed_hash(submission.as_bytes(), "counterfoil turnstile 1", &[survey.as_bytes()]);
    let [a, b, c, d, e, f, mut g, h, mut i, j, k, l, m, n, o, p, ..] = hash;
    g = g & 0x0f | 0x40;
    i = i & 0x3f | 0x80;
    let groups: [&[u8]; 5] = [&[a, b, c, d], &[e, f], &[g, h], &[i, j], &[k, l, m, n, o, p]];
    groups.map(hex).join("-")
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody passed for this survey, and the token is spent now.
    Passed,
    /// Nothing: a new one is needed.
    Refused(Vec<Fault>),
    /// It cannot be told: the reason, without anything of the token, for the log.
    Unknown(&'static str),
}

/// Judges the reply to a token for `survey` that was verified with `secret`. A survey's id is the
/// `action` of its tokens: at most 32 letters, digits, `_` and `-`, by the documentation.
pub fn judge(status: u16, body: &str, survey: &str, secret: &str) -> Verdict {
    let Ok(Json::Members(members)) = Json::read(body.as_bytes()) else {
        return Verdict::Unknown("Turnstile replied what is no JSON object");
    };
    let member = |name| members.iter().find(|(given, _)| given == name).map(|(_, value)| value);
    match member("success") {
        Some(Json::Bool(true)) if status == 200 => match member("action") {
            // Whoever has the testing secret lets everybody pass, so there is nothing to hold against it.
            _ if secret == TESTING => Verdict::Passed,
            Some(Json::Text(action)) if action == survey => Verdict::Passed,
            _ => refused("turnstile_refused", "This token was not made for this survey."),
        },
        Some(Json::Bool(false)) => match member("error-codes") {
            Some(Json::List(codes)) => why(codes),
            _ => Verdict::Unknown("Turnstile refused without a code"),
        },
        _ => Verdict::Unknown("Turnstile replied neither yes nor no"),
    }
}

/// Why it says no. What we sent wrong comes first: then it says nothing of the token.
fn why(codes: &[Json]) -> Verdict {
    let has =
        |code: &str| codes.iter().any(|given| matches!(given, Json::Text(text) if text == code));
    if has("missing-input-secret") || has("invalid-input-secret") {
        Verdict::Unknown("Turnstile does not know the secret TURNSTILE_SECRET")
    } else if has("bad-request") {
        Verdict::Unknown("Turnstile calls the request malformed")
    } else if has("internal-error") {
        Verdict::Unknown("Turnstile has an error of its own")
    } else if has("timeout-or-duplicate") {
        refused(
            "turnstile_spent",
            "This token was used before, or is older than five minutes: get a new one.",
        )
    } else if has("invalid-input-response") || has("missing-input-response") {
        refused("turnstile_refused", "This is no valid token: get a new one.")
    } else {
        Verdict::Unknown("Turnstile refused under a code that is not known")
    }
}

fn refused(code: &'static str, detail: &str) -> Verdict {
    let pointer = Pointer::root().member("turnstile");
    Verdict::Refused(vec![Fault { pointer, code, detail: detail.to_owned(), member: None }])
}
