//! Who is calling: the header `Authorization`, against the first admin key and those in D1.
//!
//! An isolate asks D1 for a key once a minute at most, so that a key costs ingest nothing, and a
//! deleted one lives a minute longer at most. A call without a key asks for nothing.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::domain::access::{Access, Key, Refused, Scope};
use crate::domain::time::Instant;
use crate::http::problem::{Kind, Problem};
use crate::store::keys::{self, KeyRow};

use super::config::FirstKey;
use super::request::Call;
use super::{Failure, d1 as database, now};

/// For how long an isolate believes what D1 said of a key, in milliseconds.
const BELIEVED: i64 = 60_000;
/// How many keys an isolate remembers.
const MOST: usize = 1_000;

/// What D1 said, and when; `None`: there is no such key.
struct Remembered {
    at: Instant,
    row: Option<KeyRow>,
}

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, Remembered>> = RefCell::default();
}

/// What the key that came with the call may do, if one came. A key that is not known is a problem even
/// where none is needed: whoever sends one means it to count.
pub async fn of(call: &Call, config: &impl AsRef<FirstKey>) -> Result<Option<Access>, Failure> {
    Ok(holder(call, config).await?.map(|holder| match holder {
        Holder::First => Access::everything(),
        Holder::Other(row) => row.access,
    }))
}

/// Whose key it is.
pub enum Holder {
    /// The first admin key's.
    First,
    /// One that D1 has.
    Other(KeyRow),
}

/// The key that came with the call, if one came.
pub async fn holder(call: &Call, config: &impl AsRef<FirstKey>) -> Result<Option<Holder>, Failure> {
    let Some(authorization) = call.authorization()? else { return Ok(None) };
    let given = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .unwrap_or_default();
    if config.as_ref().is(given) {
        return Ok(Some(Holder::First));
    }
    let row = match Key::parse(given) {
        Some(key) => stored(call, &key).await?,
        None => None,
    };
    match row {
        Some(row) => Ok(Some(Holder::Other(row))),
        None => Err(Problem::new(Kind::WrongKey).into()),
    }
}

/// Lets only calls pass whose key has the scope, for the survey that the call is about, if it is about
/// one. To be asked before the survey is looked for: a refusal does not tell what exists.
pub async fn require(
    call: &Call,
    config: &impl AsRef<FirstKey>,
    scope: Scope,
    survey: Option<&str>,
) -> Result<(), Failure> {
    let access = of(call, config).await?.ok_or_else(|| Problem::new(Kind::KeyNeeded))?;
    Ok(check(&access, scope, survey)?)
}

/// What the key may do that came with a call for a list: one that has the scope, whatever it is bound to.
pub async fn require_any(
    call: &Call,
    config: &impl AsRef<FirstKey>,
    scope: Scope,
) -> Result<Access, Failure> {
    let access = of(call, config).await?.ok_or_else(|| Problem::new(Kind::KeyNeeded))?;
    access.has(scope).map_err(refusal)?;
    Ok(access)
}

/// Whether a key came that has the scope. One that came and does not have it is a problem.
pub async fn offered(
    call: &Call,
    config: &impl AsRef<FirstKey>,
    scope: Scope,
    survey: &str,
) -> Result<bool, Failure> {
    match of(call, config).await? {
        Some(access) => Ok(check(&access, scope, Some(survey)).map(|()| true)?),
        None => Ok(false),
    }
}

fn check(access: &Access, scope: Scope, survey: Option<&str>) -> Result<(), Problem> {
    access.allows(scope, survey).map_err(refusal)
}

fn refusal(why: Refused) -> Problem {
    Problem::new(Kind::Forbidden).detail(why.to_string())
}

async fn stored(call: &Call, key: &Key) -> Result<Option<KeyRow>, Failure> {
    let now = now();
    let judge = |row: &Option<KeyRow>| row.as_ref().filter(|row| key.is_of(&row.hash)).cloned();
    let fresh = |at: Instant| (0..BELIEVED).contains(&(now.0 - at.0));
    let remembered = REMEMBERED.with_borrow(|all| {
        all.get(key.id()).filter(|remembered| fresh(remembered.at)).map(|r| judge(&r.row))
    });
    if let Some(row) = remembered {
        return Ok(row);
    }
    let row = database::first(&call.env, keys::select(key.id())).await?;
    let row = row.map(keys::key).transpose()?;
    let judged = judge(&row);
    REMEMBERED.with_borrow_mut(|all| {
        if all.len() >= MOST {
            // Ids that somebody made up must not drive out the keys that there are.
            all.retain(|_, remembered| remembered.row.is_some());
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key.id().to_owned(), Remembered { at: now, row });
    });
    Ok(judged)
}

/// Forgets a key that is gone.
pub fn forget(id: &str) {
    REMEMBERED.with_borrow_mut(|all| all.remove(id));
}
