//! A survey as its owner sends it, read strictly: every fault in one go, each with its place.
//! `schema/survey.schema.json` says the same in JSON Schema, as far as that can.
//!
//! What GET adds (`id`, `revision`, `created`, the notice's `hash`) is passed over, so that what
//! was read can be sent back. Writing is `survey_view.rs`.

use super::benchmark_json;
use super::fault::{Faults, Pointer};
use super::fields::{
    ID_RULE, LOCALES, Names, distinct, duration, each, id, is_id, named, optional, required, texts,
    values, word, wording,
};
use super::json::{Json, Members, boolean, integer, list, text, wrong_type};
use super::notice;
use super::question_json::{self, Draft};
use super::relay::{self, Relay};
use super::retention::{self, Retention};
use super::survey::{
    Controller, Dimension, Kind, LEAST_COHORT, MOST_MIN_COHORT, Release, Status, Survey, THEME,
    Texts, Theme,
};
use super::templates::{self, TEMPLATES, Template};
use super::time::Duration;

/// The most questions of a survey, a template's included.
pub const MOST_QUESTIONS: usize = 50;
/// The most characters of a notice, per locale.
pub const MOST_NOTICE: usize = 5_000;
/// The shortest and longest window.
pub const WINDOW: (Duration, Duration) = (Duration::days(30), Duration::days(90));
/// The shortest time between ticks, and the longest patience, which bounds it from above.
pub const TICKS: (Duration, Duration) = (Duration::seconds(10), Duration::days(10));
/// What `release` is where it is not given.
pub const RELEASE: Release = Release {
    every: Duration::seconds(3_600),
    min_cohort: LEAST_COHORT,
    patience: Duration::days(3),
};

/// The members that GET adds to a survey and that a survey sent back may have.
pub const READ_ONLY: [&str; 3] = ["id", "revision", "created"];

const DIMENSIONS: Names = Names {
    least: 0,
    most: 8,
    allowed: |name| is_id(name) && name != THEME,
    rule: "A dimension's name is 1 to 32 of a-z, 0-9, _ and -, starts with a letter or digit, and \
           is not `theme`.",
};
const THEMES: Names = Names { least: 0, most: 50, allowed: is_id, rule: ID_RULE };

/// The survey that `json` defines with every default filled in, or all that is wrong with it.
pub fn read(json: &Json) -> Result<Survey, Faults> {
    read_for(json, true)
}

/// The same for a deployment that has Turnstile, or has not: there no survey can ask for it.
pub fn read_for(json: &Json, has_turnstile: bool) -> Result<Survey, Faults> {
    let mut faults = Faults::default();
    match survey(json, has_turnstile, &mut faults) {
        Some(survey) => faults.or(survey),
        None => Err(faults),
    }
}

/// What could be read; of use only where there were no faults.
fn survey(json: &Json, has_turnstile: bool, faults: &mut Faults) -> Option<Survey> {
    let mut members = Members::of(json, Pointer::root(), faults)?;
    for name in READ_ONLY {
        members.take(name);
    }
    let m = &mut members;
    let name = required(m, "name", faults, |j, p, f| wording(j, 200, p, f));
    let status = optional(m, "status", faults, |j, p, f| {
        word(j, &[Status::Open, Status::Closed], Status::name, p, f)
    });
    let before = faults.count();
    let drafts = questions(m, faults);
    let themes = optional(m, "themes", faults, |j, p, f| themes(j, p, &drafts, f));
    let knows_its_questions = faults.count() == before;
    let dimensions = optional(m, "dimensions", faults, dimensions);
    let origins = optional(m, "origins", faults, origins);
    let controller = optional(m, "controller", faults, controller);
    let notice = optional(m, "notice", faults, notice);
    let window = optional(m, "window", faults, |j, p, f| duration(j, WINDOW, p, f));
    let release = optional(m, "release", faults, release);
    let retention = optional(m, "retention", faults, retention);
    let verified_only = optional(m, "verified_only", faults, boolean);
    let store_visit = optional(m, "store_visit", faults, boolean);
    let turnstile = optional(m, "turnstile", faults, |j, p, f| {
        let asked = boolean(j, p, f)?;
        if asked && !has_turnstile {
            f.add(
                p,
                "not_configured",
                "This deployment has no Turnstile: its operator must set TURNSTILE_SITE_KEY.",
            );
        }
        Some(asked)
    });
    let relay = optional(m, "relay", faults, relay);
    let reward = optional(m, "reward", faults, reward);
    let benchmarks = optional(m, "benchmarks", faults, benchmark_json::read).unwrap_or_default();
    members.finish(faults);
    if turnstile == Some(true) && verified_only == Some(true) {
        faults.add(
            &Pointer::root().member("turnstile"),
            "never_asked",
            "It is not asked of identified people, and `verified_only` takes no others.",
        );
    }

    let mut survey = Survey {
        name: name.unwrap_or_default(),
        status: status.unwrap_or(Status::Open),
        questions: drafts.into_iter().filter_map(Draft::question).collect(),
        dimensions: dimensions.unwrap_or_default(),
        themes: themes.unwrap_or_default(),
        origins: origins.unwrap_or_default(),
        controller,
        notice: notice.unwrap_or_default(),
        window: window.unwrap_or(WINDOW.0),
        release: release.unwrap_or(RELEASE),
        retention: retention.unwrap_or_default(),
        verified_only: verified_only.unwrap_or(false),
        store_visit: store_visit.unwrap_or(false),
        turnstile: turnstile.unwrap_or(false),
        relay,
        reward,
        benchmarks: benchmarks.iter().map(|((benchmark, _), _)| benchmark.clone()).collect(),
    };
    if knows_its_questions {
        benchmark_json::check(&survey, &benchmarks, faults);
        check_relay(&survey, faults);
        if survey.store_visit && !templates::measures_visits(&survey) {
            faults.add(
                &Pointer::root().member("store_visit"),
                "no_visit",
                "Visits are measured by all questions of the template `visits`: ask them.",
            );
        }
    }
    if survey.notice.is_empty() {
        survey.notice = notice::standard(&survey);
    }
    Some(survey)
}

/// `{"webhook": id, "question": id}`.
fn relay(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Relay> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let webhook = required(&mut members, "webhook", faults, webhook);
    let question = optional(&mut members, "question", faults, id);
    members.finish(faults);
    Some(Relay { webhook: webhook?, question })
}

/// The id of a webhook: 16 lower-case hexadecimal digits. Whether there is one, D1 knows.
fn webhook(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<String> {
    let given = text(json, 1, 64, pointer, faults)?;
    let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if given.len() != 16 || !given.bytes().all(hex) {
        let rule = "A webhook's id is 16 of 0-9 and a-f.";
        faults.add(pointer, "webhook", rule);
        return None;
    }
    Some(given.to_owned())
}

/// Comments are passed on where there are any, with the score of a question that has one.
fn check_relay(survey: &Survey, faults: &mut Faults) {
    let Some(relay) = &survey.relay else { return };
    let pointer = Pointer::root().member("relay");
    if !survey.questions.iter().any(|question| question.kind == Kind::Comment) {
        faults.add(&pointer, "no_comment", "Comments are passed on: ask a `comment` question.");
    }
    let Some(id) = &relay.question else { return };
    let scored = survey.question(id).is_some_and(|question| relay::is_scored(&question.kind));
    if !scored {
        let why = "The id of a question of this survey, of kind `nps`, `csat` or `ces`.";
        faults.add(&pointer.member("question"), "reference", why);
    }
}

/// The most characters of what a respondent is told of a reward.
const MOST_REWARD: usize = 500;

/// `{"text": {locale: text}}`.
fn reward(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Texts> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let told = required(&mut members, "text", faults, |j, p, f| texts(j, MOST_REWARD, p, f));
    members.finish(faults);
    told
}

/// The template's questions, then the survey's own.
fn questions(members: &mut Members<'_>, faults: &mut Faults) -> Vec<Draft> {
    let template = members.take("template");
    let own = match template {
        Some(_) => members.take("questions"),
        None => members.require("questions", faults),
    };
    let template = template.and_then(|(j, p)| word(j, &TEMPLATES, Template::name, &p, faults));
    let given = template.map(Template::questions).unwrap_or_default();
    let mut drafts: Vec<Draft> = given.into_iter().map(Draft::from).collect();
    let own = own.and_then(|(j, p)| list(j, 1, MOST_QUESTIONS - drafts.len(), &p, faults));
    for (json, at) in own.unwrap_or_default() {
        drafts.extend(question_json::read(json, at, &drafts, faults));
    }
    drafts
}

fn dimensions(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Vec<Dimension>> {
    let found = named(json, &DIMENSIONS, pointer, faults, |json, at, faults| {
        let segments = each(json, (1, 100), at, faults, segment)?;
        distinct(segments.iter().map(|(segment, at)| (segment, at)), faults);
        Some(values(segments))
    })?;
    Some(found.into_iter().map(|(name, segments)| Dimension { name, segments }).collect())
}

/// `[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,63}`. Parentheses are for `(none)`, `(other)`,
/// `(unattributed)`, which no owner can declare.
fn segment(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<String> {
    let Json::Text(given) = json else {
        wrong_type(json, "a string", pointer, faults);
        return None;
    };
    let inner = |c: char| c.is_ascii_alphanumeric() || " ._:/-".contains(c);
    let first = given.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !first || given.len() > 64 || !given.chars().all(inner) {
        faults.add(
            pointer,
            "segment",
            "A segment is 1 to 64 ASCII letters, digits, spaces and . _ : / - and starts with a \
             letter or digit.",
        );
        return None;
    }
    Some(given.clone())
}

/// The themes of a survey, or of a trial: `{name: {locale: [word]}}`.
pub fn read_themes(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Vec<Theme>> {
    let found = named(json, &THEMES, pointer, faults, |json, at, faults| {
        named(json, &LOCALES, at, faults, |json, at, faults| {
            each(json, (1, 100), at, faults, |j, p, f| wording(j, 64, p, f)).map(values)
        })
    })?;
    Some(found.into_iter().map(|(name, words)| Theme { name, words }).collect())
}

fn themes(
    json: &Json,
    pointer: &Pointer,
    asked: &[Draft],
    faults: &mut Faults,
) -> Option<Vec<Theme>> {
    let found = read_themes(json, pointer, faults)?;
    let may_be_comment = |draft: &Draft| draft.kind().is_none_or(|kind| *kind == Kind::Comment);
    if !found.is_empty() && !asked.is_empty() && !asked.iter().any(may_be_comment) {
        faults.add(
            pointer,
            "no_comment",
            "Themes are found in comments: ask a `comment` question.",
        );
    }
    Some(found)
}

fn origins(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Vec<String>> {
    let found = each(json, (0, 20), pointer, faults, |json, at, faults| {
        let given = wording(json, 300, at, faults)?;
        if !is_origin(&given) {
            faults.add(
                at,
                "origin",
                "An origin is http:// or https://, a host in lower case, and a port if it is not \
                 the scheme's own; nothing behind it.",
            );
            return None;
        }
        Some(given)
    })?;
    distinct(found.iter().map(|(origin, at)| (origin, at)), faults);
    Some(values(found))
}

/// Whether browsers may send it as `Origin`: the ASCII serialization of a tuple origin (RFC 6454,
/// section 6.2), which leaves out a scheme's own port.
fn is_origin(text: &str) -> bool {
    let (rest, own_port) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, 443),
        (_, Some(rest)) => (rest, 80),
        _ => return false,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !rest.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let is_label = |label: &str| {
        let inner =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(inner)
    };
    let is_host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.to_string() == v6),
        None => host.len() <= 253 && host.split('.').all(is_label),
    };
    let is_port = |port: &str| {
        let digits = !port.starts_with(['0', '+']);
        digits && port.parse::<u16>().is_ok_and(|number| number != own_port)
    };
    is_host && port.is_none_or(is_port)
}

fn controller(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Controller> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let name = required(&mut members, "name", faults, |j, p, f| wording(j, 200, p, f));
    let contact = required(&mut members, "contact", faults, |j, p, f| wording(j, 500, p, f));
    members.finish(faults);
    Some(Controller { name: name?, contact: contact? })
}

fn notice(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Texts> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    members.take("hash");
    let text = optional(&mut members, "text", faults, |j, p, f| texts(j, MOST_NOTICE, p, f));
    members.finish(faults);
    text
}

fn release(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Release> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let every = members.take("every");
    let patience = members.take("patience");
    let blamed = patience.as_ref().or(every.as_ref()).map(|(_, at)| at.clone());
    let min_cohort = optional(&mut members, "min_cohort", faults, |j, p, f| {
        let (least, most) = (LEAST_COHORT.cast_signed(), MOST_MIN_COHORT.cast_signed());
        integer(j, least, most, p, f).map(i64::cast_unsigned)
    });
    members.finish(faults);
    let mut time = |given: Option<(&Json, Pointer)>, default| match given {
        Some((json, at)) => duration(json, TICKS, &at, faults),
        None => Some(default),
    };
    let (every, patience) = (time(every, RELEASE.every), time(patience, RELEASE.patience));
    let (every, patience) = (every?, patience?);
    if let (Some(at), true) = (blamed, every > patience) {
        faults.add(
            &at,
            "order",
            format!("`every` must not exceed `patience` ({} unless given).", RELEASE.patience),
        );
    }
    Some(Release { every, min_cohort: min_cohort.unwrap_or(RELEASE.min_cohort), patience })
}

fn retention(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Retention> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let mut length = |name, (least, most): (u16, u16), usual| {
        let given = optional(&mut members, name, faults, |j, p, f| {
            integer(j, i64::from(least), i64::from(most), p, f)
        });
        given.and_then(|given| u16::try_from(given).ok()).unwrap_or(usual)
    };
    let usual = Retention::default();
    let days = length("days", retention::DAYS, usual.days);
    let months = length("months", retention::MONTHS, usual.months);
    members.finish(faults);
    Some(Retention { days, months })
}
