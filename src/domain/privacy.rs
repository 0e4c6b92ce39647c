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
    move |text| fill(text, &terms)
}

/// The page, on its way to JSON. `Inventory`: what is stored, as the schema describes it.
#[derive(Serialize)]
pub struct Page<'a, Inventory> {
    survey: &'a str,
    revision: u64,
    controller: Option<Controller<'a>>,
    notice: String,
    legal_basis: &'static str,
    purposes: Vec<Purpose>,
    collected_but_not_stored: Vec<&'static Passing>,
    stored: Inventory,
    backups: Backups,
    recipients: &'static [Recipient],
    residency: Option<Residency>,
    rights: Rights,
    promises: &'static [Promise],
    limits: &'static [Limit],
    documentation: &'static str,
}

#[derive(Serialize)]
struct Controller<'a> {
    name: &'a str,
    contact: &'a str,
}

#[derive(Serialize)]
struct Purpose {
    consent: &'static str,
    required: bool,
    purpose: String,
}

#[derive(Serialize)]
struct Passing {
    what: &'static str,
    used_for: &'static str,
    life: &'static str,
}

#[derive(Serialize)]
struct Backups {
    holder: &'static str,
    holds: &'static str,
    days: u8,
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

/// A promise, by the number under which `docs/privacy.md` explains it.
#[derive(Serialize)]
pub struct Promise {
    /// From 1 to 10.
    pub number: u8,
    /// In one sentence.
    pub promise: &'static str,
}

#[derive(Serialize)]
struct Limit {
    /// The promise that can fail so; none: all of them.
    promise: Option<u8>,
    limit: &'static str,
}

/// The page of a survey.
pub fn page<Inventory>(
    stored: &Stored,
    inventory: Inventory,
    jurisdiction: Option<Jurisdiction>,
) -> Page<'_, Inventory> {
    let survey = &stored.survey;
    let controller = survey.controller.as_ref();
    let mut terms = terms(survey).to_vec();
    terms.push(("survey", stored.id.clone()));
    terms.push(("dimensions", survey.dimension_names().join(", ")));
    let fill = |text: &str| fill(text, &terms);
    Page {
        survey: &stored.id,
        revision: stored.revision,
        controller: controller.map(|c| Controller { name: &c.name, contact: &c.contact }),
        notice: notice::hash(&survey.notice),
        legal_basis: "Consent (GDPR, Art. 6(1)(a)), given with each response under the notice named here.",
        purposes: purposes(survey, fill),
        collected_but_not_stored: passing(survey),
        stored: inventory,
        backups: Backups {
            holder: "Cloudflare",
            holds: "Restore points of the Ledger and of D1, for anyone who may restore them: what was stored at \
                    the time, and in single commits of the Ledger a marker beside the counts that came with it.",
            days: 30,
        },
        recipients: &RECIPIENTS,
        residency: jurisdiction.map(|place| Residency { jurisdiction: place.name() }),
        rights: Rights {
            withdrawal: Withdrawal { how: fill(WITHDRAWAL), until: fill(WITHDRAWAL_UNTIL) },
            access: ACCESS,
            complaint: "With a data protection authority (GDPR, Art. 77).",
        },
        promises: &PROMISES,
        limits: &LIMITS,
        documentation: "docs/privacy.md in the source of Counterfoil",
    }
}

/// What each consent is asked for, in the order in which consents are told.
static PURPOSES: [(&str, &str); 4] = [
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
    let purpose = |(consent, text): &(&'static str, &str)| {
        let always = *consent == "process_answers";
        let required = always || (*consent == "use_customer_id" && survey.verified_only);
        (always || optional.contains(consent)).then(|| Purpose {
            consent,
            required,
            purpose: fill(text),
        })
    };
    PURPOSES.iter().filter_map(purpose).collect()
}

/// What arrives with a response and is gone with it.
static PASSING: [Passing; 6] = [
    passes(
        "customer id",
        "to count each person once, if agreed: a marker, a keyed hash of a keyed hash of it, is stored",
    ),
    passes("invitation", "to know the customer id that is encrypted in it; used like that id"),
    passes(
        "submission id",
        "to know the same response when it is sent again, and to take it back: a marker, a keyed hash of it, is \
         stored",
    ),
    passes(
        "IP address and browser",
        "to carry the request, by Cloudflare; Counterfoil keeps neither",
    ),
    passes("segments", "one dimension is drawn, if agreed, and only its segment is counted"),
    passes("comment text", "to search it for words that show its themes, if agreed"),
];

const fn passes(what: &'static str, used_for: &'static str) -> Passing {
    Passing { what, used_for, life: "the request" }
}

fn passing(survey: &Survey) -> Vec<&'static Passing> {
    let arrives = |passing: &&Passing| match passing.what {
        "segments" => !survey.dimensions.is_empty(),
        "comment text" => survey.questions.iter().any(|q| q.kind == Kind::Comment),
        _ => true,
    };
    PASSING.iter().filter(arrives).collect()
}

static RECIPIENTS: [Recipient; 2] = [
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
pub static PROMISES: [Promise; 10] = [
    Promise { number: 1, promise: "Without a valid consent nothing changes, in any store or log." },
    Promise {
        number: 2,
        promise: "Customer ids, IP addresses, browser names and comment texts are never stored and never logged.",
    },
    Promise {
        number: 3,
        promise: "Of all that a response says about its sender one attribute at most is kept, drawn at random, and no \
                  answer is stored beside another.",
    },
    Promise {
        number: 4,
        promise: "No figure is ever made of fewer responses than min_cohort, which is at least five.",
    },
    Promise {
        number: 5,
        promise: "What is released is final: afterwards only retention changes it.",
    },
    Promise { number: 6, promise: "Each identified person counts once in a window." },
    Promise { number: 7, promise: "Nothing accepted is lost or counted twice." },
    Promise {
        number: 8,
        promise: "A response can be taken back, with its submission id alone, until the tick that seals it.",
    },
    Promise {
        number: 9,
        promise: "What must be forgotten is forgotten in time, even if an alarm or cron never ran.",
    },
    Promise {
        number: 10,
        promise: "The same customer cannot be recognised in two surveys or in two windows.",
    },
];

/// How the promises could still fail; in full in `docs/privacy.md`.
static LIMITS: [Limit; 13] = [
    Limit {
        promise: Some(1),
        limit: "A page may send a consent that nobody gave; Counterfoil sees only what was sent.",
    },
    Limit { promise: Some(2), limit: "Whoever turns logs on, or attaches a tail, sees requests." },
    Limit {
        promise: Some(3),
        limit: "An owner may ask a question, or list a segment, that only one person can have; the answer then says \
                who.",
    },
    Limit {
        promise: Some(4),
        limit: "In an open survey, whoever can post at will and read figures can fill a count around one response \
                and subtract their own; the fewer others answer, the more often. `verified_only` leaves that to \
                those who can name customers.",
    },
    Limit {
        promise: Some(4),
        limit: "If a whole group gave the same answer, the group's answer is everyone's.",
    },
    Limit {
        promise: Some(4),
        limit: "A group may show that exactly one of it gave an answer; it does not say who, but may confirm a \
                suspicion.",
    },
    Limit {
        promise: Some(5),
        limit: "Restoring D1 takes back what was released since the restore point.",
    },
    Limit {
        promise: Some(6),
        limit: "Without a customer id a person can answer again; so can a person whom the site knows under two ids.",
    },
    Limit {
        promise: Some(7),
        limit: "If the storage of a Ledger is lost, what is pending is lost with it.",
    },
    Limit {
        promise: Some(8),
        limit: "Whoever has lost the submission id cannot take the response back.",
    },
    Limit {
        promise: Some(9),
        limit: "The platform's restore points hold what was forgotten for up to 30 days more.",
    },
    Limit {
        promise: Some(10),
        limit: "Whoever has the pepper, the storage of a Ledger and a list of customer ids can tell who took part in \
                the current window, though not what they answered.",
    },
    Limit {
        promise: None,
        limit: "Whoever deploys code can change what it does; Cloudflare, which runs it, could see what passes.",
    },
];
