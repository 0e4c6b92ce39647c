//! What a KPI states about itself: the scale it was asked on, and what on it counts as what.

use serde::Serialize;
use serde_json::{Number, Value};

use crate::domain::decimal::decimal;
use crate::domain::survey::{NpsAnswer, NpsMap};

/// A run of points on a scale: the first and the last of them.
pub type Span = [i64; 2];

/// How a KPI reads its question's answers. On the wire: an object with the members of the variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Definition {
    /// Net Promoter Score on 0..10; who is neither is passive.
    Nps {
        /// The points that may be answered.
        scale: Span,
        /// Promoters.
        promoters: Span,
        /// Detractors.
        detractors: Span,
    },
    /// Net Promoter Score through a table.
    MappedNps {
        /// The table: every answer, by class.
        map: NpsTable,
    },
    /// Satisfaction, in top boxes.
    Csat {
        /// The points that may be answered.
        scale: Span,
        /// The top boxes: those that count as satisfied.
        satisfied: Span,
    },
    /// Effort: the mean, and the boxes on the easy side.
    Ces {
        /// The points that may be answered.
        scale: Span,
        /// `easy_high` or `effort_high`.
        direction: &'static str,
        /// The boxes that count as easy.
        easy: Span,
    },
    /// The mean of a rating.
    Rating {
        /// The points that may be answered.
        scale: Span,
    },
    /// The share of an option.
    Choice {
        /// Whether several may be chosen, so that shares may add up to more than 100 %.
        multiple: bool,
        /// What 100 % is: [`ANSWERERS`].
        share_of: &'static str,
    },
    /// The share of yes.
    YesNo {
        /// The figure of behaviour that it is, where the survey measures visits:
        /// [`Definition::measure`].
        #[serde(skip_serializing_if = "Option::is_none")]
        measures: Option<&'static str>,
        /// What 100 % is: [`ANSWERERS`].
        share_of: &'static str,
    },
    /// The mean and spread of a number.
    Number {
        /// The figure of behaviour that it is, alike.
        #[serde(skip_serializing_if = "Option::is_none")]
        measures: Option<&'static str>,
        /// What it is measured in.
        unit: Option<String>,
        /// The edges of the bins, in `unit`.
        edges: Vec<Number>,
        /// What stands for an answer: [`BIN_MIDPOINTS`].
        from: &'static str,
        /// The first and the last edge, in thousandths.
        #[serde(skip)]
        bounds: Span,
    },
    /// The share of a theme.
    Comment {
        /// What is counted: [`THEMES_ONLY`].
        counted: &'static str,
        /// What 100 % is: [`ANSWERERS`].
        share_of: &'static str,
    },
}

/// Shares are of those who answered the question, whatever and however much they answered.
pub const ANSWERERS: &str = "answerers";
/// Every answer counts as the middle of its bin: sums would give single values away.
pub const BIN_MIDPOINTS: &str = "bin_midpoints";
/// Of a comment only its themes are counted; the text is never kept.
pub const THEMES_ONLY: &str = "themes_only";

/// The table of a mapped NPS, each answer as it is given: a point, or a label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NpsTable {
    /// Promoters.
    pub promoters: Vec<Value>,
    /// Passives.
    pub passives: Vec<Value>,
    /// Detractors.
    pub detractors: Vec<Value>,
}

impl From<&NpsMap> for NpsTable {
    fn from(map: &NpsMap) -> Self {
        let [promoters, passives, detractors] = [&map.promoters, &map.passives, &map.detractors]
            .map(|answers| {
                let value = |answer: &NpsAnswer| match answer {
                    NpsAnswer::Integer(point) => Value::from(*point),
                    NpsAnswer::Label(label) => Value::from(label.as_str()),
                };
                answers.iter().map(value).collect()
            });
        Self { promoters, passives, detractors }
    }
}

impl Definition {
    /// Of a `number` with these edges, in thousandths.
    pub fn number(unit: Option<&str>, edges: &[i64]) -> Self {
        Self::Number {
            measures: None,
            unit: unit.map(str::to_owned),
            edges: edges.iter().filter_map(|edge| decimal(*edge).parse().ok()).collect(),
            from: BIN_MIDPOINTS,
            bounds: [edges.first(), edges.last()].map(|edge| edge.copied().unwrap_or_default()),
        }
    }

    /// States which figure of behaviour it is: `average_duration`, `pages_per_visit`, `bounce_rate` or
    /// `conversion_rate`.
    pub fn measure(&mut self, figure: &'static str) {
        if let Self::YesNo { measures, .. } | Self::Number { measures, .. } = self {
            *measures = Some(figure);
        }
    }
}
