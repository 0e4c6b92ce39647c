//! The one catalogue of problems (RFC 9457): the type URI and every status follow from it. The page
//! behind the URI is `docs/problems/{slug}.md`, served as an asset.

use serde_json::{Value, json};

use crate::domain::fault::Fault;

use super::reply::Reply;

macro_rules! catalogue {
    ($($kind:ident $slug:literal $status:literal $title:literal;)*) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(
                #[doc = concat!($status, ": ", $title)]
                $kind,
            )*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// The last segment of its type URI, `/problems/{slug}`.
            pub fn slug(self) -> &'static str {
                match self { $(Kind::$kind => $slug),* }
            }

            /// Its HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Kind::$kind => $status),* }
            }

            /// What it is, in a few words, the same every time.
            pub fn title(self) -> &'static str {
                match self { $(Kind::$kind => $title),* }
            }
        }
    };
}

catalogue! {
    Malformed "malformed" 400 "The body is not JSON";
    KeyNeeded "key-needed" 401 "A key is needed";
    WrongKey "wrong-key" 401 "The key is not known";
    Forbidden "forbidden" 403 "The key may not do this";
    OriginRefused "origin-refused" 403 "This web origin may not use the survey";
    NotFound "not-found" 404 "There is no such thing here";
    UnknownSubmission "unknown-submission" 404 "No such response is known";
    UnknownReward "unknown-reward" 404 "No such reward is known";
    MethodNotAllowed "method-not-allowed" 405 "The method is not allowed here";
    OtherNotice "other-notice" 409 "The notice is not the current one";
    SurveyClosed "survey-closed" 409 "The survey is closed";
    RewardRedeemed "reward-redeemed" 409 "The reward was redeemed before";
    InUse "in-use" 409 "Something uses this";
    ScaleLocked "scale-locked" 409 "A question with counts cannot change its scale";
    Final "final" 410 "The response can no longer be taken back";
    OtherRevision "other-revision" 412 "Another revision is in force";
    BodyTooLarge "body-too-large" 413 "The body is too large";
    MediaType "media-type" 415 "The media type is not accepted";
    Invalid "invalid" 422 "The content is not valid";
    TooManyRequests "too-many-requests" 429 "Too many requests";
    Internal "internal" 500 "Something went wrong here";
    Unavailable "unavailable" 503 "Not available at the moment";
}

impl Kind {
    /// After how many seconds the same request may be sent again, where that may help.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            // The period of the rate limiter.
            Self::TooManyRequests => Some(60),
            Self::Unavailable => Some(2),
            _ => None,
        }
    }

    /// The kind with this slug.
    pub fn from_slug(slug: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}

/// A problem, on its way to a reply.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    detail: Option<String>,
    errors: Vec<Value>,
    members: Vec<(&'static str, Value)>,
    headers: Vec<(&'static str, String)>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: Kind) -> Self {
        Self { kind, detail: None, errors: Vec::new(), members: Vec::new(), headers: Vec::new() }
    }

    /// The content has these faults.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::new(Kind::Invalid).faults(faults)
    }

    /// This time, in a sentence. Never with text from the request.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With these faults as `errors`.
    pub fn faults(mut self, faults: Vec<Fault>) -> Self {
        self.errors.extend(faults.iter().map(|fault| json!(fault)));
        self
    }

    /// With a fault of the query parameter `name` among its `errors`.
    pub fn parameter(mut self, name: &str, code: &str, detail: &str) -> Self {
        self.errors.push(json!({ "parameter": name, "code": code, "detail": detail }));
        self
    }

    /// With a member of its own (RFC 9457, section 3.2).
    pub fn member(mut self, name: &'static str, value: Value) -> Self {
        self.members.push((name, value));
        self
    }

    /// With a header of its own.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The reply: the one place where problems are rendered.
    pub fn reply(self) -> Reply {
        let mut body = serde_json::Map::new();
        body.insert("type".into(), json!(format!("/problems/{}", self.kind.slug())));
        body.insert("title".into(), json!(self.kind.title()));
        body.insert("status".into(), json!(self.kind.status()));
        if let Some(detail) = self.detail {
            body.insert("detail".into(), json!(detail));
        }
        if !self.errors.is_empty() {
            body.insert("errors".into(), Value::Array(self.errors));
        }
        body.extend(self.members.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let mut reply = Reply::new(
            self.kind.status(),
            "application/problem+json",
            Value::Object(body).to_string(),
        );
        reply.headers.extend(self.headers);
        if let Some(seconds) = self.kind.retry_after() {
            reply = reply.header("retry-after", seconds.to_string());
        }
        match self.kind.status() {
            401 => reply.header("www-authenticate", "Bearer"),
            _ => reply,
        }
    }
}
