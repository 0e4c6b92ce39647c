//! The whole API on one screen.

use crate::domain::time::Day;

use super::problem::{Kind, Problem};

/// A call that is served. A survey's id is carried as given: whether it is one, and there is
/// such a survey, shows where the survey is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
    /// `GET /survey.schema.json`
    SurveySchema,
    /// `GET /.well-known/gpc.json`
    PrivacyControl,
    /// `GET /.well-known/jwks.json`
    ReceiptKeys,
    /// `GET /widget.js`
    Widget,
    /// `GET /visit.js`
    Visit,
    /// `GET /turnstile.js`
    Turnstile,
    /// `GET /dashboard/`, and `GET /dashboard` likewise
    Dashboard,
    /// `GET /dashboard/dashboard.js`
    DashboardScript,
    /// `GET /dashboard/dashboard.css`
    DashboardStyle,
    /// `GET /dashboard/preview`
    DashboardPreview,
    /// `GET /dashboard/preview.js`
    DashboardPreviewScript,
    /// `GET /problems/{slug}`
    ProblemPage(Kind),
    /// `GET /page.css`
    PageStyle,
    /// `GET /s/{id}`
    ShowPage(String),
    /// `POST /s/{id}`
    SendPage(String),
    /// `GET /s/{id}/withdrawal`
    ShowWithdrawal(String),
    /// `POST /s/{id}/withdrawal`
    SendWithdrawal(String),
    /// `GET /s/{id}/qr.svg`
    QrCode(String),
    /// `POST /v1/surveys`
    CreateSurvey,
    /// `GET /v1/surveys`
    ListSurveys,
    /// `GET /v1/surveys/{id}`
    ReadSurvey(String),
    /// `PUT /v1/surveys/{id}`
    ReplaceSurvey(String),
    /// `DELETE /v1/surveys/{id}`
    DeleteSurvey(String),
    /// `POST /v1/surveys/{id}/responses`
    Respond(String),
    /// `POST /v1/surveys/{id}/withdrawals`
    Withdraw(String),
    /// `POST /v1/surveys/{id}/invitations`
    Invite(String),
    /// `POST /v1/surveys/{id}/rewards`
    Redeem(String),
    /// `GET /v1/surveys/{id}/privacy`
    Privacy(String),
    /// `GET /v1/surveys/{id}/kpis`
    Kpis(String),
    /// `GET /v1/surveys/{id}/drivers`
    Drivers(String),
    /// `GET /v1/surveys/{id}/forecast`
    Forecast(String),
    /// `GET /v1/surveys/{id}/actions`
    Actions(String),
    /// `GET /v1/surveys/{id}/export`
    Export(String),
    /// `GET /v1/surveys/{id}/consents`
    Consents(String),
    /// `GET /v1/surveys/{id}/notices/{hash}`
    Notice(String, String),
    /// `GET /v1/surveys/{id}/ledger`
    Ledger(String),
    /// `POST /v1/themes/try`
    TryThemes,
    /// `POST /v1/keys`
    CreateKey,
    /// `GET /v1/keys`
    ListKeys,
    /// `GET /v1/keys/self`
    OwnKey,
    /// `GET /v1/keys/{id}`
    ReadKey(String),
    /// `DELETE /v1/keys/{id}`
    DeleteKey(String),
    /// `POST /v1/webhooks`
    CreateWebhook,
    /// `GET /v1/webhooks`
    ListWebhooks,
    /// `GET /v1/webhooks/{id}`
    ReadWebhook(String),
    /// `DELETE /v1/webhooks/{id}`
    DeleteWebhook(String),
    /// `POST /v1/webhooks/{id}/test`
    TestWebhook(String),
    /// `GET /v1/deliveries`
    ListDeliveries,
    /// `POST /v1/alerts`
    CreateAlert,
    /// `GET /v1/alerts`
    ListAlerts,
    /// `GET /v1/alerts/{id}`
    ReadAlert(String),
    /// `PUT /v1/alerts/{id}`
    ReplaceAlert(String),
    /// `DELETE /v1/alerts/{id}`
    DeleteAlert(String),
    /// `PUT /v1/facts/{day}`
    ReplaceFacts(Day),
    /// `GET /v1/facts`
    ListFacts,
    /// `GET /v1/business/kpis`
    BusinessKpis,
    /// `GET /v1/engagement`
    Engagement,
    /// `PUT /v1/engagement`
    ReplaceEngagement,
    /// `OPTIONS` of a call that browsers make from other origins: the methods there.
    Preflight(String),
}

/// What a path serves: methods and what each does.
type Resource = Vec<(&'static str, Route)>;

impl Route {
    /// The route of a method and path, or the problem that there is none.
    pub fn find(method: &str, path: &str) -> Result<Route, Problem> {
        let resource = resource(path).ok_or_else(|| Problem::new(Kind::NotFound))?;
        // A HEAD is a GET whose body the platform leaves out (RFC 9110, section 9.3.2).
        let wanted = if method == "HEAD" { "GET" } else { method };
        let methods = || resource.iter().map(|(method, _)| *method).collect::<Vec<_>>().join(", ");
        if method == "OPTIONS" && resource.iter().any(|(_, route)| route.is_public()) {
            return Ok(Route::Preflight(methods()));
        }
        match resource.iter().find(|(method, _)| *method == wanted) {
            Some((_, route)) => Ok(route.clone()),
            None => Err(Problem::new(Kind::MethodNotAllowed)
                .detail(format!("Allowed here: {}.", methods()))
                .header("allow", methods())),
        }
    }

    /// Whether the office performs this call; else the front does.
    pub fn is_for_office(&self) -> bool {
        match self {
            Route::Health
            | Route::OpenApi
            | Route::SurveySchema
            | Route::PrivacyControl
            | Route::Widget
            | Route::Visit
            | Route::Turnstile
            | Route::Dashboard
            | Route::DashboardScript
            | Route::DashboardStyle
            | Route::DashboardPreview
            | Route::DashboardPreviewScript
            | Route::ReceiptKeys
            | Route::ProblemPage(_)
            | Route::PageStyle
            | Route::ShowPage(_)
            | Route::SendPage(_)
            | Route::ShowWithdrawal(_)
            | Route::SendWithdrawal(_)
            | Route::QrCode(_)
            | Route::ReadSurvey(_)
            | Route::Respond(_)
            | Route::Withdraw(_)
            | Route::Invite(_)
            | Route::Redeem(_)
            | Route::Privacy(_)
            | Route::Notice(..)
            | Route::Preflight(_) => false,
            Route::CreateSurvey
            | Route::ListSurveys
            | Route::ReplaceSurvey(_)
            | Route::DeleteSurvey(_)
            | Route::Kpis(_)
            | Route::Drivers(_)
            | Route::Forecast(_)
            | Route::Actions(_)
            | Route::Export(_)
            | Route::Consents(_)
            | Route::Ledger(_)
            | Route::TryThemes
            | Route::CreateKey
            | Route::ListKeys
            | Route::OwnKey
            | Route::ReadKey(_)
            | Route::DeleteKey(_)
            | Route::CreateWebhook
            | Route::ListWebhooks
            | Route::ReadWebhook(_)
            | Route::DeleteWebhook(_)
            | Route::TestWebhook(_)
            | Route::ListDeliveries
            | Route::CreateAlert
            | Route::ListAlerts
            | Route::ReadAlert(_)
            | Route::ReplaceAlert(_)
            | Route::DeleteAlert(_)
            | Route::ReplaceFacts(_)
            | Route::ListFacts
            | Route::BusinessKpis
            | Route::Engagement
            | Route::ReplaceEngagement => true,
        }
    }

    /// Whether browsers may make this call from other origins: those that the survey lists, where it
    /// is about a survey.
    pub fn is_public(&self) -> bool {
        matches!(
            self,
            Route::ReadSurvey(_)
                | Route::Respond(_)
                | Route::Withdraw(_)
                | Route::Privacy(_)
                | Route::Notice(..)
                | Route::PrivacyControl
                | Route::ReceiptKeys
        )
    }
}

fn resource(path: &str) -> Option<Resource> {
    use Route::*;
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    Some(match segments.as_slice() {
        ["healthz"] => vec![("GET", Health)],
        ["openapi.json"] => vec![("GET", OpenApi)],
        ["survey.schema.json"] => vec![("GET", SurveySchema)],
        [".well-known", "gpc.json"] => vec![("GET", PrivacyControl)],
        [".well-known", "jwks.json"] => vec![("GET", ReceiptKeys)],
        ["widget.js"] => vec![("GET", Widget)],
        ["visit.js"] => vec![("GET", Visit)],
        ["turnstile.js"] => vec![("GET", Turnstile)],
        ["dashboard"] | ["dashboard", ""] => vec![("GET", Dashboard)],
        ["dashboard", "dashboard.js"] => vec![("GET", DashboardScript)],
        ["dashboard", "dashboard.css"] => vec![("GET", DashboardStyle)],
        ["dashboard", "preview"] => vec![("GET", DashboardPreview)],
        ["dashboard", "preview.js"] => vec![("GET", DashboardPreviewScript)],
        ["problems", slug] => vec![("GET", ProblemPage(Kind::from_slug(slug)?))],
        ["page.css"] => vec![("GET", PageStyle)],
        ["s", id] => {
            vec![("GET", ShowPage((*id).to_owned())), ("POST", SendPage((*id).to_owned()))]
        }
        ["s", id, "withdrawal"] => vec![
            ("GET", ShowWithdrawal((*id).to_owned())),
            ("POST", SendWithdrawal((*id).to_owned())),
        ],
        ["s", id, "qr.svg"] => vec![("GET", QrCode((*id).to_owned()))],
        ["v1", "surveys"] => vec![("GET", ListSurveys), ("POST", CreateSurvey)],
        ["v1", "surveys", id] => {
            let id = (*id).to_owned();
            vec![
                ("GET", ReadSurvey(id.clone())),
                ("PUT", ReplaceSurvey(id.clone())),
                ("DELETE", DeleteSurvey(id)),
            ]
        }
        ["v1", "surveys", id, "responses"] => vec![("POST", Respond((*id).to_owned()))],
        ["v1", "surveys", id, "withdrawals"] => vec![("POST", Withdraw((*id).to_owned()))],
        ["v1", "surveys", id, "invitations"] => vec![("POST", Invite((*id).to_owned()))],
        ["v1", "surveys", id, "rewards"] => vec![("POST", Redeem((*id).to_owned()))],
        ["v1", "surveys", id, "privacy"] => vec![("GET", Privacy((*id).to_owned()))],
        ["v1", "surveys", id, "kpis"] => vec![("GET", Kpis((*id).to_owned()))],
        ["v1", "surveys", id, "drivers"] => vec![("GET", Drivers((*id).to_owned()))],
        ["v1", "surveys", id, "forecast"] => vec![("GET", Forecast((*id).to_owned()))],
        ["v1", "surveys", id, "actions"] => vec![("GET", Actions((*id).to_owned()))],
        ["v1", "surveys", id, "export"] => vec![("GET", Export((*id).to_owned()))],
        ["v1", "surveys", id, "consents"] => vec![("GET", Consents((*id).to_owned()))],
        ["v1", "surveys", id, "notices", hash] => {
            vec![("GET", Notice((*id).to_owned(), (*hash).to_owned()))]
        }
        ["v1", "surveys", id, "ledger"] => vec![("GET", Ledger((*id).to_owned()))],
        ["v1", "themes", "try"] => vec![("POST", TryThemes)],
        ["v1", "keys"] => vec![("GET", ListKeys), ("POST", CreateKey)],
        ["v1", "keys", "self"] => vec![("GET", OwnKey)],
        ["v1", "keys", id] => {
            vec![("GET", ReadKey((*id).to_owned())), ("DELETE", DeleteKey((*id).to_owned()))]
        }
        ["v1", "webhooks"] => vec![("GET", ListWebhooks), ("POST", CreateWebhook)],
        ["v1", "webhooks", id] => {
            vec![
                ("GET", ReadWebhook((*id).to_owned())),
                ("DELETE", DeleteWebhook((*id).to_owned())),
            ]
        }
        ["v1", "webhooks", id, "test"] => vec![("POST", TestWebhook((*id).to_owned()))],
        ["v1", "deliveries"] => vec![("GET", ListDeliveries)],
        ["v1", "alerts"] => vec![("GET", ListAlerts), ("POST", CreateAlert)],
        ["v1", "alerts", id] => {
            let id = (*id).to_owned();
            vec![
                ("GET", ReadAlert(id.clone())),
                ("PUT", ReplaceAlert(id.clone())),
                ("DELETE", DeleteAlert(id)),
            ]
        }
        ["v1", "facts"] => vec![("GET", ListFacts)],
        ["v1", "facts", day] => vec![("PUT", ReplaceFacts(Day::parse(day)?))],
        ["v1", "engagement"] => vec![("GET", Engagement), ("PUT", ReplaceEngagement)],
        ["v1", "business", "kpis"] => vec![("GET", BusinessKpis)],
        _ => return None,
    })
}
