//! What anyone may read about the processing of a survey's responses (GDPR, Art. 13 and 30): what is
//! collected and for what, what is stored and for how long, who receives it, what is promised, and how
//! that could still fail. In English, for a data protection officer; the same for every reader.
//!
//! The sentences say what `docs/privacy.md` says; who changes the one changes the other.

use serde::Serialize;

use super::bucket::LONGEST;
use super::ledger::SUBMISSION_LIFE;
use super::notice::{self, fill, in_english};
use super::residency::Jurisdiction;
use super::survey::{Kind, Survey};
use super::survey_view::{Stored, optional_consents};

/// How many days a released day stays a row of its own, where the survey does not say.
const RETENTION_DAYS: u64 = 90;
/// How many months a released month stays, where the survey does not say.
const RETENTION_MONTHS: u64 = 25;
/// For how many days the platform keeps restore points.
const BACKUP_DAYS: u64 = 30;

/// What the braces in a description stand for, from the survey.
pub fn terms(survey: &Survey) -> [(&'static str, String); 8] {
    [
        ("window", in_english(survey.window)),
        ("every", in_english(survey.release.every)),
        ("patience", in_english(survey.release.patience)),
        ("min_cohort", survey.release.min_cohort.to_string()),
        ("longest", in_english(LONGEST)),
        ("submission_life", in_english(SUBMISSION_LIFE)),
        ("retention_days", RETENTION_DAYS.to_string()),
        ("retention_months", RETENTION_MONTHS.to_string()),
    ]
}

/// Fills a description from the survey.
pub fn filler(survey: &Survey) -> impl Fn(&str) -> String {
    let terms = terms(survey);
    move |text| {
        let values: Vec<(&str, &str)> =
            terms.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fill(text, &values)
    }
}

/// The page, on its way to JSON. `Inventory`: what is stored, as the schema describes it.
#[derive(Serialize)]
pub struct Page<Inventory> {
    survey: String,
    revision: u64,
    controller: Option<Controller>,
    notice: String,
    legal_basis: &'static str,
    purposes: Vec<Purpose>,
    collected_but_not_stored: Vec<Passing>,
    stored: Inventory,
    backups: Backups,
    recipients: [Recipient; 2],
    residency: Option<Residency>,
    rights: Rights,
    promises: Vec<Promise>,
    limits: Vec<Limit>,
    documentation: &'static str,
}

#[derive(Serialize)]
struct Controller {
    name: String,
    contact: String,
}

#[derive(Serialize)]
struct Purpose {
    consent: &'static str,
    required: bool,
    purpose: String,
}

#[derive(Clone, Copy, Serialize)]
struct Passing {
    what: &'static str,
    used_for: &'static str,
    life: &'static str,
}

#[derive(Serialize)]
struct Backups {
    holder: &'static str,
    holds: &'static str,
    days: u64,
}

#[derive(Serialize)]
struct Recipient {
    who: &'static str,
    role: &'static str,
    receives: &'static str,
}

#[derive(Serialize)]
struct Residency {
    jurisdiction: &'static str,
}

#[derive(Serialize)]
struct Rights {
    withdrawal: Withdrawal,
    access: &'static str,
    complaint: &'static str,
}

#[derive(Serialize)]
struct Withdrawal {
    how: String,
    until: String,
}

#[derive(Serialize)]
struct Promise {
    number: usize,
    promise: &'static str,
}

#[derive(Serialize)]
struct Limit {
    /// The promise that can fail so; none: all of them.
    promise: Option<usize>,
    limit: &'static str,
}

/// The page of a survey.
pub fn page<Inventory>(
    stored: &Stored,
    inventory: Inventory,
    jurisdiction: Option<Jurisdiction>,
) -> Page<Inventory> {
    let survey = &stored.survey;
    let fill = filler(survey);
    let controller = survey.controller.as_ref();
    Page {
        survey: stored.id.clone(),
        revision: stored.revision,
        controller: controller
            .map(|c| Controller { name: c.name.clone(), contact: c.contact.clone() }),
        notice: notice::hash(&survey.notice),
        legal_basis: "Consent (GDPR, Art. 6(1)(a)), given with each response under the notice named here.",
        purposes: purposes(survey, &fill),
        collected_but_not_stored: passing(survey),
        stored: inventory,
        backups: Backups {
            holder: "Cloudflare",
            holds: "Restore points of the Ledger and of D1, for anyone who may restore them: what was stored at \
                    the time, and in single commits of the Ledger a marker beside the counts that came with it.",
            days: BACKUP_DAYS,
        },
        recipients: RECIPIENTS,
        residency: jurisdiction.map(|place| Residency { jurisdiction: place.name() }),
        rights: Rights {
            withdrawal: Withdrawal {
                how: WITHDRAWAL.replace("{survey}", &stored.id),
                until: fill(WITHDRAWAL_UNTIL),
            },
            access: ACCESS,
            complaint: "With a data protection authority (GDPR, Art. 77).",
        },
        promises: (1..)
            .zip(PROMISES)
            .map(|(number, promise)| Promise { number, promise })
            .collect(),
        limits: LIMITS.into_iter().map(|(promise, limit)| Limit { promise, limit }).collect(),
        documentation: "docs/privacy.md in the source of Counterfoil",
    }
}

/// What each consent is asked for, in the order in which consents are told.
const PURPOSES: [(&str, &str); 4] = [
    (
        "process_answers",
        "To count the answers, and to release the counts of groups of at least {min_cohort} responses.",
    ),
    ("use_customer_id", "To count each person once in a window of {window}."),
    (
        "use_segments",
        "To count the response for one group more, of one dimension drawn at random: {dimensions}.",
    ),
    ("analyse_comment", "To search the comment for words that show its themes, which are counted."),
];

fn purposes(survey: &Survey, fill: impl Fn(&str) -> String) -> Vec<Purpose> {
    let optional = optional_consents(survey);
    let dimensions = survey.dimension_names().join(", ");
    let asked = |consent| consent == "process_answers" || optional.contains(&consent);
    let purpose = |(consent, text): (&'static str, &str)| Purpose {
        consent,
        required: consent == "process_answers"
            || (consent == "use_customer_id" && survey.verified_only),
        // Names of dimensions hold no braces.
        purpose: fill(&text.replace("{dimensions}", &dimensions)),
    };
    PURPOSES.into_iter().filter(|(consent, _)| asked(consent)).map(purpose).collect()
}

/// What arrives with a response and is gone with it.
const PASSING: [(&str, &str); 6] = [
    (
        "customer id",
        "to count each person once, if agreed: a marker, a keyed hash of a keyed hash of it, is stored",
    ),
    ("invitation", "to know the customer id that is encrypted in it; used like that id"),
    (
        "submission id",
        "to know the same response when it is sent again, and to take it back: a marker, a keyed hash of it, is \
         stored",
    ),
    ("segments", "one dimension is drawn, if agreed, and only its segment is counted"),
    (
        "IP address and browser",
        "to carry the request, by Cloudflare; Counterfoil keeps neither of them",
    ),
    ("comment text", "to search it for words that show its themes, if agreed"),
];

fn passing(survey: &Survey) -> Vec<Passing> {
    let has_segments = !survey.dimensions.is_empty();
    let has_comment = survey.questions.iter().any(|q| q.kind == Kind::Comment);
    let arrives = |what: &str| match what {
        "segments" => has_segments,
        "comment text" => has_comment,
        _ => true,
    };
    let passing = |(what, used_for)| Passing { what, used_for, life: "the request" };
    PASSING.into_iter().filter(|(what, _)| arrives(what)).map(passing).collect()
}

const RECIPIENTS: [Recipient; 2] = [
    Recipient {
        who: "Holders of a key of this deployment that may read figures",
        role: "recipient",
        receives: "Released counts, each of at least five responses, and what is computed from them.",
    },
    Recipient {
        who: "Cloudflare",
        role: "processor",
        receives: "What passes and what is stored: it runs the code and keeps the storage (GDPR, Art. 28).",
    },
];

const WITHDRAWAL: &str = "POST /v1/surveys/{survey}/withdrawals with the submission id, which is in the reply to the response; \
                          nothing else is needed.";
const WITHDRAWAL_UNTIL: &str = "The tick that seals the counts that the answers are in; the reply to the response names the \
                                first tick that may, as `withdrawable_until` (there is one every {every}). After \
                                that the answers are anonymous, and nobody can find them.";
const ACCESS: &str = "Access, rectification, erasure, restriction and portability (GDPR, Art. 15 to 20): nobody can find the \
                      answers of a person, but for a withdrawal by submission id; see Art. 11(2).";

/// The promises, from the first on.
pub const PROMISES: [&str; 10] = [
    "Without a valid consent nothing changes, in any store or log.",
    "Customer ids, IP addresses, browser names and comment texts are never stored and never logged.",
    "Of all that a response says about its sender one attribute at most is kept, drawn at random, and no answer \
     is stored beside another.",
    "No figure is ever made of fewer responses than min_cohort, which is at least five.",
    "What is released is final: afterwards only retention changes it.",
    "Each identified person counts once in a window.",
    "Nothing accepted is lost or counted twice.",
    "A response can be taken back, with its submission id alone, until the tick that seals it.",
    "What must be forgotten is forgotten in time, even if an alarm or cron never ran.",
    "The same customer cannot be recognised in two surveys or in two windows.",
];

/// How the promises could still fail; in full in `docs/privacy.md`.
const LIMITS: [(Option<usize>, &str); 13] = [
    (Some(1), "A page may send a consent that nobody gave; Counterfoil sees only what was sent."),
    (Some(2), "Whoever turns logs on, or attaches a tail, sees requests."),
    (
        Some(3),
        "An owner may ask a question, or list a segment, that only one person can have; the answer then says who.",
    ),
    (
        Some(4),
        "In an open survey, whoever can post at will and read figures can fill a count around one response and \
         subtract their own; the fewer others answer, the more often. `verified_only` leaves that to those who can \
         name customers.",
    ),
    (Some(4), "If a whole group gave the same answer, the group's answer is everyone's."),
    (
        Some(4),
        "A group may show that exactly one of it gave an answer; it does not say who, but may confirm a suspicion.",
    ),
    (Some(5), "Restoring D1 takes back what was released since the restore point."),
    (
        Some(6),
        "Without a customer id a person can answer again; so can a person whom the site knows under two ids.",
    ),
    (Some(7), "If the storage of a Ledger is lost, what is pending is lost with it."),
    (Some(8), "Whoever has lost the submission id cannot take the response back."),
    (Some(9), "The platform's restore points hold what was forgotten for up to 30 days more."),
    (
        Some(10),
        "Whoever has the pepper, the storage of a Ledger and a list of customer ids can tell who took part in the \
         current window, though not what they answered.",
    ),
    (
        None,
        "Whoever deploys code can change what it does; Cloudflare, which runs it, could see what passes.",
    ),
];
