//! A request, gathered from the platform; a reply, handed to it.

use worker::{Env, Headers, Request, Response, ResponseBuilder};

use crate::http::policy;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reply::Reply;

use super::Failure;

/// A request with what is asked of it more than once.
pub struct Call {
    request: Request,
    /// The bindings.
    pub env: Env,
    /// The method, in upper case.
    pub method: String,
    /// The path.
    pub path: String,
    /// The web origin that it came from, if a browser says one.
    pub origin: Option<String>,
}

impl Call {
    /// Gathers the parts of a request.
    pub fn new(request: Request, env: Env) -> worker::Result<Self> {
        let method = request.inner().method();
        let path = request.path();
        let origin = request.headers().get("origin")?;
        Ok(Self { request, env, method, path, origin })
    }

    /// A header.
    pub fn header(&self, name: &str) -> worker::Result<Option<String>> {
        self.request.headers().get(name)
    }

    /// The header `Authorization`.
    pub fn authorization(&self) -> worker::Result<Option<String>> {
        self.header("authorization")
    }

    /// The Worker's own origin, as the request addressed it.
    pub fn own_origin(&self) -> worker::Result<String> {
        Ok(self.request.url()?.origin().ascii_serialization())
    }

    /// The query parameters.
    pub fn query(&self) -> worker::Result<Query> {
        if !self.request.inner().url().contains('?') {
            return Ok(Query::new(Vec::new()));
        }
        Ok(Query::new(self.request.url()?.query_pairs().into_owned().collect()))
    }

    /// The body, if it is of an accepted media type and size.
    pub async fn body(&mut self, types: &[&str], most: usize) -> Result<Vec<u8>, Failure> {
        policy::accept_type(self.header("content-type")?.as_deref(), types)?;
        let announced = self.header("content-length")?.and_then(|length| length.parse().ok());
        policy::accept_size(announced.unwrap_or(0), most)?;
        let body = self.request.bytes().await?;
        policy::accept_size(body.len(), most)?;
        Ok(body)
    }

    /// Nothing but `nothing` may be in the query.
    pub fn no_query(&self) -> Result<(), Failure> {
        let refused: Result<(), Problem> = crate::http::query::nothing(self.query()?);
        Ok(refused?)
    }
}

/// Hands a reply to the platform.
pub fn respond(reply: Reply) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &reply.headers {
        headers.append(name, value)?;
    }
    let response = ResponseBuilder::new().with_status(reply.status).with_headers(headers);
    if reply.body.is_empty() {
        return Ok(response.empty());
    }
    Ok(response.fixed(reply.body.into_bytes()))
}
