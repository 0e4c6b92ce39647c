//! Who may do what: keys, their scopes, and the surveys that they are bound to.
//!
//! A key is `cf_<id>_<secret>` and is shown once. What is stored of it is [`Key::hash`].

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use super::fault::{Faults, Pointer};
use super::fields::{distinct, each, optional, required, values, word, wording};
use super::hex::hex;
use super::json::{Json, Members, text};
use super::preimage::keyed_hash;

/// The most characters of a key's name.
const MOST_NAME: usize = 100;
/// The most surveys that a key may be bound to.
const MOST_SURVEYS: usize = 100;
/// The most characters of a survey's id.
const MOST_SURVEY_ID: usize = 32;
/// The characters of a key's id: 8 bytes in hexadecimal digits.
const ID: usize = 16;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To read figures.
    Read,
    /// To name customers, and to invite them.
    Ingest,
    /// Everything.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Ingest, Self::Admin];

    /// The scope as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        }
    }

    /// The scope that is written so.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// What a key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Its scopes; `admin` implies the others.
    pub scopes: Vec<Scope>,
    /// The ids of the surveys that it is bound to; `None`: not bound.
    pub surveys: Option<Vec<String>>,
}

/// Why a key may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It does not have this scope.
    Scope(Scope),
    /// It is bound to other surveys.
    Bound,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(scope) => write!(f, "A key with the scope `{}` is needed.", scope.name()),
            Self::Bound => f.write_str("The key is bound to surveys, and this is none of them."),
        }
    }
}

impl Access {
    /// Of the first admin key.
    pub fn everything() -> Self {
        Self { scopes: vec![Scope::Admin], surveys: None }
    }

    /// Whether it has this scope, be it for some surveys alone.
    pub fn has(&self, scope: Scope) -> Result<(), Refused> {
        let held = self.scopes.iter().any(|own| *own == scope || *own == Scope::Admin);
        if held { Ok(()) } else { Err(Refused::Scope(scope)) }
    }

    /// Whether it covers a call of this scope; `survey` is the one that the call is about. One that
    /// is about no survey, or about all, is beyond a key that is bound.
    pub fn allows(&self, scope: Scope, survey: Option<&str>) -> Result<(), Refused> {
        self.has(scope)?;
        match (&self.surveys, survey) {
            (None, _) => Ok(()),
            (Some(bound), Some(survey)) if bound.iter().any(|id| id == survey) => Ok(()),
            (Some(_), _) => Err(Refused::Bound),
        }
    }
}

/// A key as its holder has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    id: String,
    secret: [u8; 32],
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

impl Key {
    /// A new key, of random bytes.
    pub fn new(id: [u8; 8], secret: [u8; 32]) -> Self {
        Self { id: hex(&id), secret }
    }

    /// Reads `cf_<id>_<secret>`, and nothing looser: 16 lower-case hexadecimal digits, and 32 bytes as
    /// 43 characters of base64url (RFC 4648, section 5).
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix("cf_")?.split_once('_')?;
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        is_id(id).then(|| Self { id: id.to_owned(), secret })
    }

    /// What it is found by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The whole key: for its holder, once.
    pub fn reveal(&self) -> String {
        format!("cf_{}_{}", self.id, URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// What is stored of it: HMAC-SHA-256 of the id under the secret, in hexadecimal digits.
    pub fn hash(&self) -> String {
        hex(&keyed_hash(&self.secret, "counterfoil key 1", &[self.id.as_bytes()]))
    }

    /// Whether what is stored is of this key; in a time that does not depend on where they differ.
    pub fn is_of(&self, stored: &str) -> bool {
        self.hash().as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

/// Whether it is the id of a key: 16 lower-case hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A key that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub access: Access,
}

/// A key as it was asked for: as much as could be read, and every fault of its form.
#[derive(Debug)]
pub struct Draft {
    wanted: Wanted,
    /// Where each of the surveys stands that could be read.
    places: Vec<Pointer>,
    faults: Faults,
}

/// Reads the body of a call for a key. Whether there are such surveys is for [`Draft::check`] to say.
pub fn read(json: &Json) -> Draft {
    let mut faults = Faults::default();
    let mut wanted =
        Wanted { name: String::new(), access: Access { scopes: Vec::new(), surveys: None } };
    let mut places = Vec::new();
    if let Some(mut members) = Members::of(json, Pointer::root(), &mut faults) {
        let m = &mut members;
        let name = required(m, "name", &mut faults, |j, p, f| wording(j, MOST_NAME, p, f));
        wanted.name = name.unwrap_or_default();
        wanted.access.scopes = required(m, "scopes", &mut faults, scopes).unwrap_or_default();
        let surveys = optional(m, "surveys", &mut faults, surveys);
        wanted.access.surveys = surveys.map(|surveys| {
            let (ids, at) = surveys.into_iter().unzip();
            places = at;
            ids
        });
        members.finish(&mut faults);
    }
    Draft { wanted, places, faults }
}

impl Draft {
    /// The ids of the surveys that it is to be bound to, if to any.
    pub fn surveys(&self) -> &[String] {
        self.wanted.access.surveys.as_deref().unwrap_or_default()
    }

    /// The key, if its surveys are `there`: bound to others it would be of no use to anyone. Else every
    /// fault, those of its form first.
    pub fn check(mut self, there: impl Fn(&str) -> bool) -> Result<Wanted, Faults> {
        let surveys = self.wanted.access.surveys.iter().flatten();
        for (_, at) in surveys.zip(&self.places).filter(|(id, _)| !there(id)) {
            self.faults.add(at, "reference", "There is no survey with this id.");
        }
        self.faults.or(self.wanted)
    }
}

fn scopes(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<Vec<Scope>> {
    let found = each(json, (1, Scope::ALL.len()), at, faults, |json, at, faults| {
        word(json, &Scope::ALL, Scope::name, at, faults)
    })?;
    distinct(found.iter().map(|(scope, at)| (scope.name(), at)), faults);
    Some(values(found))
}

fn surveys(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<Vec<(String, Pointer)>> {
    let found = each(json, (1, MOST_SURVEYS), at, faults, |json, at, faults| {
        text(json, 1, MOST_SURVEY_ID, at, faults).map(str::to_owned)
    })?;
    distinct(found.iter().map(|(id, at)| (id.as_str(), at)), faults);
    Some(found)
}
