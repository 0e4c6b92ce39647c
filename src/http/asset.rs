//! Static files that are published: which route is which, and its media type. `scripts/build`
//! puts them together; what no route names is served to nobody.

use super::route::Route;

/// A file of the assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it is in the folder of assets, with the slash in front.
    pub path: String,
    /// What it is served as.
    pub media_type: &'static str,
    /// Who loads it.
    pub audience: Audience,
}

/// Who loads a file, on which its headers depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever reads it: it loads nothing, and is not kept.
    Reader,
    /// Pages of other origins.
    Embedder,
    /// A browser that shows it as a page of ours, under [`PAGE_POLICY`].
    Visitor,
    /// Our own page, in a frame of its own: shown under [`PREVIEW_POLICY`].
    Framer,
    /// Our own page: a file that it needs, kept by its caller and asked for again each time.
    Page,
}

/// The content security policy (W3C Content Security Policy Level 3, and Trusted Types) of a page of
/// ours: script, style, frames and calls from its own origin alone, no markup from text, no form that is
/// sent, framed by nobody. `data:` is for the page's own icon.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The policy of the page that previews a survey: it runs our own scripts, as a document of no origin
/// (`sandbox`), and calls nobody, so whatever is answered in it is sent nowhere. Framed by our own pages
/// alone.
pub const PREVIEW_POLICY: &str = "default-src 'none'; script-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-forms; \
    require-trusted-types-for 'script'; trusted-types 'none'";

impl Asset {
    /// The file that a route serves, if it serves one.
    pub fn of(route: &Route) -> Option<Self> {
        const SCRIPT: &str = "text/javascript; charset=utf-8";
        let audience = match route {
            Route::Widget | Route::Visit | Route::Turnstile => Audience::Embedder,
            Route::Dashboard => Audience::Visitor,
            Route::DashboardPreview => Audience::Framer,
            Route::DashboardScript | Route::DashboardStyle | Route::DashboardPreviewScript => {
                Audience::Page
            }
            _ => Audience::Reader,
        };
        let (path, media_type) = match route {
            Route::OpenApi => ("/openapi.json".to_owned(), "application/json"),
            Route::SurveySchema => ("/survey.schema.json".to_owned(), "application/schema+json"),
            Route::Widget => ("/widget.js".to_owned(), SCRIPT),
            Route::Visit => ("/visit.js".to_owned(), SCRIPT),
            Route::Turnstile => ("/turnstile.js".to_owned(), SCRIPT),
            Route::PageStyle => ("/page.css".to_owned(), "text/css; charset=utf-8"),
            Route::Dashboard => {
                ("/dashboard/dashboard.html".to_owned(), "text/html; charset=utf-8")
            }
            Route::DashboardPreview => {
                ("/dashboard/preview.html".to_owned(), "text/html; charset=utf-8")
            }
            Route::DashboardPreviewScript => ("/dashboard/preview.js".to_owned(), SCRIPT),
            Route::DashboardScript => ("/dashboard/dashboard.js".to_owned(), SCRIPT),
            Route::DashboardStyle => {
                ("/dashboard/dashboard.css".to_owned(), "text/css; charset=utf-8")
            }
            Route::ProblemPage(kind) => {
                (format!("/problems/{}.md", kind.slug()), "text/markdown; charset=utf-8")
            }
            _ => return None,
        };
        Some(Self { path, media_type, audience })
    }
}
