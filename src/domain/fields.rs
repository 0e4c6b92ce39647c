//! The fields that an owner's documents are made of: names, texts, lists, numbers, durations.
//! Each is read within its bounds, or leaves a fault that quotes the rule and never the input.

use std::collections::{BTreeMap, BTreeSet};

use super::decimal::Decimal;
use super::fault::{Faults, Pointer};
use super::json::{Json, Members, list, text, wrong_type};
use super::survey::{Id, Texts};
use super::time::Duration;

/// The largest magnitude of a declared number, in thousandths: 10^9.
pub const MOST_THOUSANDTHS: i64 = 1_000_000_000_000;

/// The names that the members of a map may have, where its owner gives them.
pub struct Names {
    /// The fewest members.
    pub least: usize,
    /// The most members.
    pub most: usize,
    /// Whether a name is allowed.
    pub allowed: fn(&str) -> bool,
    /// The rule, for a person.
    pub rule: &'static str,
}

/// The locales that a text may be given in: 1 to 20.
pub const LOCALES: Names = Names {
    least: 1,
    most: 20,
    allowed: is_locale,
    rule: "A locale is a language tag (BCP 47) such as en or pt-BR.",
};

/// The rule of [`is_id`], for a person.
pub const ID_RULE: &str =
    "A name is 1 to 32 of a-z, 0-9, _ and -, and starts with a letter or digit.";

/// Whether it is `[a-z0-9][a-z0-9_-]{0,31}`.
pub fn is_id(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    text.len() <= 32 && text.bytes().all(inner) && !text.starts_with(['_', '-']) && !text.is_empty()
}

/// Whether it is `[a-z]{2,3}(-[A-Za-z0-9]{2,8})*`: a language and subtags of BCP 47 (RFC 5646,
/// section 2.1), without looking them up.
pub fn is_locale(text: &str) -> bool {
    let (language, subtags) = text.split_once('-').map_or((text, None), |(l, s)| (l, Some(s)));
    let is_subtag =
        |s: &str| (2..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric());
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && subtags.is_none_or(|subtags| subtags.split('-').all(is_subtag))
}

/// Reads the member `name`, if it is there.
pub fn optional<'a, T>(
    members: &mut Members<'a>,
    name: &str,
    faults: &mut Faults,
    read: impl FnOnce(&'a Json, &Pointer, &mut Faults) -> Option<T>,
) -> Option<T> {
    let (json, pointer) = members.take(name)?;
    read(json, &pointer, faults)
}

/// Reads the member `name`, which must be there.
pub fn required<'a, T>(
    members: &mut Members<'a>,
    name: &str,
    faults: &mut Faults,
    read: impl FnOnce(&'a Json, &Pointer, &mut Faults) -> Option<T>,
) -> Option<T> {
    let (json, pointer) = members.require(name, faults)?;
    read(json, &pointer, faults)
}

/// Reads each element of an array of `least` to `most`; those that can be read, with their places.
pub fn each<T>(
    json: &Json,
    (least, most): (usize, usize),
    pointer: &Pointer,
    faults: &mut Faults,
    mut read: impl FnMut(&Json, &Pointer, &mut Faults) -> Option<T>,
) -> Option<Vec<(T, Pointer)>> {
    let elements = list(json, least, most, pointer, faults)?;
    Some(elements.into_iter().filter_map(|(e, at)| Some((read(e, &at, faults)?, at))).collect())
}

/// What was read, without its places.
pub fn values<T>(found: Vec<(T, Pointer)>) -> Vec<T> {
    found.into_iter().map(|(value, _)| value).collect()
}

/// Notes each key that was there before.
pub fn distinct<'a, K: Ord + ?Sized + 'a>(
    keys: impl IntoIterator<Item = (&'a K, &'a Pointer)>,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (key, at) in keys {
        if !seen.insert(key) {
            duplicate(at, faults);
        }
    }
}

/// Notes that what stands at `pointer` was there before.
pub fn duplicate(pointer: &Pointer, faults: &mut Faults) {
    faults.add(pointer, "duplicate", "This was given before; each may be given once.");
}

/// Reads a map whose members' names are the owner's. A name that is not allowed is named by its
/// place alone.
pub fn named<T>(
    json: &Json,
    names: &Names,
    pointer: &Pointer,
    faults: &mut Faults,
    mut read: impl FnMut(&Json, &Pointer, &mut Faults) -> Option<T>,
) -> Option<BTreeMap<String, T>> {
    let members = Members::of(json, pointer.clone(), faults)?.rest();
    let (least, most) = (names.least, names.most);
    if members.len() < least || members.len() > most {
        faults.add(pointer, "length", format!("Between {least} and {most} members are allowed."));
        return None;
    }
    let mut found = BTreeMap::new();
    for (index, name, value) in members {
        if !(names.allowed)(name) {
            faults.add_member(pointer, index, "name", names.rule);
        } else if let Some(value) = read(value, &pointer.member(name), faults) {
            found.insert(name.to_owned(), value);
        }
    }
    Some(found)
}

/// One of the words that stand for `all`.
pub fn word<T: Copy>(
    json: &Json,
    all: &[T],
    name: impl Fn(T) -> &'static str,
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<T> {
    let Json::Text(given) = json else {
        wrong_type(json, "a string", pointer, faults);
        return None;
    };
    let found = all.iter().copied().find(|one| name(*one) == given);
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        faults.add(pointer, "value", format!("One of {} is allowed.", names.join(", ")));
    }
    found
}

/// A text of 1 to `most` characters, one of which at least can be seen.
pub fn wording(json: &Json, most: usize, pointer: &Pointer, faults: &mut Faults) -> Option<String> {
    let given = text(json, 1, most, pointer, faults)?;
    if given.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
        faults.add(pointer, "blank", "A text must hold more than white space.");
        return None;
    }
    Some(given.to_owned())
}

/// A text in 1 to 20 languages, of 1 to `most` characters each.
pub fn texts(json: &Json, most: usize, pointer: &Pointer, faults: &mut Faults) -> Option<Texts> {
    named(json, &LOCALES, pointer, faults, |j, p, f| wording(j, most, p, f))
}

/// An [`Id`].
pub fn id(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Id> {
    match json {
        Json::Text(given) if is_id(given) => Some(given.clone()),
        Json::Text(_) => {
            faults.add(pointer, "name", ID_RULE);
            None
        }
        other => {
            wrong_type(other, "a string", pointer, faults);
            None
        }
    }
}

/// A number of at most three decimals and 10^9 in magnitude, in thousandths.
pub fn thousandths(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<i64> {
    let Json::Number(number) = json else {
        wrong_type(json, "a number", pointer, faults);
        return None;
    };
    let small = |t: i64| (-MOST_THOUSANDTHS..=MOST_THOUSANDTHS).contains(&t);
    match (number.thousandths(), Decimal::thousandths_floor(*number)) {
        (Some(exact), _) if small(exact) => return Some(exact),
        (None, Some(floor)) if small(floor) => {
            faults.add(pointer, "decimals", "At most three decimals are allowed.");
        }
        _ => faults.add(pointer, "range", "Numbers from -1000000000 to 1000000000 are allowed."),
    }
    None
}

/// A duration from `least` to `most`, written like `30d`, `12h`, `15m` or `90s`.
pub fn duration(
    json: &Json,
    (least, most): (Duration, Duration),
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<Duration> {
    let Json::Text(given) = json else {
        wrong_type(json, "a string", pointer, faults);
        return None;
    };
    let Some(found) = Duration::parse(given) else {
        faults.add(pointer, "duration", "A duration is a whole number and one of d, h, m, s.");
        return None;
    };
    if !(least..=most).contains(&found) {
        faults.add(pointer, "range", format!("Durations from {least} to {most} are allowed."));
        return None;
    }
    Some(found)
}
