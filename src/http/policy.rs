//! Who may call, with what: web origins (the Fetch standard's CORS), media types, sizes.

use super::problem::{Kind, Problem};
use super::reply::Reply;

/// The most bytes that the body of a response may have.
pub const MOST_RESPONSE: usize = 16 * 1024;
/// The most bytes that any other body may have.
pub const MOST_BODY: usize = 256 * 1024;

/// Media types of a response. `text/plain` spares browsers a preflight; both are read as JSON.
pub const RESPONSE_TYPES: &[&str] = &["application/json", "text/plain"];
/// The most bytes of the hosted page's form: what is no letter of ASCII takes three times as much there.
pub const MOST_FORM: usize = 3 * MOST_RESPONSE;
/// The media type of the hosted page's form.
pub const FORM_TYPES: &[&str] = &["application/x-www-form-urlencoded"];
/// Media types of any other body.
pub const JSON_TYPES: &[&str] = &["application/json"];

/// Whether a request from `origin` may use a survey that lists `listed`, on a Worker whose own origin
/// is `own`. Servers send no origin; `null` is nobody's.
pub fn admit(origin: Option<&str>, own: &str, listed: &[String]) -> Result<(), Problem> {
    match origin {
        None => Ok(()),
        Some(origin) if origin == own || listed.iter().any(|listed| listed == origin) => Ok(()),
        Some(_) => Err(Problem::new(Kind::OriginRefused)
            .detail("Ask the survey's owner to add this origin to `origins`.")),
    }
}

/// Whether a form may have been sent from our own page, by the headers `Sec-Fetch-Site` (Fetch Metadata)
/// and `Origin` of the request. Nobody is signed in, so another site gains nothing that it could not do
/// by itself; but it could make its visitors' browsers send a consent that they never gave.
pub fn admit_own(fetch_site: Option<&str>, origin: Option<&str>, own: &str) -> Result<(), Problem> {
    let admitted = match (fetch_site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == own,
        (None, None) => true,
    };
    if admitted { Ok(()) } else { Err(Problem::new(Kind::OriginRefused)) }
}

/// Adds what a browser needs to hand the reply to the calling page, problems included: whether the
/// origin may use the survey is decided by [`admit`], not by hiding the refusal.
pub fn share(reply: Reply, origin: Option<&str>) -> Reply {
    let reply = reply.header("vary", "origin");
    match origin {
        Some(origin) => reply
            .header("access-control-allow-origin", origin)
            .header("access-control-expose-headers", "retry-after"),
        None => reply,
    }
}

/// The reply to a preflight request for `methods`.
pub fn preflight(methods: &str) -> Reply {
    Reply::empty(204)
        .header("access-control-allow-methods", methods)
        .header("access-control-allow-headers", "content-type")
        .header("access-control-max-age", "7200")
}

/// Judges a body's media type by its `content-type`, parameters aside.
pub fn accept_type(content_type: Option<&str>, accepted: &[&str]) -> Result<(), Problem> {
    let given = content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    if accepted.iter().any(|accepted| given.eq_ignore_ascii_case(accepted)) {
        return Ok(());
    }
    Err(Problem::new(Kind::MediaType)
        .detail(format!("Send the header `content-type: {}`.", accepted.join("` or `"))))
}

/// Judges a body's size in bytes.
pub fn accept_size(size: usize, most: usize) -> Result<(), Problem> {
    if size <= most {
        return Ok(());
    }
    Err(Problem::new(Kind::BodyTooLarge).detail(format!("At most {most} bytes are accepted.")))
}
