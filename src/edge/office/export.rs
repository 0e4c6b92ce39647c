//! `GET /v1/surveys/{id}/export`: cohorts and tallies as a file, sent while it is read from D1.
//!
//! The range is read in slices, so that memory holds one of them, and the calls of a request stay
//! within the platform's bound, 50 on its free plan. Each slice is one transaction. A day that is
//! rolled up meanwhile would be missing or counted twice: then the file breaks off.
//!
//! Whoever reads it must see that, and workerd ends a body that failed like any other. So the last line
//! break is written at the very end: a file without one is not whole.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, Response};
use worker::Env;

use crate::domain::access::Scope;
use crate::domain::days::{Days, Step};
use crate::domain::export::Format;
use crate::domain::plan::Plan;
use crate::domain::time::Day;
use crate::edge::definitions::{self, Loaded};
use crate::edge::request::{self, Call};
use crate::edge::{Failure, access, d1 as database, now};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::{d1, roll_up};

use super::config::Config;
use super::report;

/// In how many slices a range is read at most.
const MOST_SLICES: usize = 40;

#[wasm_bindgen(module = "/src/edge/office/pipe.js")]
extern "C" {
    fn pipe() -> Array;
    #[wasm_bindgen(catch)]
    async fn write(writer: &JsValue, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn end(writer: &JsValue, failed: bool) -> Result<JsValue, JsValue>;
}

/// What is being sent.
struct Export {
    env: Env,
    loaded: Rc<Loaded>,
    plan: Plan,
    steps: Vec<(String, Days)>,
    format: Format,
    complete_through: Day,
}

/// 200 with the file.
pub async fn export(call: &Call, id: &str) -> Result<Response, Failure> {
    let config = Config::of(&call.env)?;
    access::require(call, &config, Scope::Read, Some(id)).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let ((from, to), format) = query::export(call.query()?, now().day())?;
    let complete_through = report::complete_through(&call.env, id).await?;
    let survey = loaded.definition.survey;
    let [rolled] = database::run(&call.env, [roll_up::select_rolled_through(survey)]).await?;
    let rolled = roll_up::rolled_through(rolled)?;
    let retention = loaded.survey().retention;
    let plan = Plan::new(retention, now().day(), rolled, Days { from, to });
    let Days { from, to } = plan.range.told();
    let name = format!("counterfoil-{id}-{from}-{to}.{}", format.name());
    let reply = Reply::new(200, format.media_type(), "")
        .header("content-disposition", format!("attachment; filename=\"{name}\""));

    let steps = plan.steps(Step::Day);
    let env = call.env.clone();
    let export = Export { env, loaded, plan, steps, format, complete_through };
    let ends = pipe();
    let readable: ReadableStream = ends.get(0).unchecked_into();
    wasm_bindgen_futures::spawn_local(export.send(ends.get(1)));
    Ok(request::respond_with(&reply, &readable)?)
}

impl Export {
    /// Sends the file. Whoever has gone away needs no more of it.
    async fn send(self, writer: JsValue) {
        let sent = self.send_all(&writer).await;
        if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) = &sent {
            worker::console_error!("export: {fault}");
        }
        let _gone = end(&writer, sent.is_err()).await;
    }

    async fn send_all(&self, writer: &JsValue) -> Result<(), Failure> {
        let line_break = self.format.line_break();
        let mut text = self.format.head();
        for slice in self.steps.chunks(self.steps.len().div_ceil(MOST_SLICES).max(1)) {
            text.push_str(&self.read(slice).await?);
            // All but the last line break, which waits for what follows.
            if let Some(lines) = text.strip_suffix(line_break) {
                if write(writer, lines).await.is_err() {
                    return Ok(());
                }
                line_break.clone_into(&mut text);
            }
        }
        let _gone = write(writer, &text).await;
        Ok(())
    }

    /// What was released in some steps.
    async fn read(&self, slice: &[(String, Days)]) -> Result<String, Failure> {
        let (Some((_, first)), Some((_, last))) = (slice.first(), slice.last()) else {
            return Ok(String::new());
        };
        let (survey, by_month) = (self.loaded.definition.survey, self.plan.by_month);
        let days = Days { from: first.from, to: last.to };
        let statements =
            [roll_up::select_rolled_through(survey), d1::select_periods(survey, days, by_month)];
        let [rolled, rows] = database::run(&self.env, statements).await?;
        if roll_up::rolled_through(rolled)?.is_some_and(|day| day > by_month) {
            return Err(Failure::Unavailable("days were rolled up meanwhile".to_owned()));
        }
        Ok(self.format.body(&d1::periods(rows, slice)?, self.complete_through))
    }
}
