//! What is wrong with an input: every fault with its place, none with the input's own text.
//!
//! Places are JSON Pointers in the URI fragment form (RFC 6901, section 6), as RFC 9457 problems
//! carry them. A member whose name is not ours (unknown, or given twice) is named by its parent's
//! pointer and its index, so that nothing a respondent wrote ever comes back.

use std::fmt;

use serde::Serialize;

/// A JSON Pointer in URI fragment form; `#` is the whole document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self("#".to_owned())
    }

    /// The member `name` of what this points at. `name` must be one of our own names.
    pub fn member(&self, name: &str) -> Self {
        // Made for every member that is read, faulty or not, so without the formatter.
        let mut pointer = String::with_capacity(self.0.len() + 1 + name.len());
        pointer.push_str(&self.0);
        pointer.push('/');
        for letter in name.chars() {
            match letter {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                letter => pointer.push(letter),
            }
        }
        Self(pointer)
    }

    /// The element at `index` of what this points at.
    pub fn element(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One fault: where, which kind (a stable code), and a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where in the document.
    pub pointer: Pointer,
    /// The stable name of this kind of fault.
    pub code: &'static str,
    /// A sentence that quotes the rule, never the input.
    pub detail: String,
    /// For `unknown_member` and `duplicate_member`: which member of the object, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<usize>,
}

/// The faults of one document, gathered until all of it has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

/// How many faults one reply lists; a document with more is told the first ones.
const MOST: usize = 100;

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, pointer: &Pointer, code: &'static str, detail: impl Into<String>) {
        self.push(Fault { pointer: pointer.clone(), code, detail: detail.into(), member: None });
    }

    /// Notes a fault of the member at `index`, whose name is not ours to repeat.
    pub fn add_member(&mut self, parent: &Pointer, index: usize, code: &'static str, detail: &str) {
        self.push(Fault {
            pointer: parent.clone(),
            code,
            detail: detail.to_owned(),
            member: Some(index),
        });
    }

    fn push(&mut self, fault: Fault) {
        if self.0.len() < MOST {
            self.0.push(fault);
        }
    }

    /// How many there are so far.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, in the order in which they were found.
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }

    /// `value` where nothing is wrong, else the faults.
    pub fn or<T>(self, value: T) -> Result<T, Faults> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}
