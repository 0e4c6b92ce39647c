//! Static files that the Worker publishes: which route is which, and its media type. `scripts/build`
//! puts them together; what no route names is served to nobody.

use super::route::Route;

/// A file of the assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it is in the folder of assets, with the slash in front.
    pub path: String,
    /// What it is served as.
    pub media_type: &'static str,
    /// Whether pages of other origins load it.
    pub embedded: bool,
}

impl Asset {
    /// The file that a route serves, if it serves one.
    pub fn of(route: &Route) -> Option<Self> {
        const SCRIPT: &str = "text/javascript; charset=utf-8";
        let embedded = matches!(route, Route::Widget | Route::Visit);
        let (path, media_type) = match route {
            Route::OpenApi => ("/openapi.json".to_owned(), "application/json"),
            Route::SurveySchema => ("/survey.schema.json".to_owned(), "application/schema+json"),
            Route::Widget => ("/widget.js".to_owned(), SCRIPT),
            Route::Visit => ("/visit.js".to_owned(), SCRIPT),
            Route::PageStyle => ("/page.css".to_owned(), "text/css; charset=utf-8"),
            Route::ProblemPage(kind) => {
                (format!("/problems/{}.md", kind.slug()), "text/markdown; charset=utf-8")
            }
            _ => return None,
        };
        Some(Self { path, media_type, embedded })
    }
}
