//! Surveys as the isolate remembers them. A copy may be old: the Ledger compares its revision before
//! anything is counted, and whoever refuses by an old copy looks again first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use worker::Env;

use crate::domain::json::Json;
use crate::domain::notice;
use crate::domain::survey::Survey;
use crate::domain::survey_json;
use crate::domain::survey_view::Stored;
use crate::domain::themes::Tagger;
use crate::domain::time::Instant;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;
use crate::http::survey_id::SurveyId;
use crate::store::Misshapen;
use crate::store::d1::{self, SurveyRow};

use super::ledger_rpc::{self, Ask, Definition, Told};
use super::{Failure, d1 as database, unicode};

/// How many surveys an isolate remembers.
const MOST: usize = 100;

/// A survey with all that is made of it once.
pub struct Loaded {
    /// The survey as stored.
    pub stored: Stored,
    /// The hash of its notice.
    pub notice: String,
    /// Its themes, ready to be searched for.
    pub tagger: Tagger,
    /// As it travels.
    pub definition: Definition,
}

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, Rc<Loaded>>> = RefCell::default();
}

impl Loaded {
    /// What its owner defined.
    pub fn survey(&self) -> &Survey {
        &self.stored.survey
    }

    /// The reply that shows all of it, with its revision as entity tag.
    pub fn for_owner(&self, status: u16) -> Reply {
        let etag = format!("\"{}\"", self.stored.revision);
        Reply::json(status, &self.stored.for_owner()).header("etag", etag)
    }
}

/// The survey as this isolate remembers it.
pub fn remembered(id: &str) -> Option<Rc<Loaded>> {
    REMEMBERED.with_borrow(|all| all.get(id).cloned())
}

/// The survey as D1 has it now; a problem if there is none.
pub async fn fresh(env: &Env, id: &str) -> Result<Rc<Loaded>, Failure> {
    let row = match SurveyId::parse(id) {
        Some(id) => database::first(env, d1::select_survey(id.number)).await?,
        None => None,
    };
    match row {
        Some(row) => remember(d1::survey(row)?.into()),
        None => Err(gone(id)),
    }
}

/// Remembers a definition, unless a newer one is known.
pub fn remember(definition: Definition) -> Result<Rc<Loaded>, Failure> {
    let id = SurveyId::of(definition.survey);
    let known = remembered(id.text());
    if let Some(known) = known.filter(|known| known.definition.revision >= definition.revision) {
        return Ok(known);
    }
    let survey = read(&definition.definition)?;
    let loaded = Rc::new(Loaded {
        notice: notice::hash(&survey.notice),
        tagger: Tagger::new(&survey, unicode::bare),
        stored: Stored {
            id: id.text().to_owned(),
            revision: definition.revision,
            created: Instant(definition.created),
            survey,
        },
        definition,
    });
    REMEMBERED.with_borrow_mut(|all| {
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(id.text().to_owned(), Rc::clone(&loaded));
    });
    Ok(loaded)
}

/// Forgets a survey that is gone, and says so.
pub fn gone(id: &str) -> Failure {
    REMEMBERED.with_borrow_mut(|all| all.remove(id));
    Problem::new(Kind::NotFound).into()
}

/// Asks the survey's Ledger, and opens it first where nothing was ever opened.
pub async fn ask(env: &Env, id: &str, question: &Ask) -> Result<Told, Failure> {
    let told = ledger_rpc::ask(env, id, question).await?;
    if !matches!(told, Told::Unopened) {
        return Ok(told);
    }
    let definition = fresh(env, id).await?.definition.clone();
    ledger_rpc::ask(env, id, &Ask::Open(definition)).await?;
    ledger_rpc::ask(env, id, question).await
}

impl From<SurveyRow> for Definition {
    fn from(row: SurveyRow) -> Self {
        Self {
            survey: row.id,
            created: row.created.0,
            revision: row.revision,
            definition: row.definition,
        }
    }
}

/// A definition that the office has judged, or D1 has kept.
pub fn read(text: &str) -> Result<Survey, Failure> {
    let document = Json::read(text.as_bytes()).map_err(|_| Misshapen("surveys"))?;
    Ok(survey_json::read(&document).map_err(|_| Misshapen("surveys"))?)
}
