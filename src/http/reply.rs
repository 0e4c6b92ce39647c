//! A reply, before the platform sends it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

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

/// Headers that every reply has (but for [`Reply::tagged`], [`Reply::embedded`] and [`Reply::under`]): nothing is cached, framed, sniffed or allowed to load anything.
const ALWAYS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
];

/// What a page may load and do.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                           frame-ancestors 'none'; base-uri 'none'";

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

    /// 200 with a page of a list: at most `limit` of what was found, each with its id, and the id after which
    /// the next page begins, where more was found than that.
    pub fn list(found: Vec<(String, serde_json::Value)>, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        let (ids, items): (Vec<_>, Vec<_>) = found.into_iter().take(limit).unzip();
        let next = ids.last().filter(|_| more);
        Self::json(200, &serde_json::json!({ "items": items, "next": next }))
    }

    /// A page for people: its stylesheet and its form are our own, and nothing else is loaded or sent
    /// anywhere. Of where somebody came from, only we are told: under `no-referrer`, browsers would send a
    /// form with the origin `null`. No search engine should list it.
    pub fn page(status: u16, html: impl Into<String>) -> Self {
        let mut reply = Self::new(status, "text/html; charset=utf-8", html);
        for (name, value) in &mut reply.headers {
            match *name {
                "content-security-policy" => *value = PAGE_POLICY.to_owned(),
                "referrer-policy" => *value = "same-origin".to_owned(),
                _ => {}
            }
        }
        reply.header("x-robots-tag", "noindex")
    }

    /// The same with scripts and frames of `origin`, another's, in it.
    pub fn with_scripts_of(self, origin: &str) -> Self {
        self.under(&format!("{PAGE_POLICY}; script-src {origin}; frame-src {origin}"))
    }

    /// A reply without a body.
    pub fn empty(status: u16) -> Self {
        let mut reply = Self::new(status, "", "");
        reply.headers.retain(|(name, _)| *name != "content-type");
        reply
    }

    /// With a strong entity tag of its body (RFC 9110, section 8.8.3); as 304, without the body, where
    /// the header `If-None-Match` names that tag. Only the caller may keep it, and must ask again
    /// before each use, so that what was kept never stands for another day.
    pub fn tagged(self, if_none_match: Option<&str>) -> Self {
        self.tagged_after("", if_none_match)
    }

    /// The same, with a tag that begins with `prefix`.
    pub fn tagged_after(self, prefix: &str, if_none_match: Option<&str>) -> Self {
        self.kept("private, no-cache", prefix, if_none_match)
    }

    /// A file that pages of any origin may load, whatever they isolate themselves with
    /// (Cross-Origin-Embedder-Policy, Subresource Integrity), and anyone may keep for an hour; tagged
    /// likewise.
    pub fn embedded(self, if_none_match: Option<&str>) -> Self {
        self.kept("public, max-age=3600", "", if_none_match)
            .header("access-control-allow-origin", "*")
            .header("cross-origin-resource-policy", "cross-origin")
    }

    /// A page, under this content security policy in place of the one that allows nothing.
    pub fn under(mut self, policy: &str) -> Self {
        for (name, value) in &mut self.headers {
            if *name == "content-security-policy" {
                *value = policy.to_owned();
            }
        }
        self
    }

    fn kept(mut self, how: &str, prefix: &str, if_none_match: Option<&str>) -> Self {
        let tag = format!("\"{prefix}{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&self.body)));
        // Compared weakly (section 13.1.2): whoever compresses a reply weakens its tag.
        let known = |given: &str| {
            let given = given.trim();
            given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag
        };
        if if_none_match.is_some_and(|tags| tags.split(',').any(known)) {
            self = Self::empty(304);
        }
        for (name, value) in &mut self.headers {
            if *name == "cache-control" {
                *value = how.to_owned();
            }
        }
        self.header("etag", tag)
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
