//! JSON read strictly (RFC 8259, and I-JSON, RFC 7493, where it is stricter): member order and
//! duplicates are kept for the caller to judge, numbers keep their decimal text, depth is bounded,
//! lone surrogates are refused.
//!
//! `serde_json` does the scanning; this room only keeps what its own tree would lose.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::decimal::Decimal;
use super::fault::{Faults, Pointer};

/// The deepest nesting that is read. No document of ours comes near it.
pub const MAX_DEPTH: usize = 16;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as the decimal it was written as.
    Number(Decimal),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// The members as written, duplicates included.
    Members(Vec<(String, Json)>),
}

/// Why bytes are not JSON that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Not JSON (RFC 8259); the position of the fault, both from 1.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Not UTF-8 (RFC 8259, section 8.1).
    Encoding,
    /// A string holds half of a surrogate pair (RFC 7493, section 2.1).
    LoneSurrogate,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column } => {
                write!(f, "The body is not JSON: see line {line}, column {column}.")
            }
            Self::Encoding => f.write_str("The body is not UTF-8."),
            Self::LoneSurrogate => {
                f.write_str("A string in the body has one half of a surrogate pair (RFC 7493).")
            }
            Self::TooDeep => {
                write!(f, "The body is nested deeper than {MAX_DEPTH} levels.")
            }
        }
    }
}

impl Json {
    /// Reads a whole document.
    pub fn read(bytes: &[u8]) -> Result<Json, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Encoding)?;
        let raw: &RawValue = serde_json::from_str(text).map_err(syntax)?;
        descend(raw, 0)
    }

    /// What this is, in JSON's words.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "an array",
            Json::Members(_) => "an object",
        }
    }
}

fn syntax(error: serde_json::Error) -> Unreadable {
    Unreadable::Syntax { line: error.line(), column: error.column() }
}

fn descend(raw: &RawValue, depth: usize) -> Result<Json, Unreadable> {
    if depth > MAX_DEPTH {
        return Err(Unreadable::TooDeep);
    }
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'n') => Json::Null,
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'"') => {
            Json::Text(serde_json::from_str(text).map_err(|_| Unreadable::LoneSurrogate)?)
        }
        Some(b'[') => {
            let Elements(elements) = serde_json::from_str(text).map_err(syntax)?;
            Json::List(
                elements.into_iter().map(|e| descend(e, depth + 1)).collect::<Result<_, _>>()?,
            )
        }
        Some(b'{') => {
            // The document has been scanned once, so all that can fail here is a member's name.
            let Entries(entries) =
                serde_json::from_str(text).map_err(|_| Unreadable::LoneSurrogate)?;
            Json::Members(
                entries
                    .into_iter()
                    .map(|(name, value)| Ok((name, descend(value, depth + 1)?)))
                    .collect::<Result<_, _>>()?,
            )
        }
        _ => Json::Number(Decimal::parse(text)),
    })
}

struct Elements<'a>(Vec<&'a RawValue>);
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Elements<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(element) = seq.next_element()? {
                    all.push(element);
                }
                Ok(Elements(all))
            }
        }
        deserializer.deserialize_seq(Visit)
    }
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Entries(all))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// The members of an object while it is being read: each is taken once, by name, and what is left
/// over in the end is unknown.
pub struct Members<'a> {
    pointer: Pointer,
    members: Vec<(usize, &'a str, &'a Json)>,
}

impl<'a> Members<'a> {
    /// The members of `json`, with a fault for each name that comes twice; `None`, with a fault, if
    /// it is no object.
    pub fn of(json: &'a Json, pointer: Pointer, faults: &mut Faults) -> Option<Self> {
        let Json::Members(all) = json else {
            wrong_type(json, "an object", &pointer, faults);
            return None;
        };
        let mut members: Vec<(usize, &str, &Json)> = Vec::with_capacity(all.len());
        let mut seen = std::collections::BTreeSet::new();
        for (index, (name, value)) in all.iter().enumerate() {
            if seen.insert(name.as_str()) {
                members.push((index, name, value));
            } else {
                faults.add_member(
                    &pointer,
                    index,
                    "duplicate_member",
                    "This member's name was given before in the same object.",
                );
            }
        }
        Some(Self { pointer, members })
    }

    /// Where the object stands.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Takes the member `name`, with its own pointer.
    pub fn take(&mut self, name: &str) -> Option<(&'a Json, Pointer)> {
        let at = self.members.iter().position(|(_, n, _)| *n == name)?;
        let (_, _, value) = self.members.remove(at);
        Some((value, self.pointer.member(name)))
    }

    /// Takes the member `name`, or notes that it is missing.
    pub fn require(&mut self, name: &str, faults: &mut Faults) -> Option<(&'a Json, Pointer)> {
        let taken = self.take(name);
        if taken.is_none() {
            faults.add(&self.pointer.member(name), "missing", "This member is required.");
        }
        taken
    }

    /// All members that are left, with their index.
    pub fn rest(self) -> Vec<(usize, &'a str, &'a Json)> {
        self.members
    }

    /// Notes each member that nobody took.
    pub fn finish(self, faults: &mut Faults) {
        for (index, _, _) in self.members {
            unknown(&self.pointer, index, faults);
        }
    }
}

/// Notes a member that the object does not have.
pub fn unknown(parent: &Pointer, index: usize, faults: &mut Faults) {
    faults.add_member(parent, index, "unknown_member", "No such member is known here.");
}

/// Notes that `json` is not `expected`.
pub fn wrong_type(json: &Json, expected: &str, pointer: &Pointer, faults: &mut Faults) {
    faults.add(pointer, "type", format!("Expected {expected}, got {}.", json.kind()));
}

/// A boolean, or a fault.
pub fn boolean(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<bool> {
    match json {
        Json::Bool(value) => Some(*value),
        other => {
            wrong_type(other, "a boolean", pointer, faults);
            None
        }
    }
}

/// A string of `least` to `most` characters (Unicode scalar values) without control characters
/// other than line breaks and tabs, or a fault.
pub fn text<'a>(
    json: &'a Json,
    least: usize,
    most: usize,
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<&'a str> {
    let Json::Text(value) = json else {
        wrong_type(json, "a string", pointer, faults);
        return None;
    };
    let length = value.chars().count();
    if length < least || length > most {
        faults.add(
            pointer,
            "length",
            format!("Between {least} and {most} characters are allowed."),
        );
        return None;
    }
    if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        faults.add(pointer, "control_character", "Control characters are not allowed.");
        return None;
    }
    Some(value)
}

/// An integer from `least` to `most`, judged by value, or a fault.
pub fn integer(
    json: &Json,
    least: i64,
    most: i64,
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<i64> {
    let Json::Number(number) = json else {
        wrong_type(json, "an integer", pointer, faults);
        return None;
    };
    let allowed = || format!("Integers from {least} to {most} are allowed.");
    match number.integer() {
        Some(value) if (least..=most).contains(&value) => return Some(value),
        None if !number.is_whole() => faults.add(pointer, "not_an_integer", allowed()),
        _ => faults.add(pointer, "range", allowed()),
    }
    None
}

/// The elements of an array of `least` to `most` elements, each with its pointer, or a fault.
pub fn list<'a>(
    json: &'a Json,
    least: usize,
    most: usize,
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<(&'a Json, Pointer)>> {
    let Json::List(elements) = json else {
        wrong_type(json, "an array", pointer, faults);
        return None;
    };
    if elements.len() < least || elements.len() > most {
        faults.add(pointer, "length", format!("Between {least} and {most} elements are allowed."));
        return None;
    }
    Some(elements.iter().enumerate().map(|(i, e)| (e, pointer.element(i))).collect())
}
