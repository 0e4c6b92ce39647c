//! A reply, before the platform sends it.

use serde::Serialize;

/// Status, headers, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: String,
}

/// Headers that every reply has: nothing is cached, framed, sniffed or allowed to load anything.
const ALWAYS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
];

impl Reply {
    /// A reply with a body of this media type.
    pub fn new(status: u16, media_type: &'static str, body: impl Into<String>) -> Self {
        let always = ALWAYS.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let headers = always.chain([("content-type", media_type.to_owned())]).collect();
        Self { status, headers, body: body.into() }
    }

    /// A JSON reply.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Our own reply types have string keys only, so they always serialise.
        Self::new(status, "application/json", serde_json::to_string(body).unwrap_or_default())
    }

    /// A reply without a body.
    pub fn empty(status: u16) -> Self {
        let mut reply = Self::new(status, "", "");
        reply.headers.retain(|(name, _)| *name != "content-type");
        reply
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
