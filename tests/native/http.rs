//! The HTTP language: routes, problems, query parameters, web origins.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use counterfoil::domain::days::Step;
use counterfoil::domain::retention::Retention;
use counterfoil::domain::time::Day;
use counterfoil::http::asset::Asset;
use counterfoil::http::policy::{
    JSON_TYPES, MOST_RESPONSE, RESPONSE_TYPES, accept_size, accept_type, admit, preflight, share,
};
use counterfoil::http::problem::{Kind, Problem};
use counterfoil::http::query::{self, Query};
use counterfoil::http::reply::Reply;
use counterfoil::http::route::Route;
use counterfoil::http::survey_id::SurveyId;
use proptest::prelude::*;
use serde_json::{Value, json};

fn header<'a>(reply: &'a Reply, name: &str) -> Vec<&'a str> {
    let found = reply.headers.iter().filter(|(n, _)| *n == name);
    found.map(|(_, value)| value.as_str()).collect()
}

fn body(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap()
}

fn kind(outcome: Result<Route, Problem>) -> Kind {
    outcome.unwrap_err().kind()
}

/// A text of the repository, by its path.
fn document(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {}", path.display()))
}

#[test]
fn every_kind_of_problem_has_a_page_of_its_own_and_a_slug() {
    let slugs: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
    assert_eq!(slugs.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert_eq!(Kind::from_slug(kind.slug()), Some(*kind));
        assert!((400..600).contains(&kind.status()), "{kind:?}");
        let page = document(&format!("docs/problems/{}.md", kind.slug()));
        assert!(page.starts_with("# ") && page.len() > 80, "{kind:?}");
        let path = format!("/problems/{}", kind.slug());
        assert_eq!(Route::find("GET", &path).unwrap(), Route::ProblemPage(*kind));
        assert!(kind.slug().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    }
    let pages = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/problems")).unwrap();
    let pages = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> = pages.collect();
    let expected: BTreeSet<String> = slugs.iter().map(|slug| format!("{slug}.md")).collect();
    assert_eq!(pages, expected, "no page without a problem");
}

#[test]
fn a_document_is_an_asset_and_everything_else_is_not() {
    for (path, file, media_type) in [
        ("/openapi.json", "/openapi.json", "application/json"),
        ("/survey.schema.json", "/survey.schema.json", "application/schema+json"),
        ("/widget.js", "/widget.js", "text/javascript; charset=utf-8"),
        ("/visit.js", "/visit.js", "text/javascript; charset=utf-8"),
        ("/turnstile.js", "/turnstile.js", "text/javascript; charset=utf-8"),
        ("/dashboard/", "/dashboard/dashboard.html", "text/html; charset=utf-8"),
        ("/dashboard", "/dashboard/dashboard.html", "text/html; charset=utf-8"),
        ("/dashboard/dashboard.js", "/dashboard/dashboard.js", "text/javascript; charset=utf-8"),
        ("/dashboard/dashboard.css", "/dashboard/dashboard.css", "text/css; charset=utf-8"),
        ("/dashboard/preview", "/dashboard/preview.html", "text/html; charset=utf-8"),
        ("/dashboard/preview.js", "/dashboard/preview.js", "text/javascript; charset=utf-8"),
        ("/problems/final", "/problems/final.md", "text/markdown; charset=utf-8"),
        ("/page.css", "/page.css", "text/css; charset=utf-8"),
    ] {
        let asset = Asset::of(&Route::find("GET", path).unwrap()).unwrap();
        assert_eq!((asset.path.as_str(), asset.media_type), (file, media_type));
    }
    for path in ["/healthz", "/.well-known/gpc.json", "/v1/surveys", "/v1/surveys/..%2F"] {
        assert_eq!(Asset::of(&Route::find("GET", path).unwrap()), None, "{path}");
    }
}

#[test]
fn a_problem_is_rendered_as_rfc_9457_says() {
    for kind in Kind::ALL {
        let reply = Problem::new(*kind).detail("So it is.").parameter("by", "x", "y").reply();
        assert_eq!(reply.status, kind.status());
        assert_eq!(header(&reply, "content-type"), ["application/problem+json"]);
        let body = body(&reply);
        assert_eq!(body["type"], json!(format!("/problems/{}", kind.slug())));
        assert_eq!(body["title"], json!(kind.title()));
        assert_eq!(body["status"], json!(kind.status()));
        assert_eq!(body["detail"], json!("So it is."));
        assert_eq!(body["errors"], json!([{"parameter": "by", "code": "x", "detail": "y"}]));
        assert_eq!(
            header(&reply, "retry-after").len(),
            usize::from(matches!(kind.status(), 429 | 503))
        );
        assert_eq!(header(&reply, "www-authenticate").len(), usize::from(kind.status() == 401));
    }
    let plain = body(&Problem::new(Kind::NotFound).member("current", json!(1)).reply());
    assert_eq!(plain["current"], json!(1));
    assert!(plain.get("errors").is_none() && plain.get("detail").is_none());
}

#[test]
fn every_reply_forbids_caching_framing_and_sniffing() {
    for reply in
        [Reply::json(200, &json!({})), Reply::empty(204), Problem::new(Kind::Invalid).reply()]
    {
        assert_eq!(header(&reply, "cache-control"), ["no-store"]);
        assert_eq!(header(&reply, "x-content-type-options"), ["nosniff"]);
        assert_eq!(header(&reply, "referrer-policy"), ["no-referrer"]);
        assert!(header(&reply, "content-security-policy")[0].starts_with("default-src 'none'"));
    }
    assert!(header(&Reply::empty(204), "content-type").is_empty());
}

#[test]
fn every_route_is_reached_by_its_method_and_no_other_is_allowed_there() {
    let id = SurveyId::of(7).to_string();
    let survey = format!("/v1/surveys/{id}");
    let routes = [
        ("/healthz".to_owned(), vec![("GET", Route::Health)]),
        ("/openapi.json".to_owned(), vec![("GET", Route::OpenApi)]),
        ("/survey.schema.json".to_owned(), vec![("GET", Route::SurveySchema)]),
        ("/.well-known/gpc.json".to_owned(), vec![("GET", Route::PrivacyControl)]),
        ("/.well-known/jwks.json".to_owned(), vec![("GET", Route::ReceiptKeys)]),
        ("/dashboard".to_owned(), vec![("GET", Route::Dashboard)]),
        ("/dashboard/".to_owned(), vec![("GET", Route::Dashboard)]),
        ("/dashboard/dashboard.js".to_owned(), vec![("GET", Route::DashboardScript)]),
        ("/dashboard/dashboard.css".to_owned(), vec![("GET", Route::DashboardStyle)]),
        ("/dashboard/preview".to_owned(), vec![("GET", Route::DashboardPreview)]),
        ("/dashboard/preview.js".to_owned(), vec![("GET", Route::DashboardPreviewScript)]),
        ("/problems/invalid".to_owned(), vec![("GET", Route::ProblemPage(Kind::Invalid))]),
        ("/page.css".to_owned(), vec![("GET", Route::PageStyle)]),
        (
            format!("/s/{id}"),
            vec![("GET", Route::ShowPage(id.clone())), ("POST", Route::SendPage(id.clone()))],
        ),
        (
            format!("/s/{id}/withdrawal"),
            vec![
                ("GET", Route::ShowWithdrawal(id.clone())),
                ("POST", Route::SendWithdrawal(id.clone())),
            ],
        ),
        (format!("/s/{id}/qr.svg"), vec![("GET", Route::QrCode(id.clone()))]),
        (
            "/v1/surveys".to_owned(),
            vec![("GET", Route::ListSurveys), ("POST", Route::CreateSurvey)],
        ),
        (
            survey.clone(),
            vec![
                ("GET", Route::ReadSurvey(id.clone())),
                ("PUT", Route::ReplaceSurvey(id.clone())),
                ("DELETE", Route::DeleteSurvey(id.clone())),
            ],
        ),
        (format!("{survey}/responses"), vec![("POST", Route::Respond(id.clone()))]),
        (format!("{survey}/withdrawals"), vec![("POST", Route::Withdraw(id.clone()))]),
        (format!("{survey}/invitations"), vec![("POST", Route::Invite(id.clone()))]),
        (format!("{survey}/rewards"), vec![("POST", Route::Redeem(id.clone()))]),
        (format!("{survey}/privacy"), vec![("GET", Route::Privacy(id.clone()))]),
        (format!("{survey}/kpis"), vec![("GET", Route::Kpis(id.clone()))]),
        (format!("{survey}/drivers"), vec![("GET", Route::Drivers(id.clone()))]),
        (format!("{survey}/forecast"), vec![("GET", Route::Forecast(id.clone()))]),
        (format!("{survey}/actions"), vec![("GET", Route::Actions(id.clone()))]),
        (format!("{survey}/export"), vec![("GET", Route::Export(id.clone()))]),
        (format!("{survey}/consents"), vec![("GET", Route::Consents(id.clone()))]),
        (
            format!("{survey}/notices/x_-"),
            vec![("GET", Route::Notice(id.clone(), "x_-".to_owned()))],
        ),
        (format!("{survey}/ledger"), vec![("GET", Route::Ledger(id.clone()))]),
        ("/v1/themes/try".to_owned(), vec![("POST", Route::TryThemes)]),
        (
            "/v1/webhooks".to_owned(),
            vec![("GET", Route::ListWebhooks), ("POST", Route::CreateWebhook)],
        ),
        (
            "/v1/webhooks/0123".to_owned(),
            vec![
                ("GET", Route::ReadWebhook("0123".to_owned())),
                ("DELETE", Route::DeleteWebhook("0123".to_owned())),
            ],
        ),
        (
            "/v1/webhooks/0123/test".to_owned(),
            vec![("POST", Route::TestWebhook("0123".to_owned()))],
        ),
        ("/v1/deliveries".to_owned(), vec![("GET", Route::ListDeliveries)]),
        ("/v1/alerts".to_owned(), vec![("GET", Route::ListAlerts), ("POST", Route::CreateAlert)]),
        (
            "/v1/alerts/0123".to_owned(),
            vec![
                ("GET", Route::ReadAlert("0123".to_owned())),
                ("PUT", Route::ReplaceAlert("0123".to_owned())),
                ("DELETE", Route::DeleteAlert("0123".to_owned())),
            ],
        ),
        ("/v1/keys".to_owned(), vec![("GET", Route::ListKeys), ("POST", Route::CreateKey)]),
        ("/v1/keys/self".to_owned(), vec![("GET", Route::OwnKey)]),
        (
            "/v1/keys/0123".to_owned(),
            vec![
                ("GET", Route::ReadKey("0123".to_owned())),
                ("DELETE", Route::DeleteKey("0123".to_owned())),
            ],
        ),
        ("/v1/facts".to_owned(), vec![("GET", Route::ListFacts)]),
        (
            "/v1/facts/2026-11-22".to_owned(),
            vec![("PUT", Route::ReplaceFacts(Day::parse("2026-11-22").unwrap()))],
        ),
        ("/v1/business/kpis".to_owned(), vec![("GET", Route::BusinessKpis)]),
        (
            "/v1/engagement".to_owned(),
            vec![("GET", Route::Engagement), ("PUT", Route::ReplaceEngagement)],
        ),
    ];
    for (path, served) in &routes {
        let methods: Vec<&str> = served.iter().map(|(method, _)| *method).collect();
        let public = served.iter().any(|(_, route)| route.is_public());
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", ""] {
            let wanted = if method == "HEAD" { "GET" } else { method };
            let expected =
                served.iter().find(|(m, _)| *m == wanted).map(|(_, route)| route.clone());
            match (Route::find(method, path), expected) {
                (Ok(found), Some(expected)) => assert_eq!(found, expected, "{method} {path}"),
                (Ok(Route::Preflight(allowed)), None) => {
                    assert!(public && method == "OPTIONS", "{method} {path}");
                    assert_eq!(allowed, methods.join(", "));
                }
                (Err(problem), None) => {
                    assert_eq!(problem.kind(), Kind::MethodNotAllowed, "{method} {path}");
                    assert_eq!(header(&problem.reply(), "allow"), [methods.join(", ")]);
                }
                (found, expected) => panic!("{method} {path}: {found:?}, not {expected:?}"),
            }
        }
    }
}

#[test]
fn what_is_no_path_of_ours_is_not_found() {
    let id = SurveyId::of(7).text().to_owned();
    let surveys = "/v1/surveys";
    for path in [
        "",
        "/",
        "//healthz",
        "/healthz/",
        "/Healthz",
        "healthz",
        "/v1",
        "/v1/",
        "/v2/surveys",
        "/problems",
        "/problems/",
        "/problems/unheard-of",
        "/problems/Invalid",
    ] {
        assert_eq!(kind(Route::find("GET", path)), Kind::NotFound, "{path}");
    }
    for rest in ["/", "/kpis/", "/unknown", "//kpis", "/kpis/more", "/notices", "/consents/"] {
        assert_eq!(
            kind(Route::find("GET", &format!("{surveys}/{id}{rest}"))),
            Kind::NotFound,
            "{rest}"
        );
    }
}

proptest! {
    #[test]
    fn a_survey_has_one_id_and_no_other_text_is_one(number in 0_u64..1 << 53, text in "[a-zA-Z0-9]{1,12}") {
        let id = SurveyId::of(number);
        prop_assert!(id.text().len() >= 8);
        prop_assert_eq!(SurveyId::parse(id.text()), Some(id));
        if let Some(parsed) = SurveyId::parse(&text) {
            let canonical = SurveyId::of(parsed.number);
            prop_assert_eq!(canonical.text(), text);
        }
    }

    #[test]
    fn no_path_breaks_the_routes(method in "[A-Z]{0,7}", path in "\\PC{0,40}") {
        let _found = Route::find(&method, &path);
        let _found = Route::find(&method, &format!("/v1/surveys/{path}"));
    }
}

fn pairs(text: &str) -> Query {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    Query::new(text.split('&').filter(|pair| !pair.is_empty()).map(pair).collect())
}

/// The faults of a query in short: `limit form`.
fn faults<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> Vec<String> {
    let problem = outcome.unwrap_err();
    assert_eq!(problem.kind(), Kind::Invalid);
    let body = body(&problem.reply());
    let errors = body["errors"].as_array().unwrap().iter();
    errors
        .map(|e| format!("{} {}", e["parameter"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect()
}

#[test]
fn pages_are_asked_for_within_bounds() {
    let cursor = SurveyId::of(12);
    assert_eq!(query::page(pairs("")).unwrap(), (50, 0));
    assert_eq!(query::page(pairs(&format!("limit=100&cursor={cursor}"))).unwrap(), (100, 12));
    for (text, expected) in [
        ("limit=0", vec!["limit form"]),
        ("limit=101", vec!["limit form"]),
        ("limit=x&cursor=!", vec!["limit form", "cursor form"]),
        ("limit=1&limit=2", vec!["limit duplicate_parameter"]),
        ("page=1", vec![" unknown_parameter"]),
    ] {
        assert_eq!(faults(query::page(pairs(text))), expected, "{text}");
        assert_eq!(faults(query::id_page(pairs(text))), expected, "{text}");
    }
    let id = "0123456789abcdef";
    assert_eq!(query::id_page(pairs("")).unwrap(), (50, String::new()));
    let after = query::id_page(pairs(&format!("limit=1&cursor={id}"))).unwrap();
    assert_eq!(after, (1, id.to_owned()));
}

#[test]
fn a_dry_run_is_asked_for_in_one_way() {
    assert!(query::dry_run(pairs("dry_run=1")).unwrap());
    assert!(!query::dry_run(pairs("")).unwrap());
    for text in ["dry_run=0", "dry_run=true", "dry_run"] {
        assert_eq!(faults(query::dry_run(pairs(text))), ["dry_run form"], "{text}");
    }
    assert_eq!(faults(query::nothing(pairs("dry_run=1"))), [" unknown_parameter"]);
}

#[test]
fn a_range_is_of_days_that_exist_and_of_ten_years_at_most() {
    let today = Day::parse("2026-11-22").unwrap();
    let range = |text: &str| query::range(pairs(text), today, &["channel"]);
    let usual = range("").unwrap();
    assert_eq!((usual.from.to_string(), usual.to), ("2026-10-24".to_owned(), today));
    assert_eq!(range("by=channel&to=2024-02-29").unwrap().from.to_string(), "2024-01-31");
    assert!(range("from=2016-11-22&to=2026-11-22").is_ok());
    let first = range("to=1970-01-01").unwrap();
    assert_eq!((first.from.to_string(), first.to), ("1969-12-03".to_owned(), Day(0)));
    assert_eq!((usual.step, usual.compare), (None, false));
    let all = range("step=week&compare=previous&by=channel").unwrap();
    assert_eq!((all.step, all.compare), (Some(Step::Week), true));
    for (text, expected) in [
        ("from=2026-02-29", vec!["from form"]),
        ("from=2026-11-1", vec!["from form"]),
        ("from=1969-12-31&to=1970-01-01", vec!["from form"]),
        ("to=0000-01-05", vec!["to form"]),
        ("to=10000-01-01", vec!["to form"]),
        ("to=2026-11-22T00:00:00Z", vec!["to form"]),
        ("from=2026-11-23", vec!["from range"]),
        ("from=2016-11-20", vec!["from range"]),
        ("by=x", vec!["by unknown_dimension"]),
        ("step=year", vec!["step form"]),
        ("step=Day", vec!["step form"]),
        ("step=day&step=week", vec!["step duplicate_parameter"]),
        ("compare=", vec!["compare form"]),
        ("compare=next", vec!["compare form"]),
        ("by=", vec!["by unknown_dimension"]),
        ("from=x&by=y&z=1", vec!["from form", "by unknown_dimension", " unknown_parameter"]),
    ] {
        assert_eq!(faults(range(text)), expected, "{text}");
    }
    assert_eq!(faults(query::range(pairs("by=channel"), today, &[])), ["by unknown_dimension"]);
    let days = |text: &str| query::days(pairs(text), today);
    assert_eq!(days("").unwrap(), (usual.from, today));
    assert_eq!(faults(days("by=channel&from=x")), ["from form", " unknown_parameter"]);
    let facts = |text: &str| query::range_of_facts(pairs(text), today);
    let given = facts("step=month&compare=previous").unwrap();
    assert_eq!((given.from, given.to, given.by), (usual.from, today, None));
    assert_eq!((given.step, given.compare), (Some(Step::Month), true));
    assert_eq!(facts("").unwrap(), usual);
    let told = faults(facts("step=x&compare=x&by=channel&from=x"));
    assert_eq!(told, ["from form", "step form", "compare form", " unknown_parameter"]);
    let compared = |text: &str| query::range_compared(pairs(text), today);
    assert!(compared("compare=previous").unwrap().compare);
    assert_eq!(compared("").unwrap(), usual);
    assert_eq!(faults(compared("step=day")), [" unknown_parameter"]);
}

#[test]
fn a_forecast_is_of_weeks_that_are_kept_unless_asked_otherwise() {
    let today = Day::parse("2026-11-22").unwrap();
    let retention = Retention { days: 90, months: 25 };
    let ahead = |text: &str| query::ahead(pairs(text), today, retention);
    let usual = ahead("").unwrap();
    assert_eq!((usual.step, usual.horizon, usual.days.to), (Step::Week, 8, today));
    assert_eq!(usual.days.from.to_string(), "2026-08-25");
    let months = ahead("step=month&horizon=26&to=2026-10-31").unwrap();
    assert_eq!((months.days.from.to_string(), months.horizon), ("2024-10-01".to_owned(), 26));
    // Nothing of it is kept, and nothing is the matter with it.
    let before = ahead("to=2020-01-01").unwrap().days;
    assert_eq!(before.from, before.to);
    for (text, expected) in [
        ("horizon=0", vec!["horizon form"]),
        ("horizon=27", vec!["horizon form"]),
        ("horizon=%2B5", vec!["horizon form"]),
        ("horizon=1&horizon=2", vec!["horizon duplicate_parameter"]),
        ("from=2026-11-23", vec!["from range"]),
        (
            "by=x&horizon=x&step=x&to=x",
            vec!["step form", "to form", "horizon form", " unknown_parameter"],
        ),
    ] {
        assert_eq!(faults(ahead(text)), expected, "{text}");
    }
}

#[test]
fn a_page_of_a_list_says_after_which_id_the_next_one_begins_where_there_is_one() {
    let found = |n| (0..n).map(|i| (format!("id{i}"), json!(i))).collect::<Vec<_>>();
    let page = |n, limit| Reply::list(found(n), limit).body;
    assert_eq!(page(3, 2), r#"{"items":[0,1],"next":"id1"}"#);
    assert_eq!(page(2, 2), r#"{"items":[0,1],"next":null}"#);
    assert_eq!(page(0, 2), r#"{"items":[],"next":null}"#);
}

#[test]
fn a_reply_that_is_known_is_not_sent_again_and_is_never_used_unasked() {
    let reply = || Reply::json(200, &json!({ "n": 12 }));
    let fresh = reply().tagged(None);
    assert_eq!((fresh.status, fresh.body.as_str()), (200, r#"{"n":12}"#));
    assert_eq!(header(&fresh, "cache-control"), ["private, no-cache"]);
    let etag = header(&fresh, "etag")[0].to_owned();
    assert!(etag.len() == 45 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    for known in [etag.clone(), format!("W/{etag}"), format!("\"a\", {etag}"), "*".to_owned()] {
        let same = reply().tagged(Some(&known));
        assert_eq!((same.status, same.body.as_str()), (304, ""), "{known}");
        assert_eq!(header(&same, "etag"), [&etag]);
        assert_eq!(header(&same, "cache-control"), ["private, no-cache"]);
        assert!(header(&same, "content-type").is_empty());
        assert_eq!(header(&same, "x-content-type-options"), ["nosniff"]);
    }
    for other in ["", "\"\"", &etag[1..], "\"another\"", &etag.to_lowercase()] {
        assert_eq!(reply().tagged(Some(other)), fresh, "{other}");
    }
    let changed = Reply::json(200, &json!({ "n": 13 })).tagged(Some(&etag));
    assert_eq!(changed.status, 200);
    let after = reply().tagged_after("7.", None);
    assert_eq!(header(&after, "etag"), [format!("\"7.{}", &etag[1..])]);
    assert_eq!(reply().tagged_after("7.", Some(header(&after, "etag")[0])).status, 304);
    assert_eq!(reply().tagged_after("8.", Some(header(&after, "etag")[0])).status, 200);
}

#[test]
fn promise_2_what_a_query_says_never_comes_back() {
    let canary = "Canary7Q";
    let text = format!(
        "from={canary}&to={canary}&by={canary}&step={canary}&compare={canary}&{canary}={canary}"
    );
    let told = query::range(pairs(&text), Day(0), &["channel"]).unwrap_err().reply();
    assert!(!format!("{told:?}").contains(canary));
}

#[test]
fn only_servers_our_own_pages_and_listed_origins_may_use_a_survey() {
    let listed = ["https://shop.example".to_owned()];
    let own = "https://feedback.example";
    for (origin, admitted) in [
        (None, true),
        (Some(own), true),
        (Some("https://shop.example"), true),
        (Some("null"), false),
        (Some(""), false),
        (Some("https://shop.example.evil.example"), false),
        (Some("http://shop.example"), false),
        (Some("https://shop.example:8443"), false),
        (Some("HTTPS://SHOP.EXAMPLE"), false),
        (Some("*"), false),
    ] {
        let outcome = admit(origin, own, &listed);
        assert_eq!(outcome.is_ok(), admitted, "{origin:?}");
        if let Err(problem) = outcome {
            assert_eq!(problem.kind(), Kind::OriginRefused);
        }
    }
    assert!(admit(Some("null"), own, &["null".to_owned()]).is_ok(), "no survey can list it");
}

#[test]
fn browsers_may_hand_problems_to_the_page_too_and_no_credentials_are_used() {
    let problem = || Problem::new(Kind::Unavailable).reply();
    let shared = share(problem(), Some("https://shop.example"));
    assert_eq!(header(&shared, "access-control-allow-origin"), ["https://shop.example"]);
    assert_eq!(header(&shared, "access-control-expose-headers"), ["retry-after"]);
    assert_eq!(header(&shared, "vary"), ["origin"]);
    let unshared = share(problem(), None);
    assert!(header(&unshared, "access-control-allow-origin").is_empty());
    assert_eq!(header(&unshared, "vary"), ["origin"], "or a cache would mix them up");
    let flight = preflight("POST");
    assert_eq!((flight.status, flight.body.as_str()), (204, ""));
    assert_eq!(header(&flight, "access-control-allow-methods"), ["POST"]);
    for reply in [shared, unshared, flight] {
        assert!(header(&reply, "access-control-allow-credentials").is_empty());
    }
}

#[test]
fn bodies_are_of_the_right_type_and_size() {
    for (given, response, other) in [
        (Some("application/json"), true, true),
        (Some("Application/JSON; charset=utf-8"), true, true),
        (Some("text/plain;charset=UTF-8"), true, false),
        (Some("text/html"), false, false),
        (Some("application/jsonx"), false, false),
        (Some(""), false, false),
        (None, false, false),
    ] {
        assert_eq!(accept_type(given, RESPONSE_TYPES).is_ok(), response, "{given:?}");
        assert_eq!(accept_type(given, JSON_TYPES).is_ok(), other, "{given:?}");
    }
    assert!(accept_size(MOST_RESPONSE, MOST_RESPONSE).is_ok());
    let refused = accept_size(MOST_RESPONSE + 1, MOST_RESPONSE).unwrap_err();
    assert_eq!(refused.kind(), Kind::BodyTooLarge);
}
