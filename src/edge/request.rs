//! A request, gathered from the platform; a reply, handed to it.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, ReadableStream, Request, Response, ResponseInit, UrlSearchParams};
use worker::Env;

use crate::http::form::Form;
use crate::http::policy;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reply::Reply;

use super::Failure;

#[wasm_bindgen]
extern "C" {
    /// What the platform lends for the time of a request.
    pub type Context;
    #[wasm_bindgen(method, js_name = waitUntil)]
    fn wait_until(this: &Context, work: &Promise);
}

/// A request with what is asked of it more than once.
pub struct Call {
    // Not `worker::Request`: making one reads what the platform knows of the client (`cf`), at a price.
    request: Request,
    url: String,
    context: Option<Context>,
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
    pub fn new(request: Request, env: Env) -> Result<Self, JsValue> {
        let (method, url) = (request.method(), request.url());
        let path = Address::of(&url).path.to_owned();
        let origin = request.headers().get("origin")?;
        Ok(Self { request, url, context: None, env, method, path, origin })
    }

    /// The same, with what is needed to go on after the reply.
    pub fn with(self, context: Context) -> Self {
        Self { context: Some(context), ..self }
    }

    /// Does something that may go on after the reply: for 30 seconds at most, as the platform has it.
    pub fn after_reply(&self, work: impl Future<Output = ()> + 'static) {
        let work = future_to_promise(async {
            work.await;
            Ok(JsValue::UNDEFINED)
        });
        self.context.iter().for_each(|context| context.wait_until(&work));
    }

    /// The request itself.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// A header.
    pub fn header(&self, name: &str) -> Result<Option<String>, JsValue> {
        self.request.headers().get(name)
    }

    /// The header `Authorization`.
    pub fn authorization(&self) -> Result<Option<String>, JsValue> {
        self.header("authorization")
    }

    /// The Worker's own origin, as the request addressed it.
    pub fn own_origin(&self) -> String {
        Address::of(&self.url).origin.to_owned()
    }

    /// The query parameters.
    pub fn query(&self) -> Result<Query, JsValue> {
        Ok(Query::new(pairs(Address::of(&self.url).query)?))
    }

    /// The query parameters of a link to the hosted page, which may bring along more than we know.
    pub fn link(&self) -> Result<Form, JsValue> {
        Ok(Form::new(pairs(Address::of(&self.url).query)?))
    }

    /// The body, if it is a form of an accepted size.
    pub async fn form(&mut self) -> Result<Form, Failure> {
        let body = self.body(policy::FORM_TYPES, policy::MOST_FORM).await?;
        // What is not UTF-8 was not written by a browser that has our page.
        Ok(Form::new(pairs(&String::from_utf8_lossy(&body))?))
    }

    /// Whether the browser says `Sec-GPC: 1` (Global Privacy Control).
    pub fn global_privacy_control(&self) -> Result<bool, JsValue> {
        Ok(self.header("sec-gpc")?.as_deref() == Some("1"))
    }

    /// The body, if it is of an accepted media type and size.
    pub async fn body(&mut self, types: &[&str], most: usize) -> Result<Vec<u8>, Failure> {
        policy::accept_type(self.header("content-type")?.as_deref(), types)?;
        let announced = self.header("content-length")?.and_then(|length| length.parse().ok());
        policy::accept_size(announced.unwrap_or(0), most)?;
        let body = JsFuture::from(self.request.array_buffer()?).await?;
        let body = Uint8Array::new(&body).to_vec();
        policy::accept_size(body.len(), most)?;
        Ok(body)
    }

    /// Nothing but `nothing` may be in the query.
    pub fn no_query(&self) -> Result<(), Failure> {
        let refused: Result<(), Problem> = crate::http::query::nothing(self.query()?);
        Ok(refused?)
    }
}

/// The decoded pairs of a query or a form.
fn pairs(text: &str) -> Result<Vec<(String, String)>, JsValue> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let parameters = UrlSearchParams::new_with_str(text)?;
    let pairs = js_sys::try_iter(&parameters)?.into_iter().flatten().map(|pair| {
        let pair = Array::from(&pair?);
        let text = |index| pair.get(index).as_string().unwrap_or_default();
        Ok((text(0), text(1)))
    });
    pairs.collect()
}

/// The parts of a URL that the platform has put into its normal form (the URL standard).
struct Address<'a> {
    origin: &'a str,
    path: &'a str,
    query: &'a str,
}

impl<'a> Address<'a> {
    fn of(url: &'a str) -> Self {
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let end = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
        let (origin, path) = url.split_at_checked(end).unwrap_or((url, ""));
        Self { origin, path, query }
    }
}

/// Hands a reply to the platform.
pub fn respond(reply: Reply) -> Result<Response, JsValue> {
    let init = init(&reply)?;
    if reply.body.is_empty() {
        return Response::new_with_opt_str_and_init(None, &init);
    }
    let body = Uint8Array::from(reply.body.as_bytes());
    Response::new_with_opt_js_u8_array_and_init(Some(&body), &init)
}

/// The same with a body that is still being written.
pub fn respond_with(reply: &Reply, body: &ReadableStream) -> Result<Response, JsValue> {
    Response::new_with_opt_readable_stream_and_init(Some(body), &init(reply)?)
}

fn init(reply: &Reply) -> Result<ResponseInit, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &reply.headers {
        headers.append(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(reply.status);
    init.set_headers(&headers);
    Ok(init)
}
