//! What a survey is: its questions and their scales, its cohorts, its floors and defaults.
//!
//! Only values; `survey_json.rs` reads and writes them. A [`Survey`] that exists is valid.

use std::collections::BTreeMap;

use super::decimal::decimal;
use super::relay::Relay;
use super::retention::Retention;
use super::time::Duration;

/// A text in several languages: locale (BCP 47, such as `en` or `pt-BR`) → text.
pub type Texts = BTreeMap<String, String>;

/// The id of a survey, question, option, dimension or theme: `[a-z0-9][a-z0-9_-]{0,31}`.
pub type Id = String;

/// Fewest responses that any release of a cohort may hold.
pub const LEAST_COHORT: u64 = 5;
/// The largest `min_cohort` that may be asked for.
pub const MOST_MIN_COHORT: u64 = 10_000;

/// A survey, as its owner defined it and with every default filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// Name for the team; not shown to respondents.
    pub name: String,
    /// Whether it takes responses.
    pub status: Status,
    /// The questions, in the order in which they are asked.
    pub questions: Vec<Question>,
    /// The declared dimensions, by name. The dimension `theme` is not among them: see `themes`.
    pub dimensions: Vec<Dimension>,
    /// What comments are tagged with, by name.
    pub themes: Vec<Theme>,
    /// The web origins that may post responses, beside the Worker's own.
    pub origins: Vec<String>,
    /// Who is responsible for the processing (GDPR, Art. 4(7)).
    pub controller: Option<Controller>,
    /// The privacy text that consent refers to (GDPR, Art. 13), per locale.
    pub notice: Texts,
    /// How long a person counts once: 30 d to 90 d.
    pub window: Duration,
    /// When and how cohorts are released.
    pub release: Release,
    /// How long what was released is kept.
    pub retention: Retention,
    /// Whether only identified people count.
    pub verified_only: bool,
    /// Whether a visit over several pages is measured as one, for whoever agrees: only a survey that asks
    /// the questions of the template `visits` may say so.
    pub store_visit: bool,
    /// Whether open responses must bring a token of Cloudflare Turnstile (`turnstile.rs`); never together
    /// with `verified_only`, where it would be asked of nobody.
    pub turnstile: bool,
    /// Where comments are passed on whose writers agree to that, if anywhere.
    pub relay: Option<Relay>,
    /// What a respondent is told of the reward, per locale, where there is one.
    pub reward: Option<Texts>,
    /// Figures from elsewhere that KPIs are held against, each KPI's at most once.
    pub benchmarks: Vec<Benchmark>,
}

/// A figure from elsewhere, such as an industry's, that the survey's owner entered for a KPI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benchmark {
    /// The question.
    pub question: Id,
    /// Which of its KPIs.
    pub kpi: Id,
    /// Of a `choice`: which option's share.
    pub option: Option<Id>,
    /// Of a `comment`: which theme's share.
    pub theme: Option<Id>,
    /// The figure in the KPI's unit, in thousandths.
    pub value: i64,
    /// Where it is from.
    pub source: String,
    /// Which year it is of: 1900 to 2999.
    pub year: Option<i64>,
}

/// Whether a survey takes responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Open,
    /// It does not; what is pending is still released.
    Closed,
}

impl Status {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// Who is responsible for the processing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// The name, as a respondent should read it.
    pub name: String,
    /// An address to turn to: e-mail, URL or post.
    pub contact: String,
}

/// How responses are partitioned in one respect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: Id,
    /// The closed list of its segments.
    pub segments: Vec<String>,
}

/// A theme that comments may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: Id,
    /// The words that show it, per locale. All are searched in every comment.
    pub words: BTreeMap<String, Vec<String>>,
}

/// When and how cohorts are released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The time between ticks: at least 10 s, at most `patience`.
    pub every: Duration,
    /// The fewest responses that a release of a cohort may hold: at least 5.
    pub min_cohort: u64,
    /// How long a bucket waits to fill before it is merged: at most 10 d.
    pub patience: Duration,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its id, the key of its answer.
    pub id: Id,
    /// Its kind, with its scale.
    pub kind: Kind,
    /// The wording, per locale.
    pub text: Texts,
    /// Whether a response must answer it (where it is shown).
    pub required: bool,
    /// When it is shown; always, if not given.
    pub show_if: Option<ShowIf>,
}

/// The condition under which a question is shown: the answer to an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowIf {
    /// The earlier question.
    pub question: Id,
    /// What its answer must be.
    pub test: Test,
}

/// What an answer is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// A number not above this, in thousandths.
    AtMost(i64),
    /// A number not below this, in thousandths.
    AtLeast(i64),
    /// This answer; of a `choice` with several, one of them.
    Is(AnswerValue),
}

/// A single answer's value, as conditions compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerValue {
    /// `yes_no`
    Bool(bool),
    /// A point on a scale.
    Integer(i64),
    /// An option or label.
    Label(String),
}

/// A kind of question, with all that its counts depend on.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Likelihood to recommend: 0 to 10, or another scale through an explicit table.
    Nps {
        /// The table, where the question is not asked on 0..10.
        map: Option<NpsMap>,
    },
    /// Satisfaction, 1 to `points`, with `points` one of 3, 4, 5, 6, 7, 10.
    Csat {
        /// The number of points.
        points: i64,
    },
    /// Effort, 1 to `points`, with `points` 5 or 7.
    Ces {
        /// The number of points.
        points: i64,
        /// Which end of the scale is easy.
        direction: Direction,
    },
    /// A rating, 1 to `points`.
    Rating {
        /// The number of points: 2 to 100.
        points: i64,
    },
    /// One of a closed list, or several.
    Choice {
        /// The options, in order.
        options: Vec<ChoiceOption>,
        /// Whether several may be chosen.
        multiple: bool,
    },
    /// Yes or no.
    YesNo,
    /// A number, counted in bins.
    Number {
        /// What it is measured in, such as `min`.
        unit: Option<String>,
        /// The edges of the bins in thousandths, rising; the first is the least number allowed, the
        /// last the largest. Bin `i` is `[edges[i], edges[i+1])`; the last one includes its end.
        edges: Vec<i64>,
    },
    /// Free text, of which only themes are counted.
    Comment,
}

/// Which answers of an NPS question that is not asked on 0..10 stand for which class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpsMap {
    /// Answers that count as detractors.
    pub detractors: Vec<NpsAnswer>,
    /// Answers that count as passives.
    pub passives: Vec<NpsAnswer>,
    /// Answers that count as promoters.
    pub promoters: Vec<NpsAnswer>,
}

/// An answer of a mapped NPS question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NpsAnswer {
    /// A point.
    Integer(i64),
    /// A label, an [`Id`].
    Label(String),
}

impl NpsAnswer {
    /// The key under which it is tallied.
    pub fn key(&self) -> String {
        match self {
            Self::Integer(n) => n.to_string(),
            Self::Label(label) => label.clone(),
        }
    }
}

/// Which end of an effort scale is easy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// High numbers mean little effort.
    EasyHigh,
    /// High numbers mean much effort.
    EffortHigh,
}

impl Direction {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::EasyHigh => "easy_high",
            Self::EffortHigh => "effort_high",
        }
    }
}

/// An option of a `choice`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Its id, as answered and tallied.
    pub id: Id,
    /// Its label, per locale.
    pub label: Texts,
}

impl NpsMap {
    /// All answers, detractors first.
    pub fn answers(&self) -> impl Iterator<Item = &NpsAnswer> {
        self.detractors.iter().chain(&self.passives).chain(&self.promoters)
    }
}

impl Kind {
    /// The kind's name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Nps { .. } => "nps",
            Kind::Csat { .. } => "csat",
            Kind::Ces { .. } => "ces",
            Kind::Rating { .. } => "rating",
            Kind::Choice { .. } => "choice",
            Kind::YesNo => "yes_no",
            Kind::Number { .. } => "number",
            Kind::Comment => "comment",
        }
    }

    /// What counts under this kind mean, as one canonical text: two kinds with the same scale may be
    /// added up, any others may not. (What may be a wording, or an order of options, is not part.)
    pub fn scale(&self) -> String {
        let keys = |answers: &[NpsAnswer]| {
            let mut keys: Vec<String> = answers.iter().map(NpsAnswer::key).collect();
            keys.sort();
            keys.join(",")
        };
        match self {
            Kind::Nps { map: None } => "nps".to_owned(),
            Kind::Nps { map: Some(map) } => format!(
                "nps {}|{}|{}",
                keys(&map.detractors),
                keys(&map.passives),
                keys(&map.promoters)
            ),
            Kind::Csat { points } => format!("csat {points}"),
            Kind::Ces { points, direction } => format!("ces {points} {}", direction.name()),
            Kind::Rating { points } => format!("rating {points}"),
            Kind::Choice { options, multiple } => {
                let mut ids: Vec<&str> = options.iter().map(|o| o.id.as_str()).collect();
                ids.sort_unstable();
                format!("choice {} {}", if *multiple { "several" } else { "one" }, ids.join(","))
            }
            Kind::YesNo => "yes_no".to_owned(),
            Kind::Number { edges, unit } => format!(
                "number {} {}",
                edges.iter().map(i64::to_string).collect::<Vec<_>>().join(","),
                unit.as_deref().unwrap_or("")
            ),
            Kind::Comment => "comment".to_owned(),
        }
    }

    /// The keys under which answers are tallied, in the scale's own order. Those of a `comment` are
    /// the survey's themes, and not listed here.
    pub fn keys(&self) -> Vec<String> {
        let points = |from: i64, to: i64| (from..=to).map(|n| n.to_string()).collect();
        match self {
            Kind::Nps { map: None } => points(0, 10),
            Kind::Nps { map: Some(map) } => map.answers().map(NpsAnswer::key).collect(),
            Kind::Csat { points: n } | Kind::Ces { points: n, .. } | Kind::Rating { points: n } => {
                points(1, *n)
            }
            Kind::Choice { options, .. } => options.iter().map(|o| o.id.clone()).collect(),
            Kind::YesNo => vec!["yes".to_owned(), "no".to_owned()],
            Kind::Number { edges, .. } => (1..edges.len()).map(|i| bin_key(edges, i)).collect(),
            Kind::Comment => Vec::new(),
        }
    }

    /// The key of the bin that a `number` of so many thousandths (rounded down) falls in, if it is
    /// within bounds. `exact`: nothing was rounded off.
    pub fn bin(edges: &[i64], thousandths: i64, exact: bool) -> Option<String> {
        let (first, last) = (edges.first()?, edges.last()?);
        if thousandths < *first || thousandths > *last || (thousandths == *last && !exact) {
            return None;
        }
        let upper = edges.iter().skip(1).position(|edge| thousandths < *edge);
        Some(bin_key(edges, upper.map_or(edges.len() - 1, |i| i + 1)))
    }
}

/// The key of the bin that ends at `edges[upper]`: `[0,1)`, and `[60,600]` for the last one.
fn bin_key(edges: &[i64], upper: usize) -> String {
    let edge = |i: usize| decimal(edges.get(i).copied().unwrap_or(0));
    let close = if upper + 1 == edges.len() { ']' } else { ')' };
    format!("[{},{}{close}", edge(upper - 1), edge(upper))
}

impl Survey {
    /// A survey that asks nothing: what is left of a deleted one.
    pub fn nothing() -> Self {
        Self {
            name: String::new(),
            status: Status::Closed,
            questions: Vec::new(),
            dimensions: Vec::new(),
            themes: Vec::new(),
            origins: Vec::new(),
            controller: None,
            notice: Texts::new(),
            window: Duration::days(30),
            release: Release {
                every: Duration::days(1),
                min_cohort: LEAST_COHORT,
                patience: Duration::days(1),
            },
            retention: Retention::default(),
            verified_only: false,
            store_visit: false,
            turnstile: false,
            relay: None,
            reward: None,
            benchmarks: Vec::new(),
        }
    }

    /// The names of all dimensions, `theme` included.
    pub fn dimension_names(&self) -> Vec<&str> {
        let theme = (!self.themes.is_empty()).then_some(THEME);
        self.dimensions.iter().map(|dimension| dimension.name.as_str()).chain(theme).collect()
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.id == id)
    }

    /// The dimension's name and segments, `theme` included.
    pub fn segments_of(&self, dimension: &str) -> Option<Vec<&str>> {
        if dimension == THEME && !self.themes.is_empty() {
            return Some(self.themes.iter().map(|t| t.name.as_str()).collect());
        }
        let found = self.dimensions.iter().find(|d| d.name == dimension)?;
        Some(found.segments.iter().map(String::as_str).collect())
    }
}

/// The dimension that a survey with themes has beside its declared ones.
pub const THEME: &str = "theme";
